internal import CLibYAML
internal import RunbookModel

/// Turns libyaml's events into a `NodeTree`, and everything that a runbook may not contain into diagnostics.
///
/// Limits: 64 levels, `maxNodes` values, `maxCopied` values made by aliases. What stops the reading leaves the tree as
/// it is so far, so that the problems before it are found too.
struct EventReader {
  static let maxDepth = 64
  static let maxNodes = 8_000_000
  static let maxCopied = 100_000

  var tree: NodeTree
  var problems: DiagnosticList
  private var cursor: Cursor
  private var open: [Container] = []
  private var anchors: [String: NodeID] = [:]
  private var copied = 0
  private var documents = 0
  private var stopped = false

  private struct Container {
    var node: NodeID
    var children: UInt32 = 0
    var isFlow: Bool
  }

  /// Reads `bytes`, at most to byte `end`; a problem already reported lies there when `isCut`.
  static func read(
    _ bytes: [UInt8], file: String, end: Int, isCut: Bool, problems: DiagnosticList
  ) -> (tree: NodeTree, problems: DiagnosticList) {
    var reader = EventReader(bytes, file: file, problems: problems)
    reader.tree.isComplete = !isCut
    reader.run(bytes, end: end, isCut: isCut)
    return (reader.tree, reader.problems)
  }

  private init(_ bytes: [UInt8], file: String, problems: DiagnosticList) {
    tree = NodeTree(file: file, bytes: bytes)
    tree.nodes.reserveCapacity(min(bytes.count / 8 + 16, Self.maxNodes))
    self.problems = problems
    cursor = Cursor(firstByte: bytes.starts(with: Encoding.byteOrderMark) ? 3 : 0)
  }

  private mutating func run(_ bytes: [UInt8], end: Int, isCut: Bool) {
    // The parser keeps its own address, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      return stop(.syntax, "there is not enough memory to read the file", at: nil)
    }
    defer { yaml_parser_delete(parser) }
    bytes.withUnsafeBufferPointer { buffer in
      let first = min(cursor.byte, end)
      // libyaml wants an address even for nothing.
      guard let base = buffer.baseAddress else { return }
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(parser, base + first, end - first)
      var event = yaml_event_t()
      while !stopped {
        guard yaml_parser_parse(parser, &event) == 1 else {
          if !isCut { explain(parser.pointee, buffer) }
          stopped = true
          tree.isComplete = false
          break
        }
        let isEnd = event.type == YAML_STREAM_END_EVENT
        handle(&event, buffer)
        yaml_event_delete(&event)
        if isEnd { break }
      }
    }
    while !open.isEmpty { close() }
  }

  private mutating func handle(
    _ event: inout yaml_event_t, _ buffer: UnsafeBufferPointer<UInt8>
  ) {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      documents += 1
      if documents > 1 {
        cursor.move(to: event.start_mark.index, in: buffer)
        stop(
          .severalDocuments, "a second document begins here; a file holds one", at: here(),
          help: "put it in a file of its own, or delete the '---' line")
        tree.isComplete = true
      }
    case YAML_SCALAR_EVENT: scalar(&event, buffer)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      begin(
        .list, isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE, anchor: start.anchor,
        tag: start.tag, event.start_mark, buffer)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      begin(
        .map, isFlow: start.style == YAML_FLOW_MAPPING_STYLE, anchor: start.anchor,
        tag: start.tag, event.start_mark, buffer)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      if let container = open.last, container.isFlow {
        cursor.move(to: event.end_mark.index, in: buffer)
        setLength(of: container.node)
      }
      close()
    case YAML_ALIAS_EVENT: alias(&event, buffer)
    default: break  // stream start and end, document end
    }
  }

  private mutating func setLength(of id: NodeID) {
    let node = tree.nodes[id]
    guard cursor.line + 1 == Int(node.line) else { return }
    tree.nodes[id].length = UInt32(clamping: cursor.column + 1 - Int(node.column))
  }

  private func here() -> SourcePlace {
    SourcePlace(file: tree.file, line: cursor.line + 1, column: cursor.column + 1)
  }

  private mutating func stop(
    _ code: DiagnosticCode, _ message: String, at place: SourcePlace?, help: String? = nil
  ) {
    problems.error(code, message, at: place, help: help)
    tree.isComplete = false
    stopped = true
  }

  private mutating func append(_ node: Node) -> Bool {
    guard tree.nodes.count < Self.maxNodes else {
      stop(
        .tooManyValues, "the file holds more than \(Self.maxNodes) values", at: here(),
        help: "split the runbook")
      return false
    }
    tree.nodes.append(node)
    if !open.isEmpty { open[open.count - 1].children += 1 }
    return true
  }

  private mutating func begin(
    _ kind: Node.Kind, isFlow: Bool, anchor: UnsafeMutablePointer<UInt8>?,
    tag: UnsafeMutablePointer<UInt8>?, _ mark: yaml_mark_t, _ buffer: UnsafeBufferPointer<UInt8>
  ) {
    cursor.move(to: mark.index, in: buffer)
    guard open.count < Self.maxDepth else {
      return stop(
        .tooDeep, "this is nested more than \(Self.maxDepth) levels deep", at: here(),
        help: "write it flatter")
    }
    var style = Node.Style.plain
    if let tag {
      let name = String(cString: tag)
      let fits = name == "!" || name == "tag:yaml.org,2002:\(kind == .map ? "map" : "seq")"
      if !fits {
        refuse(tag: name)
        style = .refused
      }
    }
    let id = tree.nodes.count
    let node = Node(
      start: UInt32(cursor.byte), line: UInt32(cursor.line + 1), column: UInt32(cursor.column + 1),
      length: 1, text: 0, count: 0, span: 1, kind: kind, style: style)
    guard append(node) else { return }
    if let anchor { anchors[String(cString: anchor)] = id }
    open.append(Container(node: id, isFlow: isFlow))
  }

  private mutating func close() {
    guard let container = open.popLast() else { return }
    let id = container.node
    tree.nodes[id].span = UInt32(tree.nodes.count - id)
    switch tree.nodes[id].kind {
    case .map:
      // A file cut in the middle of a pair leaves a key without a value: it gets an empty one.
      if container.children % 2 == 1 {
        var empty = tree.nodes[tree.nodes.count - 1]
        empty.kind = .scalar
        empty.style = .refused
        empty.count = 0
        empty.span = 1
        tree.nodes.append(empty)
        tree.nodes[id].span += 1
      }
      tree.nodes[id].count = (container.children + 1) / 2
      if !container.isFlow, container.children > 0 {
        tree.nodes[id].length = tree.nodes[id + 1].length
      }
      checkKeys(of: id)
    case .list, .scalar: tree.nodes[id].count = container.children
    }
  }

  private mutating func checkKeys(of map: NodeID) {
    DuplicateKeys.check(map, in: tree, &problems)
  }

  private mutating func scalar(
    _ event: inout yaml_event_t, _ buffer: UnsafeBufferPointer<UInt8>
  ) {
    let scalar = event.data.scalar
    cursor.move(to: event.start_mark.index, in: buffer)
    let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    var style: Node.Style = isPlain ? .plain : .text
    let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    if let tag = scalar.tag { style = self.style(tag: String(cString: tag), value, style) }
    let start = cursor
    cursor.move(to: event.end_mark.index, in: buffer)
    let length =
      cursor.line == start.line
      ? cursor.index - start.index : start.lengthOfLine(to: cursor.byte, in: buffer)
    let text = slice(value, from: start.byte, to: cursor.byte, isPlain: isPlain, buffer)
    let id = tree.nodes.count
    let node = Node(
      start: UInt32(start.byte), line: UInt32(start.line + 1), column: UInt32(start.column + 1),
      length: UInt32(clamping: length), text: text, count: UInt32(value.count), span: 1,
      kind: .scalar, style: style)
    guard append(node) else { return }
    if let anchor = scalar.anchor { anchors[String(cString: anchor)] = id }
  }

  /// Where the text stands in the file, or, when it differs from what is written there, in `texts`.
  private mutating func slice(
    _ value: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, isPlain: Bool,
    _ buffer: UnsafeBufferPointer<UInt8>
  ) -> UInt32 {
    let first = isPlain ? start : start + 1
    let last = isPlain ? end : end - 1
    if last - first == value.count, last <= buffer.count,
      value.isEmpty || UnsafeBufferPointer(rebasing: buffer[first..<last]).holds(value)
    {
      return UInt32(first)
    }
    let place = UInt32(tree.texts.count)
    tree.texts.append(contentsOf: value)
    return place | Node.inTexts
  }

  private mutating func style(
    tag: String, _ value: UnsafeBufferPointer<UInt8>, _ style: Node.Style
  ) -> Node.Style {
    let prefix = "tag:yaml.org,2002:"
    guard tag != "!", tag != prefix + "str" else { return .text }
    let fits =
      switch CoreSchema.resolve(value) {
      case .null: tag == prefix + "null"
      case .bool: tag == prefix + "bool"
      case .int, .hugeInt: tag == prefix + "int" || tag == prefix + "float"
      case .double: tag == prefix + "float"
      case .string: false
      }
    if !fits { refuse(tag: tag) }
    return fits ? .plain : .refused
  }

  private mutating func refuse(tag: String) {
    let shown =
      tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst("tag:yaml.org,2002:".count) : tag
    problems.error(
      .tag, "the tag '\(shown)' does not fit this value or is not known here", at: here(),
      help: "delete the tag; put text that looks like a number in quotes")
  }

  private mutating func alias(
    _ event: inout yaml_event_t, _ buffer: UnsafeBufferPointer<UInt8>
  ) {
    let name = String(cString: event.data.alias.anchor)
    cursor.move(to: event.start_mark.index, in: buffer)
    var place = here()
    place.length = name.unicodeScalars.count + 1
    guard let source = anchors[name] else {
      problems.error(
        .alias, "'*\(name)' stands for nothing: no '&\(name)' comes before it", at: place,
        help: "write '&\(name)' at the value that it stands for, or write the value again")
      return appendRefused(place)
    }
    if open.contains(where: { $0.node == source }) {
      problems.error(
        .alias, "'*\(name)' stands inside the value that it stands for, so it has no end",
        at: place, help: "write out what is meant")
      return appendRefused(place)
    }
    let span = Int(tree.nodes[source].span)
    copied += span
    guard copied <= Self.maxCopied, tree.nodes.count + span <= Self.maxNodes else {
      return stop(
        .aliasBomb, "aliases ('*name') stand for more than \(Self.maxCopied) values together",
        at: place, help: "write fewer aliases, or smaller values behind them")
    }
    guard depth(of: source) + open.count <= Self.maxDepth else {
      return stop(
        .tooDeep, "with this alias the file is nested more than \(Self.maxDepth) levels deep",
        at: place)
    }
    // One by one: a slice of the array would make append copy all of it.
    for place in source..<source + span { tree.nodes.append(tree.nodes[place]) }
    if !open.isEmpty { open[open.count - 1].children += 1 }
  }

  private mutating func appendRefused(_ place: SourcePlace) {
    _ = append(
      Node(
        start: UInt32(cursor.byte), line: UInt32(place.line), column: UInt32(place.column),
        length: UInt32(place.length), text: UInt32(cursor.byte), count: 0, span: 1, kind: .scalar,
        style: .refused))
  }

  /// Levels of containers at and below `id`.
  private func depth(of id: NodeID) -> Int {
    var ends: [NodeID] = []
    var deepest = 0
    for inner in id..<tree.after(id) {
      while let end = ends.last, end <= inner { ends.removeLast() }
      if tree.nodes[inner].kind != .scalar {
        ends.append(tree.after(inner))
        deepest = max(deepest, ends.count)
      }
    }
    return deepest
  }

  private mutating func explain(_ parser: yaml_parser_t, _ buffer: UnsafeBufferPointer<UInt8>) {
    let problem = YAMLProblem(parser)
    cursor.move(to: problem.index, in: buffer)
    let place = here()
    var byte: UInt8?
    if cursor.byte < buffer.count { byte = buffer[cursor.byte] }
    var context: SourcePlace?
    if let index = problem.contextIndex {
      cursor.move(to: index, in: buffer)
      context = here()
    }
    problems.add(problem.diagnostic(at: place, byte: byte, context: context))
  }
}

extension UnsafeBufferPointer<UInt8> {
  func holds(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else {
      return count == other.count
    }
    return memcmp(mine, theirs, count) == 0
  }
}
