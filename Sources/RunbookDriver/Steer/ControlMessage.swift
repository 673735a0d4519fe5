package import RunbookEngine
import RunbookModel

/// One order, or a question about where the run stands, as it comes over the socket: one line of JSON.
///
///     {"format":1,"order":"skip","step":"warm_up","reason":"the cache is cold anyway"}
package enum ControlMessage: Sendable, Equatable {
  case status
  case order(SteeringOrder)

  /// No line may be longer, its end included.
  package static let maximumBytes = 16 << 10
  static let longestReason = 2000
  static let longestName = 100

  private static let keys: Set<String> = [
    "format", "order", "step", "attempt", "reason", "named", "sudo_user", "variant",
    "gate",
  ]

  /// Reads a line. `account` is who the operating system says sent it; only root may speak as the one who called sudo.
  package init(line: [UInt8], account: String, isRoot: Bool) throws(SteeringRefusal) {
    guard let value = try? JSONText.read(line), let map = value.map else {
      throw Self.odd("the message is no JSON object on one line")
    }
    if let key = map.first(where: { !Self.keys.contains($0.key) })?.key {
      throw Self.odd("the message has a key '\(key.prefix(40))' that this version does not know")
    }
    guard value["format"]?.int == SteeringAnswer.format else {
      throw Self.odd("the message is not of format \(SteeringAnswer.format)")
    }
    guard let word = value["order"]?.string else { throw Self.odd("'order' is no text") }
    if word == "status" {
      self = .status
      return
    }
    guard let verb = SteeringVerb(rawValue: word) else {
      throw Self.odd("'\(word.prefix(40))' is no order that this version knows")
    }
    var attempt: Int?
    if let given = value["attempt"] {
      guard let number = given.int.flatMap({ Int(exactly: $0) }) else {
        throw Self.odd("'attempt' is no whole number")
      }
      attempt = number
    }
    let caller = try Self.text("sudo_user", value, longest: Self.longestName)
    self = .order(
      SteeringOrder(
        verb, step: try Self.text("step", value, longest: 256).map { StepID($0) },
        attempt: attempt, by: isRoot ? caller ?? account : account,
        named: try Self.text("named", value, longest: Self.longestName),
        reason: try Self.text("reason", value, longest: Self.longestReason),
        variant: try Self.text("variant", value, longest: Self.longestName),
        gate: try Self.text("gate", value, longest: Self.longestName)))
  }

  private static func text(
    _ key: String, _ value: Value, longest: Int
  ) throws(SteeringRefusal) -> String? {
    guard let given = value[key] else { return nil }
    guard let text = given.string else { throw odd("'\(key)' is no text") }
    guard text.unicodeScalars.count <= longest else {
      throw odd("'\(key)' is longer than \(longest) characters")
    }
    // A line end or an escape sequence in a name or a reason could make a report say what nobody said.
    guard !text.unicodeScalars.contains(where: \.isControl) else {
      throw odd("'\(key)' holds a control character")
    }
    return text
  }

  private static func odd(_ message: String) -> SteeringRefusal {
    SteeringRefusal(
      .notUnderstood, message, next: "use the version of lifeboat that drives the run")
  }

  /// The line for this message, its end included.
  package func line(sudoUser: String? = nil) -> [UInt8] {
    var map: ValueMap = ["format": .int(SteeringAnswer.format)]
    switch self {
    case .status: map["order"] = "status"
    case .order(let order):
      map["order"] = .string(order.verb.rawValue)
      map["step"] = order.step.map { .string($0.text) }
      map["attempt"] = order.attempt.map { .int(Int64($0)) }
      map["reason"] = order.reason.map { .string($0) }
      map["named"] = order.named.map { .string($0) }
      map["variant"] = order.variant.map { .string($0) }
      map["gate"] = order.gate.map { .string($0) }
      map["sudo_user"] = sudoUser.map { .string($0) }
    }
    return JSONText.write(.map(map)) + [0x0A]
  }
}

extension Unicode.Scalar {
  /// What moves a terminal's cursor or ends a line, and what turns the direction of text.
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    case .format: value != 0x200D
    default: false
    }
  }
}
