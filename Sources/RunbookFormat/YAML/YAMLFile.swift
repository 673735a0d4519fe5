internal import RunbookModel

/// Reads one YAML file into nodes: YAML 1.2's core schema, one document, bounded memory.
enum YAMLFile {
  static let maxBytes = 64 << 20

  /// A tree without nodes when there is nothing to read; every problem is in `problems`.
  static func read(
    _ bytes: [UInt8], file: String, _ problems: inout DiagnosticList
  ) -> NodeTree {
    guard bytes.count <= maxBytes else {
      problems.error(
        .tooLarge, "the file has \(ByteCount.spoken(Int64(bytes.count))); the limit is 64 MiB",
        at: SourcePlace(file: file, line: 1, column: 1), help: "split the runbook")
      var tree = NodeTree(file: file, bytes: [])
      tree.isComplete = false
      return tree
    }
    let bad = bytes.withUnsafeBufferPointer { Encoding.firstProblem(in: $0) }
    var end = bytes.count
    if let bad {
      problems.error(.encoding, bad.message, at: place(of: bad.byte, bytes, file), help: bad.help)
      // The lines before it are read all the same.
      end = bytes[..<bad.byte].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }
    let read = EventReader.read(
      bytes, file: file, end: end, isCut: bad != nil, problems: problems)
    problems = read.problems
    if read.tree.nodes.isEmpty, read.tree.isComplete {
      problems.error(
        .emptyDocument, "the file is empty", at: SourcePlace(file: file, line: 1, column: 1),
        help: "begin it with 'lifeboat: 1'")
    }
    return read.tree
  }

  private static func place(of byte: Int, _ bytes: [UInt8], _ file: String) -> SourcePlace {
    let lineStart = bytes[..<byte].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let line = bytes[..<lineStart].reduce(into: 1) { count, byte in
      if byte == 0x0A { count += 1 }
    }
    let column = bytes[lineStart..<byte].reduce(into: 1) { count, byte in
      if byte & 0xC0 != 0x80 { count += 1 }
    }
    return SourcePlace(file: file, line: line, column: column)
  }
}
