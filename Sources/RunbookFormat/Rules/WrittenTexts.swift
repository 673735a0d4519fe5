internal import RunbookModel

/// A fixed text of a document, and the key behind which it stands.
struct WrittenText {
  /// The nearest key around it; empty at the top.
  var key: String
  var text: String
  var place: SourcePlace?
  /// " (in the environment 'lab')", when it comes from there.
  var source = ""
}

extension Template {
  /// Calls `visit` for each fixed text inside, with the nearest key around it.
  func forEachText(key: String = "", _ visit: (WrittenText) -> Void) {
    switch self {
    case .literal(.string(let text), let place):
      visit(WrittenText(key: key, text: text, place: place))
    case .literal, .expression, .text: break
    case .list(let items, _): for item in items { item.forEachText(key: key, visit) }
    case .map(let entries, _):
      for entry in entries { entry.value.forEachText(key: entry.key, visit) }
    }
  }

  /// Every expression inside, with the nearest key around it.
  func forEachExpression(key: String = "", _ visit: (ExpressionText, String) -> Void) {
    switch self {
    case .literal: break
    case .expression(let text): visit(text, key)
    case .text(let parts, _):
      for part in parts {
        if case .expression(let text) = part { visit(text, key) }
      }
    case .list(let items, _): for item in items { item.forEachExpression(key: key, visit) }
    case .map(let entries, _):
      for entry in entries { entry.value.forEachExpression(key: entry.key, visit) }
    }
  }
}

extension ExpressionText {
  /// The names of an expression that is nothing but a path: `env.db.primary`; nil for any other.
  var plainPath: [Substring]? {
    guard
      source.utf8.allSatisfy({ byte in
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F
          || byte == 0x2E
      })
    else { return nil }
    return source.split(separator: ".", omittingEmptySubsequences: false)
  }
}

extension RuleContext {
  /// A value that is fixed before a run: as it is written, or as each environment has it.
  func constants(_ template: Template) -> [(value: Value, source: String)] {
    if let value = template.constant { return [(value, "")] }
    return environmentTemplates(template).compactMap { found in
      found.template.constant.map { ($0, found.source) }
    }
  }

  /// What a plain `${{ env.… }}` stands for in each environment.
  func environmentTemplates(_ template: Template) -> [(template: Template, source: String)] {
    guard case .expression(let text) = template, !environments.isEmpty,
      let path = text.plainPath, path.first == "env"
    else { return [] }
    let names = path.dropFirst().map(String.init)
    return environments.compactMap { environment in
      guard case .value(let template) = environment.value(at: names) else { return nil }
      return (template, " (in the environment '\(environment.name)')")
    }
  }

  /// Every fixed text in an input, the environments' own included.
  func forEachText(in template: Template, _ visit: (WrittenText) -> Void) {
    template.forEachText(visit)
    guard !environments.isEmpty else { return }
    template.forEachExpression { text, key in
      for found in environmentTemplates(.expression(text)) {
        found.template.forEachText(key: key) { written in
          visit(
            WrittenText(
              key: written.key.isEmpty ? key : written.key, text: written.text, place: text.place,
              source: found.source))
        }
      }
    }
  }
}

/// The host in what looks like a target: `host`, `host:port`, `[v6]:port`, `scheme://user@host:port/path`.
enum TargetText {
  static func host(_ text: String) -> String? {
    var rest = text[...]
    if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
    rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    if rest.first == "[" {
      rest = rest.dropFirst().prefix { $0 != "]" }
    } else if let colon = rest.firstIndex(of: ":") {
      if rest[rest.index(after: colon)...].contains(":") { return rest.lowercased() }
      rest = rest[..<colon]
    }
    if rest.last == "." { rest.removeLast() }
    guard !rest.isEmpty, !rest.contains(where: \.isWhitespace) else { return nil }
    return rest.lowercased()
  }

  /// The target in its shortest form when a text is certainly one: it has a scheme, or a port, or is an IP address.
  static func target(_ text: String) -> String? {
    guard let host = host(text) else { return nil }
    if let scheme = text.firstRange(of: "://") {
      let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
      return host + (port(authority) ?? "")
    }
    guard !text.contains("/"), !text.contains("@") else { return nil }
    if let port = port(text[...]) { return host + port }
    let isIPv4 =
      host.split(separator: ".").count == 4 && host.allSatisfy { $0.isNumber || $0 == "." }
    let isIPv6 = host.contains("::") || host.split(separator: ":").count == 8
    return isIPv4 || isIPv6 ? host : nil
  }

  private static func port(_ text: Substring) -> String? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.count <= 5, digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    let host = text[..<colon]
    return host.contains(":") && !host.hasSuffix("]") ? nil : ":\(digits)"
  }
}
