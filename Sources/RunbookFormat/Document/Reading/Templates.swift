internal import RunbookModel

/// Values that may hold expressions.
extension DocumentReader {
  mutating func template(_ id: NodeID) -> Template {
    switch tree[id].kind {
    case .scalar: return scalarTemplate(id)
    case .list:
      var items: [Template] = []
      items.reserveCapacity(Int(tree[id].count))
      for item in tree.items(of: id) { items.append(template(item)) }
      return .list(items, place(id))
    case .map:
      var entries: [Template.Entry] = []
      entries.reserveCapacity(Int(tree[id].count))
      for (key, value) in tree.pairs(of: id) where tree[key].kind == .scalar {
        entries.append(
          Template.Entry(key: tree.string(key), keyPlace: place(key), value: template(value)))
      }
      return .map(entries, place(id))
    }
  }

  private mutating func scalarTemplate(_ id: NodeID) -> Template {
    if tree[id].style == .plain {
      switch resolve(id) {
      case .null: return .literal(.null, place(id))
      case .bool(let flag): return .literal(.bool(flag), place(id))
      case .int(let number): return .literal(.int(number), place(id))
      case .double(let number): return .literal(.double(number), place(id))
      case .hugeInt:
        problems.error(
          .outOfRange, "\(tree.string(id)) is too large a number", at: place(id),
          help: "put it in quotes when it is a text")
        return .literal(.null, place(id))
      case .string: break
      }
    }
    let text = tree.string(id)
    return tree.hasMark(id) ? expressions(in: text, id) : .literal(.string(text), place(id))
  }

  /// The scalar's only expression, for `when`.
  mutating func expression(_ id: NodeID?, _ what: String) -> ExpressionText? {
    guard let id, tree[id].style != .refused else { return nil }
    if tree[id].kind == .scalar, case .expression(let expression) = scalarTemplate(id) {
      return expression
    }
    let text = tree[id].kind == .scalar ? tree.string(id) : ""
    problems.error(
      .wrongType, "'\(what)' must be one expression", at: place(id),
      help: text.isEmpty || text.contains("${{")
        ? "write '\(what): ${{ ... }}' and nothing beside it"
        : "write '\(what): ${{ \(text.prefix(60)) }}'")
    return nil
  }

  /// Cuts a text at its `${{ ... }}`. `$${{` stands for `${{` itself.
  private mutating func expressions(in text: String, _ id: NodeID) -> Template {
    let bytes = Array(text.utf8)
    var parts: [Template.Part] = []
    var plain: [UInt8] = []
    var index = 0
    var places = ExpressionPlaces(of: id, in: tree)
    while index < bytes.count {
      guard bytes[index] == 0x24, Self.isMark(bytes, at: index) else {
        plain.append(bytes[index])
        index += 1
        continue
      }
      if plain.last == 0x24 {
        _ = places.next(length: 1, in: tree)
        plain += [0x7B, 0x7B]
        index += 3
        continue
      }
      guard let end = Self.endOfExpression(bytes, from: index + 3) else {
        problems.error(
          .openExpression, "this '${{' is not closed by '}}'",
          at: places.next(length: 1, in: tree), help: "write '}}'")
        return .literal(.null, place(id))
      }
      if !plain.isEmpty { parts.append(.literal(String(decoding: plain, as: UTF8.self))) }
      plain = []
      parts.append(.expression(expression(bytes[(index + 3)..<end], &places)))
      index = end + 2
    }
    if !plain.isEmpty { parts.append(.literal(String(decoding: plain, as: UTF8.self))) }
    if parts.count == 1 {
      switch parts[0] {
      case .expression(let only): return .expression(only)
      case .literal(let text): return .literal(.string(text), place(id))
      }
    }
    return .text(parts, place(id))
  }

  private func expression(
    _ bytes: ArraySlice<UInt8>, _ places: inout ExpressionPlaces
  ) -> ExpressionText {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    var source = bytes.drop(while: isBlank)
    while let last = source.last, isBlank(last) { source.removeLast() }
    let text = String(decoding: source, as: UTF8.self)
    let length = text.unicodeScalars.prefix { $0 != "\n" }.count
    return ExpressionText(text, at: places.next(length: length, in: tree))
  }

  private static func isMark(_ bytes: [UInt8], at index: Int) -> Bool {
    index + 2 < bytes.count && bytes[index + 1] == 0x7B && bytes[index + 2] == 0x7B
  }

  /// The `}}` that closes an expression: one that stands in no string and closes no map of the expression's own.
  private static func endOfExpression(_ bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    var braces = 0
    var quote: UInt8?
    while index < bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == 0x5C { index += 1 } else if byte == open { quote = nil }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == 0x7B {
        braces += 1
      } else if byte == 0x7D {
        if braces > 0 {
          braces -= 1
        } else if index + 1 < bytes.count, bytes[index + 1] == 0x7D {
          return index
        }
      }
      index += 1
    }
    return nil
  }
}
