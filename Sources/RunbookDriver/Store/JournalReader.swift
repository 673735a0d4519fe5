internal import Glibc
package import RunbookJournal

/// Reads a journal's records from the first to the last, and checks on the way that each vouches
/// for the one before.
///
/// A journal that another process is writing can be read too. For every way to be damaged, see
/// `JournalVerifier`: here reading stops at the first.
package struct JournalReader: ~Copyable {
  private let file: OpenFile
  private var lines = LineReader()
  private var line = 0
  private(set) var tree = MerkleTree()
  /// Leaf hash of the last record read; of no tree at all before the first.
  package private(set) var head = MerkleTree.emptyRoot

  package init(_ path: String) throws(StoreError) {
    self.init(try OpenFile(path, O_RDONLY))
  }

  init(_ file: OpenFile) { self.file = file }

  /// Whether the journal of this folder was begun, and its writer died before the first record was whole. Not where one was
  /// ever signed, nor where the file is gone or cannot be read.
  static func isWithoutRecords(in folder: String) -> Bool {
    do throws(StoreError) {
      guard try !Files.names(in: folder).contains(where: { $0.hasPrefix("checkpoint") }) else {
        return false
      }
      var reader = try JournalReader("\(folder)/journal.jsonl")
      return try reader.next() == nil
    } catch { return false }
  }

  package var path: String { file.path }
  package var count: Int { tree.size }
  package var root: RecordHash { tree.root }
  /// Where the lines read so far end.
  var endOffset: Int { lines.lineOffset }
  /// What was read of the file so far, a line that is not whole included.
  package var readBytes: Int { endOffset + tornBytes }
  /// After the last record: bytes of a line that is still being written, or was when its writer
  /// died.
  package var tornBytes: Int { lines.tornBytes }

  /// The next record, or nil after the last whole line.
  package mutating func next() throws(StoreError) -> Record? {
    guard let found = try lines.next(file) else { return nil }
    line += 1
    guard let bytes = found.bytes else {
      throw damaged("line \(line) is longer than any record")
    }
    let record: Record
    do { record = try Record(line: bytes[1...]) } catch {
      throw damaged("line \(line) is no record: \(error.message)")
    }
    guard record.seq == count else {
      throw damaged("line \(line) is record \(record.seq) where record \(count) belongs")
    }
    guard record.prev == head else {
      throw damaged("record \(count) does not follow from the record before it: one was changed")
    }
    head = MerkleTree.leaf(bytes[1...])
    tree.append(leaf: head)
    return record
  }

  private func damaged(_ what: String) -> StoreError {
    StoreError(
      .damaged, "\(path) is not as it was written: \(what)",
      advice: "see what was changed with: lifeboat audit verify")
  }
}
