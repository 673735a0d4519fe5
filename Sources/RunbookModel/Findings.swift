/// What was seen or done, to be kept in the journal: one sentence for people, facts for later steps and reports.
public struct Evidence: Sendable, Equatable, Codable {
  /// One sentence with the figures: "10.0.0.5:5432 is a primary on timeline 2".
  public var summary: String
  /// The step's outputs (`steps.<id>.<name>`) and other measured facts.
  public var facts: ValueMap
  /// Output of the other side, bounded and with secrets masked.
  public var output: String?
  /// Bytes of output that were counted and dropped because of the limit.
  public var droppedBytes: Int
  /// Of a change: all that it takes was so already, and nothing was touched, as `apply` has found. There is then nothing
  /// to take back. nil: it was made.
  public var changedNothing: Bool?

  public init(
    _ summary: String, facts: ValueMap = [:], output: String? = nil, droppedBytes: Int = 0
  ) {
    self.summary = summary
    self.facts = facts
    self.output = output
    self.droppedBytes = droppedBytes
  }
}

/// The answer of a check or of a verification.
public enum Verdict: Sendable, Equatable {
  case holds(Evidence)
  case doesNotHold(Evidence)
  /// It could not be seen: no answer, a stale figure, a missing one. Never taken for either of the others.
  case cannotTell(Evidence)

  public var evidence: Evidence {
    switch self {
    case .holds(let evidence), .doesNotHold(let evidence), .cannotTell(let evidence): evidence
    }
  }

  public var word: String {
    switch self {
    case .holds: "holds"
    case .doesNotHold: "does not hold"
    case .cannotTell: "cannot tell"
    }
  }
}

/// A change as shown to the person who approves it.
public struct Preview: Sendable, Equatable, Codable {
  /// What was seen, a line each: "standby 127.0.2.10:5532 streaming, 0 B behind".
  public var saw: [String]
  /// What exactly will be done, a line each, with the command or message where there is one.
  public var does: [String]
  public var fidelity: Fidelity
  /// What the reader should think about before saying yes.
  public var warnings: [String]

  public init(saw: [String], does: [String], fidelity: Fidelity, warnings: [String] = []) {
    self.saw = saw
    self.does = does
    self.fidelity = fidelity
    self.warnings = warnings
  }
}

/// How far a planned change is proven.
public enum Fidelity: String, Sendable, Codable, Comparable, CaseIterable {
  /// The document is well formed; nothing was rendered.
  case `static`
  /// The input is known and the change computed from it alone.
  case rendered
  /// The live state was read and the change computed against it.
  case observed
  /// The server itself said that it would accept the change.
  case serverChecked = "server-checked"

  public static func < (left: Fidelity, right: Fidelity) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

/// What a person is asked.
public struct PersonRequest: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Codable {
    /// Yes or no.
    case approval
    /// Something to do by hand, then "done" or "cannot".
    case task
    /// A change is made and is taken back by itself unless somebody says in time that it may stay.
    case confirmation
  }
  public var kind: Kind
  public var text: String
  /// Lines to do, for a task.
  public var instructions: [String]

  public init(kind: Kind, text: String, instructions: [String] = []) {
    self.kind = kind
    self.text = text
    self.instructions = instructions
  }
}

/// In a record the evidence with one more key, `verdict`: `holds`, `does_not_hold` or `cannot_tell`.
extension Verdict: Codable {
  private enum Word: String, Codable {
    case holds
    case doesNotHold = "does_not_hold"
    case cannotTell = "cannot_tell"
  }
  private enum Key: String, CodingKey {
    case verdict
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let word: Word =
      switch self {
      case .holds: .holds
      case .doesNotHold: .doesNotHold
      case .cannotTell: .cannotTell
      }
    try container.encode(word, forKey: .verdict)
    try evidence.encode(to: encoder)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let evidence = try Evidence(from: decoder)
    switch try container.decode(Word.self, forKey: .verdict) {
    case .holds: self = .holds(evidence)
    case .doesNotHold: self = .doesNotHold(evidence)
    case .cannotTell: self = .cannotTell(evidence)
    }
  }
}
