import ArgumentParser
import RunbookFormat
import RunbookAction
import RunbookModel

/// `lifeboat validate`: every problem of the documents, in one pass.
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "validate",
    abstract:
      "Check a runbook, its environments and rehearsals: syntax, names, types, order, recovery rules.",
    discussion: """
      Finds all problems in one pass and shows each with file, line, column and what to write \
      instead. Reads files only: no server is asked. Exit code 2 when there is an error; warnings \
      do not change it.
      """)

  @Argument(
    help: "The runbook: a folder with runbook.yaml, or the file itself.",
    completion: .file(extensions: ["yaml", "yml"]))
  var runbook: String?
  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp(
      "Check against this environment only: a name, or a file. Without it, against all, and the "
        + "rehearsals too."))
  var environment: String?
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case sarif
  }
  @Option(help: "text for people, json or sarif for programs.")
  var format: Format = .text
  @Option(help: ArgumentHelp("Say what a rule is for, for example LB401.", valueName: "code"))
  var explain: String?

  func run() throws {
    let console = Console()
    if let explain { return try show(rule: explain, console) }
    guard let runbook else {
      throw Refusal(
        .invalid, "no runbook was named", changed: "", next: "lifeboat validate PATH")
    }
    let loader = DocumentLoader(catalogue: Program.current.registry.catalogue)
    let loaded = loader.load(path: runbook, environment: environment)
    let renderer = DiagnosticRenderer(files: loaded.files, colour: console.diagnosticColour)
    switch format {
    case .text:
      if !loaded.diagnostics.isEmpty { console.note(renderer.text(loaded.diagnostics)) }
      if !loaded.hasErrors, let runbook = loaded.runbook {
        let names = loaded.environments.compactMap { $0.environment?.name }
        let rehearsals = loaded.rehearsals.count
        console.out(
          "\(runbook.name) is valid: \(runbook.steps.count) steps in \(runbook.stages.count) stages"
            + (names.isEmpty ? "" : ", checked against \(names.joined(separator: ", "))")
            + (rehearsals == 0
              ? "" : ", with \(rehearsals) rehearsal\(rehearsals == 1 ? "" : "s")"))
      }
    case .json:
      console.out(
        JSONText.text(DiagnosticJSON.value(loaded.diagnostics), pretty: true))
    case .sarif:
      console.out(
        JSONText.text(
          DiagnosticSARIF.value(loaded.diagnostics, toolVersion: Program.current.version),
          pretty: true))
    }
    if loaded.hasErrors { throw ExitStatus.invalid }
  }

  private func show(rule code: String, _ console: Console) throws {
    guard let rule = RuleBook[code: code] else {
      throw Refusal(
        .invalid, "there is no rule '\(code)'", changed: "",
        next: "rules: \(RuleBook.all.map(\.code).joined(separator: ", "))")
    }
    console.out("\(rule.code) (\(rule.severity.rawValue)): \(rule.title)\n")
    console.out(wrapped(rule.explanation, width: 100, indent: ""))
  }
}

/// `lifeboat schema`: what editors complete and check by.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "schema",
    abstract: "Print a JSON Schema of the format, so that editors complete and check.",
    discussion: """
      For editors with the YAML language server, write into the first line of a runbook:
      # yaml-language-server: $schema=runbook.schema.json
      """)
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case runbook
    case environment
    case rehearsal
    case report
  }
  @Argument(help: "Which document: runbook, environment, rehearsal or report.")
  var kind: Kind = .runbook

  func run() throws {
    let catalogue = Program.current.registry.catalogue
    Console().out(JSONText.text(SchemaText.value(kind, catalogue), pretty: true))
  }
}
