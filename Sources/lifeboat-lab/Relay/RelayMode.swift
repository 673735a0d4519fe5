import RunbookModel

/// What the wide-area link between the sites does with what passes.
enum RelayMode: Equatable, Sendable, CustomStringConvertible {
  case pass
  /// What a database sends to the other site arrives this much later.
  case delay(Duration)
  /// Nothing passes, and nothing is lost while the connection lives.
  case hold
  /// Everything is thrown away silently, and connections stay open.
  case drop
  /// Connections are closed and refused.
  case cut

  init?(_ text: String) {
    let words = text.split(separator: " ")
    switch (words.first, words.count) {
    case ("pass", 1): self = .pass
    case ("hold", 1): self = .hold
    case ("drop", 1): self = .drop
    case ("cut", 1): self = .cut
    case ("delay", 2):
      guard let duration = Duration(text: String(words[1])), duration >= .zero,
        duration <= .seconds(600)
      else { return nil }
      self = .delay(duration)
    default: return nil
    }
  }

  var description: String {
    switch self {
    case .pass: "pass"
    case .delay(let duration): "delay \(duration.text)"
    case .hold: "hold"
    case .drop: "drop"
    case .cut: "cut"
    }
  }
}
