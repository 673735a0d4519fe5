import Crypto
import Glibc
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
        DiagnosticRenderer(files: loaded.files, colour: console.diagnosticColour).text(
          loaded.diagnostics))
    }
    guard !loaded.hasErrors, let runbook = loaded.runbook, let runbookFile = loaded.runbookFile,
      let environment = loaded.environments.first, let value = environment.environment
    else { throw ExitStatus.invalid }
    return Documents(
      runbook: runbook, environment: value.anchored(in: folder(of: environment.file)),
      runbookSource: source(runbook.name, runbookFile),
      environmentSource: source(value.name, environment.file))
  }

  static func source(_ name: String, _ file: SourceFile) -> Plan.Source {
    Plan.Source(
      name: name, path: absolute(file.path), sha256: hexadecimal(SHA256.hash(data: file.bytes)))
  }

  private static func folder(of file: SourceFile) -> String {
    let path = absolute(file.path)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
  }

  /// A run may be gone on with from another folder, so its plan holds no path that depends on this one.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  /// Problems that are in no document: parameters, secrets.
  static func show(_ problems: [Diagnostic], console: Console) {
    console.note(DiagnosticRenderer(files: [], colour: console.diagnosticColour).text(problems))
  }
}

extension RunbookEnvironment {
  /// Files that the environment names by a relative path lie where the environment's file lies.
  fileprivate func anchored(in folder: String) -> RunbookEnvironment {
    func anchored(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
    var environment = self
    environment.signingKeyFile = signingKeyFile.map(anchored)
    environment.secrets = secrets.map { reference in
      var reference = reference
      switch reference.source {
      case .file(let path): reference.source = .file(anchored(path))
      // A program that is named without a slash is looked for in PATH.
      case .command(let argv):
        let program = argv.first.map { $0.contains("/") ? anchored($0) : $0 }
        reference.source = .command([program].compactMap { $0 } + argv.dropFirst())
      case .environmentVariable: break
      }
      return reference
    }
    return environment
  }
}
