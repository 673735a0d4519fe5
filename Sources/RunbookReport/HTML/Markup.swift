/// A piece of HTML. Text from outside gets into it escaped, or not at all.
struct Markup: Sendable, ExpressibleByStringLiteral {
  private(set) var html: String

  /// Text, as a reader is to see it.
  init(_ text: String) { html = Self.escaped(text) }

  /// Our own markup, as it stands.
  init(stringLiteral html: StaticString) { self.html = "\(html)" }

  private init(trusted html: String) { self.html = html }

  init(page: HTMLPage) { html = page.body }

  static func cut(_ text: String, to limit: Int) -> Markup {
    guard text.utf8.count > limit else { return Markup(text) }
    return Markup(text.utf8Prefix(limit) + "…")
  }

  private init(_ text: some StringProtocol) { self.init(String(text)) }

  /// `name` and `attributes` are ours; the values of attributes are escaped.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: Markup...
  ) -> Markup {
    var html = "<\(name)"
    for (key, value) in attributes { html += " \(key)=\"\(escaped(value))\"" }
    html += ">"
    for part in content { html += part.html }
    return Markup(trusted: html + "</\(name)>")
  }

  static func code(_ text: String) -> Markup { element("code", [:], Markup(text)) }
  static func strong(_ text: String) -> Markup { element("strong", [:], Markup(text)) }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(trusted: left.html + right.html)
  }

  static func += (left: inout Markup, right: Markup) { left.html += right.html }

  static func joined(_ parts: [Markup], by separator: Markup = "") -> Markup {
    Markup(trusted: parts.map(\.html).joined(separator: separator.html))
  }

  /// For texts and attribute values: control characters and marks that turn the direction of writing become `�`; line
  /// breaks stay.
  static func escaped(_ text: String) -> String {
    if text.utf8.allSatisfy(isHarmless) { return text }
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\r": break
      default:
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE,
          0xFFFF:
          escaped.unicodeScalars.append("\u{FFFD}")
        default: escaped.unicodeScalars.append(scalar)
        }
      }
    }
    return escaped
  }

  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      false
    default: byte >= 0x20 && byte < 0x7F
    }
  }
}
