/// What one action promises, declared once: validation, `lifeboat actions`, the JSON Schema and the reference page are
/// made from it.
public struct ActionPage: Sendable, Equatable {
  /// `product.verb`, for example `postgres.promote`.
  public var name: String
  /// One line: what it is for.
  public var summary: String
  /// Paragraphs for its reference page: what it does in order, what it refuses, what it cannot know.
  public var details: String
  public var kind: ActionKind
  public var fields: [Field]
  public var outputs: [Output]
  /// For one attempt, where the step says nothing.
  public var timeout: Duration
  /// How long `verify` may keep asking after an apply, where the step says nothing.
  public var settle: Duration
  /// What it usually takes; used in plans until history knows better.
  public var expected: Duration
  /// Applying the same change twice has one effect, so an attempt in doubt may be made again.
  public var isRepeatable: Bool
  public var undo: Undo
  public var traits: Set<ActionTrait>
  /// Of an action that promotes: the field of its input that says what. Two promotions of one target are kept apart by a
  /// cool-down.
  public var promotes: String?
  /// Guards that a person may override for one step, with a reason, once they have refused. All others stand.
  public var gates: [DeclaredGate]
  /// What a person does when this tool is not there; `{field}` stands for an input.
  public var byHand: String

  public enum Undo: Sendable, Equatable {
    /// The action undoes itself; the text says what that does.
    case automatic(String)
    /// It cannot; the text says why. A step must then say `undo: {none: reason}` or name another action.
    case impossible(String)
    /// There is nothing to undo: it changes nothing.
    case notNeeded
  }

  public init(
    name: String, summary: String, details: String, kind: ActionKind, fields: [Field],
    outputs: [Output] = [], timeout: Duration = .seconds(60), settle: Duration = .zero,
    expected: Duration, isRepeatable: Bool = true, undo: Undo, traits: Set<ActionTrait> = [],
    promotes: String? = nil, gates: [DeclaredGate] = [], byHand: String
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.kind = kind
    self.fields = fields
    self.outputs = outputs
    self.timeout = timeout
    self.settle = settle
    self.expected = expected
    self.isRepeatable = isRepeatable
    self.undo = undo
    self.traits = traits
    self.promotes = promotes
    self.gates = gates
    self.byHand = byHand
  }
}

public enum ActionKind: String, Sendable, Codable {
  /// Reads only.
  case check
  /// Changes something: it is planned, applied, verified, and perhaps undone.
  case change
  /// Asks a person.
  case person
}

/// What the disaster-recovery rules (LB4xx) need to know of an action.
public enum ActionTrait: String, Sendable, Codable {
  /// Makes sure that a writer cannot write any more; its output `receipt` is the proof.
  case fences
  /// Makes a data store writable.
  case promotes
  /// Moves names (DNS) to another site.
  case movesNames
  /// Moves traffic to another site.
  case movesTraffic
  /// Does what the author's command says; nothing is known of its effect.
  case arbitrary
  /// Tells people something and changes no target: nothing rests on it, and nothing of it can be taken back.
  case tells
}

/// One field of an action's input.
public struct Field: Sendable, Equatable, Codable {
  public var name: String
  public var type: FieldType
  public var summary: String
  public var need: Need
  /// An empty text, list or map is allowed. Elsewhere a blank value is an error: it has destroyed whole clouds.
  public var allowsEmpty: Bool

  public enum Need: Sendable, Equatable, Codable {
    case required
    case optional
    case defaulted(Value)
  }

  public init(
    _ name: String, _ type: FieldType, _ summary: String, need: Need = .optional,
    allowsEmpty: Bool = false
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    self.need = need
    self.allowsEmpty = allowsEmpty
  }
}

/// What a field may hold.
public indirect enum FieldType: Sendable, Equatable, Codable {
  case any
  case string
  case int
  case double
  case bool
  case duration
  /// Bytes, written `16MiB`; arrives as an integer.
  case size
  /// 0 to 100, written `10%` or `10`; arrives as a number.
  case percentage
  case timestamp
  /// `host:port`, `[v6]:port`; arrives as a string.
  case address
  /// An absolute http or https URL; arrives as a string.
  case url
  /// One of these words.
  case word([String])
  /// Any of the types, the first that fits.
  case either([FieldType])
  case list(FieldType)
  case map(FieldType)
  case object([Field])
  /// The name of a secret, from `${{ secrets.NAME }}`. One that only changes need is not given to plans and checks.
  case secret(forChangesOnly: Bool)
  /// `{uses: a check, with: its input}`.
  case check
}

/// A value that a finished step offers to later ones as `steps.<id>.<name>`.
public struct Output: Sendable, Equatable, Codable {
  public var name: String
  public var type: FieldType
  public var summary: String
  public init(_ name: String, _ type: FieldType, _ summary: String) {
    self.name = name
    self.type = type
    self.summary = summary
  }
}

/// Every action's page by name: what a runbook is checked against.
public struct ActionCatalogue: Sendable {
  public let pages: [String: ActionPage]
  public init(_ pages: [ActionPage]) {
    var named: [String: ActionPage] = [:]
    for page in pages where named[page.name] == nil { named[page.name] = page }
    self.pages = named
  }
  public subscript(name: String) -> ActionPage? { pages[name] }
  public var names: [String] { pages.keys.sorted() }
}
