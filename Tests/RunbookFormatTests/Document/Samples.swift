import RunbookFormat
import RunbookModel

/// Actions that promise what the real ones do, so that these tests need no product.
enum Samples {
  static let catalogue = ActionCatalogue([
    page(
      "http.check", .check,
      [Field("url", .url, "What to ask.", need: .required), Field("expect", .any, "The answer.")],
      outputs: [Output("status", .int, "The answer's status.")]),
    page("tcp.check", .check, [Field("address", .address, "Where.", need: .required)]),
    page(
      "quorum.check", .check,
      [
        Field("at_least", .int, "How many.", need: .required),
        Field("of", .list(.check), "Checks.", need: .required),
      ]),
    page("operator.approve", .person, [Field("question", .string, "It.", need: .required)]),
    page(
      "postgres.fence", .change, [Field("node", node, "The old primary.", need: .required)],
      outputs: [Output("receipt", .object([]), "The proof.")], undo: .automatic("opens it again"),
      traits: [.fences]),
    page(
      "postgres.promote", .change,
      [
        Field("node", node, "The standby.", need: .required),
        Field("after", .any, "The proof of fencing."),
      ],
      outputs: [Output("timeline", .int, "Its timeline.")],
      undo: .impossible("a promoted standby has a history of its own"), traits: [.promotes]),
    page(
      "dns.switch", .change,
      [
        Field("server", .address, "The primary.", need: .required),
        Field("name", .string, "The name.", need: .required),
        Field("ttl", .duration, "How long it may be kept."),
        Field("key", .secret(forChangesOnly: true), "The key."),
      ],
      undo: .automatic("puts the old set back"), traits: [.movesNames]),
    page(
      "haproxy.shift", .change, [Field("runtime", .string, "The socket.", need: .required)],
      undo: .automatic("shifts back"), traits: [.movesTraffic]),
    page(
      "command.run", .change,
      [
        Field("argv", .list(.string), "The program.", need: .required),
        Field("check", .object([Field("argv", .list(.string), "The program.")]), "What looks."),
      ],
      outputs: [Output("exit", .int, "Its status.")],
      undo: .impossible("nobody knows what it did"), traits: [.arbitrary]),
    page(
      "message.send", .change, [Field("body", .string, "The text.", need: .required)],
      undo: .impossible("what was sent cannot be unsent"), traits: [.tells]),
  ])

  private static let node = FieldType.object([
    Field("address", .address, "Where.", need: .required)
  ])

  private static func page(
    _ name: String, _ kind: ActionKind, _ fields: [Field], outputs: [Output] = [],
    undo: ActionPage.Undo = .notNeeded, traits: Set<ActionTrait> = []
  ) -> ActionPage {
    ActionPage(
      name: name, summary: "For tests", details: "", kind: kind, fields: fields, outputs: outputs,
      timeout: .seconds(10), expected: .seconds(1), undo: undo, traits: traits, byHand: "Do it.")
  }

  static let loader = DocumentLoader(catalogue: catalogue)

  static func file(_ text: String, _ path: String = "runbook.yaml") -> SourceFile {
    SourceFile(path: path, bytes: Array(text.utf8))
  }

  /// A runbook with a head that is in order, and these stages.
  static func runbook(_ stages: String, head: String = "") -> String {
    """
    lifeboat: 1
    runbook: shop
    service: shop
    objectives: {rto: 1h, clock: run}
    \(head)
    stages:
    \(stages)
    """
  }

  /// A runbook of one stage with these lines of steps, each indented by four.
  static func steps(_ steps: String, head: String = "") -> String {
    runbook("  - stage: only\n    steps:\n\(steps)", head: head)
  }

  static func load(_ text: String, environments: [LoadedEnvironment] = []) -> Loaded<Runbook> {
    loader.runbook(file(text), environments: environments)
  }

  static func environment(_ values: String, name: String = "lab", allows: String = "drill")
    -> LoadedEnvironment
  {
    loader.environment(
      file(
        """
        lifeboat: 1
        environment: \(name)
        allows: [\(allows)]
        roles: {commander: [alice]}
        secrets: {tsig: {file: /run/secrets/tsig}}
        values:
        \(values)
        """, "environments/\(name).yaml"))
  }

  /// What is wrong with a runbook, as "code line:column".
  static func problems(_ text: String, environments: [LoadedEnvironment] = []) -> [String] {
    load(text, environments: environments).problems.sorted(files: ["runbook.yaml"]).map(short)
  }

  static func short(_ diagnostic: Diagnostic) -> String {
    guard let place = diagnostic.place else { return diagnostic.code }
    return "\(diagnostic.code) \(place.line):\(place.column)"
  }

  /// The diagnostics with a code.
  static func with(
    _ code: String, _ text: String, environments: [LoadedEnvironment] = []
  ) -> [Diagnostic] {
    load(text, environments: environments).problems.items.filter { $0.code == code }
  }

  static func rendered(_ text: String, environments: [LoadedEnvironment] = []) -> String {
    let source = file(text)
    let loaded = loader.runbook(source, environments: environments)
    return DiagnosticRenderer(files: [source] + environments.map(\.file)).text(
      loaded.problems.sorted(files: ["runbook.yaml"]))
  }
}
