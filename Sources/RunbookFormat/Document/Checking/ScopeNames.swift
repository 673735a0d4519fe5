internal import RunbookModel

/// The names that expressions can read under each root, where the format fixes them.
enum ScopeNames {
  static let objectives = ["rto", "rpo", "mtpd", "soak"]
  static let run = ["id", "by", "reason", "outage_at"]
  static let clock = RunFigures.names.map(\.name)
  /// Roots that are a value themselves.
  static let plain = ["variant", "purpose"]

  static func type(of path: [String]) -> FieldType? {
    switch path.first {
    case "objectives": path.count == 2 && objectives.contains(path[1]) ? .duration : nil
    case "clock":
      path.count == 2 ? RunFigures.names.first { $0.name == path[1] }?.type : nil
    case "variant", "purpose": path.count == 1 ? .string : nil
    case "each": path == ["each", "key"] ? .string : nil
    case "run": path == ["run", "outage_at"] ? .timestamp : path.count == 2 ? .string : nil
    case .some, nil: nil
    }
  }
}

/// Looks into an environment's values as they were written.
extension RunbookEnvironment {
  enum Found {
    case value(Template)
    /// An expression stands on the way: what it gives is seen in a run.
    case notKnown
    /// The name that is missing, and what stands beside it.
    case missing(String, among: [String])
    /// A value that holds nothing by name.
    case noMap(String)
  }

  /// What `env.<path>` is.
  func value(at path: some Sequence<String>) -> Found {
    Self.value(at: path, in: values, named: "env")
  }

  /// What stands at a path inside a value as written.
  static func value(
    at path: some Sequence<String>, in start: Template, named: String
  ) -> Found {
    var template = start
    var last = named
    for name in path {
      switch template {
      case .map(let entries, _):
        guard let entry = entries.first(where: { $0.key == name }) else {
          return .missing(name, among: entries.map(\.key))
        }
        template = entry.value
      case .expression: return .notKnown
      case .literal, .text, .list: return .noMap(last)
      }
      last = name
    }
    return .value(template)
  }
}
