internal import Glibc
package import RunbookJournal
package import RunbookModel

/// One line of a list of runs: what its first and its last record say.
package struct RunListing: Sendable, Equatable {
  package var folder: RunFolder
  package var driver: FileLock.State
  /// Nil when the journal holds no whole record or cannot be read; `problem` says which.
  package var first: Record?
  package var last: Record?
  /// Why less is known about this run than about others.
  package var problem: String?

  package var id: RunID { folder.id }
  package var recordCount: Int { last.map { $0.seq + 1 } ?? 0 }
}

extension RunStore {
  /// The newest runs first, at most `limit`. Reads two records of each and does not check the
  /// journals.
  package func list(limit: Int = 100) throws(StoreError) -> [RunListing] {
    try ids().prefix(limit).map { listing(run($0)) }
  }

  package func listing(_ run: RunFolder) -> RunListing {
    var listing = RunListing(folder: run, driver: run.driver)
    do throws(StoreError) {
      let file = try OpenFile(run.journal, O_RDONLY)
      let size = try file.size()
      guard let first = try line(file, from: 0, size: size) else {
        listing.problem =
          size == 0
          ? "it holds no record: its start was broken off" : "its first record is not whole"
        return listing
      }
      listing.first = try record(first, "first", file.path)
      listing.last = try record(try lastLine(file, size: size) ?? first, "last", file.path)
    } catch {
      listing.problem = error.message
    }
    return listing
  }

  private func record(
    _ line: [UInt8], _ which: String, _ path: String
  ) throws(StoreError) -> Record {
    do { return try Record(line: line) } catch {
      throw StoreError(.damaged, "the \(which) line of \(path) is no record: \(error.message)")
    }
  }

  /// The line that begins at `start`, without its end; nil when it has none.
  private func line(_ file: OpenFile, from start: Int, size: Int) throws(StoreError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count <= Record.maximumLineBytes {
      let count = try Files.read(file, at: start + bytes.count, into: &chunk)
      if count == 0 { return nil }
      if let end = chunk[..<count].firstIndex(of: 0x0A) { return bytes + chunk[..<end] }
      bytes += chunk[..<count]
    }
    return nil
  }

  /// The last whole line: looks back from the end, twice as far each time.
  private func lastLine(_ file: OpenFile, size: Int) throws(StoreError) -> [UInt8]? {
    var reach = 16 << 10
    while true {
      let start = max(0, size - reach)
      var bytes = [UInt8](repeating: 0, count: size - start)
      let count = try Files.read(file, at: start, into: &bytes)
      let whole = bytes[..<count]
      if let end = whole.lastIndex(of: 0x0A) {
        if let before = whole[..<end].lastIndex(of: 0x0A) {
          return Array(whole[(before + 1)..<end])
        }
        if start == 0 { return Array(whole[..<end]) }
      }
      if start == 0 || reach > 2 * Record.maximumLineBytes { return nil }
      reach *= 4
    }
  }
}
