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

  /// A byte at or after the end of a scalar's source: where the next node begins. Enough to stop a search.
  fileprivate func sourceEnd(of id: NodeID) -> Int {
    let next = after(id)
    guard next < nodes.count, nodes[next].start >= nodes[id].start else { return bytes.count }
    return max(Int(nodes[next].start), Int(nodes[id].start) + 1)
  }
}

/// Finds where the expressions of one scalar stand, in one walk through its source.
///
/// The text may have lost escapes and line breaks, so the source is searched again. Where it hides a mark (written as an
/// escape), the scalar's own place is given.
struct ExpressionPlaces {
  private var index: Int
  private let end: Int
  private var line: Int
  private var column: Int
  private let whole: SourcePlace

  init(of id: NodeID, in tree: NodeTree) {
    whole = tree.place(id)
    index = Int(tree[id].start)
    end = min(tree.sourceEnd(of: id), tree.bytes.count)
    line = whole.line
    column = whole.column
  }

  /// The place of what follows the next `${{` and blanks, `length` characters long.
  mutating func next(length: Int, in tree: NodeTree) -> SourcePlace {
    while index < end, !isMark(tree.bytes) { step(tree.bytes) }
    guard index < end else { return whole }
    index += 3
    column += 3
    while index < end, [0x20, 0x0A, 0x0D].contains(tree.bytes[index]) { step(tree.bytes) }
    guard index < end else { return whole }
    return SourcePlace(file: whole.file, line: line, column: column, length: max(length, 1))
  }

  private mutating func step(_ bytes: [UInt8]) {
    if bytes[index] == 0x0A {
      line += 1
      column = 1
    } else if bytes[index] & 0xC0 != 0x80 {
      column += 1
    }
    index += 1
  }

  private func isMark(_ bytes: [UInt8]) -> Bool {
    index + 2 < end && bytes[index] == 0x24 && bytes[index + 1] == 0x7B && bytes[index + 2] == 0x7B
  }
}

extension UnsafeBufferPointer<UInt8> {
  func equals(_ other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
