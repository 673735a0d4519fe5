/// One key of the format: what readers check, editors complete and the reference page prints.
struct KeyRule: Sendable {
  let name: String
  /// One sentence for people, shown by editors.
  let summary: String
  let shape: KeyShape
  let isRequired: Bool
  /// False for a key of the format that this version reads and refuses by name.
  let isServed: Bool

  init(
    _ name: String, _ shape: KeyShape, _ summary: String, isRequired: Bool = false,
    isServed: Bool = true
  ) {
    self.name = name
    self.shape = shape
    self.summary = summary
    self.isRequired = isRequired
    self.isServed = isServed
  }
}

/// What may stand behind a key.
indirect enum KeyShape: Sendable {
  case version
  case text
  /// `[a-z][a-z0-9_]*`.
  case name
  case flag
  case count(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case duration
  case timestamp
  case word([String])
  case list(KeyShape)
  /// Any keys, each with the same shape behind it.
  case named(KeyShape)
  case either([KeyShape])
  case section(Section)
  /// Anything, with expressions anywhere inside.
  case template
  /// Exactly one `${{ ... }}`.
  case expression
  case anything
  /// Any keys with anything behind them.
  case anyMap
  /// The name of an action.
  case action
}

/// A map whose keys are known.
struct Section: Sendable {
  /// What it is called in a message: "a step".
  let noun: String
  let rules: [KeyRule]
  /// The names as bytes, to compare with slices of the file.
  let names: [[UInt8]]

  init(_ noun: String, _ rules: [KeyRule]) {
    self.noun = noun
    self.rules = rules
    names = rules.map { Array($0.name.utf8) }
  }
}

/// The keys of a section as an enum whose cases stand in the order of `section.rules`.
protocol DocumentKey: RawRepresentable<Int>, CaseIterable, Sendable {
  static var section: Section { get }
}

extension DocumentKey {
  var name: String { Self.section.rules[rawValue].name }
}
