import Crypto
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookFormat
import RunbookModel

/// The documents of a run, read and checked; whatever is wrong with them is shown at once.
struct Documents {
  let runbook: Runbook
  let environment: RunbookEnvironment
  let runbookSource: Plan.Source
  let environmentSource: Plan.Source

  static func load(runbook: String, environment: String, console: Console) throws -> Documents {
    let loader = DocumentLoader(catalogue: Program.current.registry.catalogue)
    let loaded = loader.load(path: runbook, environment: environment)
    if !loaded.diagnostics.isEmpty {
      console.note(
        DiagnosticRenderer(files: loaded.files, colour: console.diagnosticColour).text(loaded.diagnostics))
    }
    guard !loaded.hasErrors, let runbook = loaded.runbook, let runbookFile = loaded.runbookFile,
      let environment = loaded.environments.first, let value = environment.environment
    else { throw ExitStatus.invalid }
    return Documents(
      runbook: runbook, environment: value,
      runbookSource: source(runbook.name, runbookFile),
      environmentSource: source(value.name, environment.file))
  }

  private static func source(_ name: String, _ file: SourceFile) -> Plan.Source {
    Plan.Source(
      name: name, path: file.path, sha256: hexadecimal(SHA256.hash(data: file.bytes)))
  }

  /// Problems that are in no document: parameters, secrets.
  static func show(_ problems: [Diagnostic], console: Console) {
    console.note(DiagnosticRenderer(files: [], colour: console.diagnosticColour).text(problems))
  }
}
