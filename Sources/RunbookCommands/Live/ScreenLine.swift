/// One line of a screen in parts, each with its style: cut by columns before any style is written.
struct ScreenLine: Equatable {
  struct Part: Equatable {
    var text: String
    var style: Console.Style?
  }
  private(set) var parts: [Part] = []

  init(_ text: String = "", _ style: Console.Style? = nil) {
    if !text.isEmpty { add(text, style) }
  }

  mutating func add(_ text: String, _ style: Console.Style? = nil) {
    parts.append(Part(text: text.plainLine, style: style))
  }

  func adding(_ text: String, _ style: Console.Style? = nil) -> ScreenLine {
    var line = self
    line.add(text, style)
    return line
  }

  var width: Int { parts.reduce(0) { $0 + DisplayWidth.of($1.text) } }
  /// Without styles: what is left of it on a terminal without colours.
  var text: String { parts.map(\.text).joined() }

  func rendered(width: Int, _ console: Console) -> String {
    var left = width
    var rendered = ""
    for part in parts {
      let text = part.text.fitted(to: left)
      rendered += part.style.map { console.styled(text, $0) } ?? text
      left -= DisplayWidth.of(text)
      // What was cut ends the line.
      if left <= 0 || text != part.text { break }
    }
    return rendered
  }
}
