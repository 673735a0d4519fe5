internal import Glibc
package import RunbookJournal

/// Reads a journal's records from the first to the last, and checks on the way that each vouches for the one before.
///
/// Reads in steps of 256 KiB; a journal that another process is writing can be read too.
package struct JournalReader: ~Copyable {
  private let file: OpenFile
  private var buffer: [UInt8] = []
  /// Where in the file the buffer begins, and where in the buffer the next line begins.
  private var bufferOffset = 0
  private var place = 0
  private var line = 0
  private(set) var tree = MerkleTree()
  /// Leaf hash of the last record read; of no tree at all before the first.
  private(set) var head = MerkleTree.emptyRoot

  private static let step = 256 << 10

  package init(_ path: String) throws(StoreError) {
    try self.init(OpenFile(path, O_RDONLY))
  }

  init(_ file: OpenFile) throws(StoreError) { self.file = file }

  package var path: String { file.path }
  package var count: Int { tree.size }
  package var root: RecordHash { tree.root }
  /// Where the lines read so far end.
  var endOffset: Int { bufferOffset + place }
  /// Bytes after the last line end: a line that is still being written, or was when its writer died.
  package var tornBytes: Int { buffer.count - place }

  /// The next record, or nil after the last whole line.
  package mutating func next() throws(StoreError) -> Record? {
    guard let bytes = try nextLine() else { return nil }
    line += 1
    let record: Record
    do { record = try Record(line: bytes) } catch {
      throw damaged("line \(line) is no record: \(error.message)")
    }
    guard record.seq == count else {
      throw damaged("line \(line) is record \(record.seq) where record \(count) belongs")
    }
    guard record.prev == head else {
      throw damaged("record \(count) does not follow from the record before it: one was changed")
    }
    head = MerkleTree.leaf(bytes)
    tree.append(leaf: head)
    return record
  }

  private func damaged(_ what: String) -> StoreError {
    StoreError(
      .damaged, "\(path) is not as it was written: \(what)",
      advice: "see what was changed with: lifeboat audit verify")
  }

  private mutating func nextLine() throws(StoreError) -> ArraySlice<UInt8>? {
    var searched = 0
    while true {
      if let end = buffer[(place + searched)...].firstIndex(of: 0x0A) {
        defer { place = end + 1 }
        return buffer[place..<end]
      }
      searched = tornBytes
      guard searched <= Record.maximumLineBytes else {
        throw damaged("line \(line + 1) is longer than any record")
      }
      guard try fill() > 0 else { return nil }
    }
  }

  /// Reads on; what was used before leaves the buffer.
  private mutating func fill() throws(StoreError) -> Int {
    buffer.removeSubrange(..<place)
    bufferOffset += place
    place = 0
    let held = buffer.count
    buffer += repeatElement(0, count: Self.step)
    let offset = bufferOffset + held
    let outcome = buffer.withUnsafeMutableBytes { target in
      Result { () throws(StoreError) in
        try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: target[held...]))
      }
    }
    buffer.removeLast(Self.step - ((try? outcome.get()) ?? 0))
    return try outcome.get()
  }
}
