internal import RunbookModel

/// Reading what nodes say and where they say it.
extension NodeTree {
  func string(_ id: NodeID) -> String {
    withText(of: id) { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a scalar's text; no bytes for a map or list.
  func withText<Result>(of id: NodeID, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let node = nodes[id]
    guard node.kind == .scalar else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
    let isApart = node.text & Node.inTexts != 0
    let first = Int(node.text & ~Node.inTexts)
    return (isApart ? texts : bytes).withUnsafeBufferPointer { buffer in
      body(UnsafeBufferPointer(rebasing: buffer[first..<first + Int(node.count)]))
    }
  }

  /// A `${{` stands in the text.
  func hasMark(_ id: NodeID) -> Bool {
    withText(of: id) { text in
      guard text.count > 2 else { return false }
      var index = 0
      while index < text.count - 2 {
        if text[index] == 0x24, text[index + 1] == 0x7B, text[index + 2] == 0x7B { return true }
        index += 1
      }
      return false
    }
  }

  func place(_ id: NodeID) -> SourcePlace {
    let node = nodes[id]
    return SourcePlace(
      file: file, line: Int(node.line), column: Int(node.column), length: Int(max(node.length, 1)))
  }

  /// The place of what follows the `ordinal`-th `${{` of a scalar, counted from 0 in its text, and `skipped` blanks.
  ///
  /// The text may have lost escapes and line breaks, so the source is searched again. Where it hides the mark (written
  /// as an escape), the scalar's own place is given.
  func expressionPlace(in id: NodeID, ordinal: Int, length: Int) -> SourcePlace {
    var place = place(id)
    var line = place.line
    var column = place.column
    var seen = -1
    var index = Int(nodes[id].start)
    let end = min(sourceEnd(of: id), bytes.count)
    while index < end {
      if seen == ordinal, bytes[index] != 0x20, bytes[index] != 0x0A, bytes[index] != 0x0D {
        place.line = line
        place.column = column
        place.length = max(length, 1)
        return place
      }
      if seen < ordinal, isMark(at: index) {
        seen += 1
        index += 3
        column += 3
        continue
      }
      if bytes[index] == 0x0A {
        line += 1
        column = 1
      } else if bytes[index] & 0xC0 != 0x80 {
        column += 1
      }
      index += 1
    }
    return place
  }

  private func isMark(at index: Int) -> Bool {
    index + 2 < bytes.count && bytes[index] == 0x24 && bytes[index + 1] == 0x7B
      && bytes[index + 2] == 0x7B
  }

  /// A byte at or after the end of a scalar's source: where the next node begins. Enough to stop a search.
  private func sourceEnd(of id: NodeID) -> Int {
    let next = after(id)
    guard next < nodes.count, nodes[next].start >= nodes[id].start else { return bytes.count }
    return max(Int(nodes[next].start), Int(nodes[id].start) + 1)
  }
}

extension UnsafeBufferPointer<UInt8> {
  func equals(_ other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
