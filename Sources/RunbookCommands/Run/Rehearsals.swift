import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookSimulation

/// The rehearsals of one or more runbooks, played.
struct Rehearsals {
  var runbooks: [OfRunbook] = []

  struct OfRunbook {
    var runbook: Runbook
    var file: SourceFile
    var played: [Played] = []
  }

  struct Played {
    var rehearsal: Rehearsal
    var file: SourceFile
    var plan: Plan
    var run: RehearsedRun
    /// What playing it took on this machine.
    var cost: Duration
  }

  var all: [Played] { runbooks.flatMap(\.played) }
  var failed: Int { all.count { !$0.run.hasPassed } }

  /// How the program ends; nil when all is well.
  var status: ExitStatus? {
    let broken = all.flatMap(\.run.account.breaches)
    if broken.contains(where: { !$0.invariant.isTheRunbooks }) { return .internal }
    return failed > 0 ? .rehearsalFailed : nil
  }

  /// Reads all that is named, and plays it when nothing of it is wrong.
  static func play(_ paths: [String], _ console: Console) throws -> Rehearsals {
    let loader = DocumentLoader(catalogue: Program.current.registry.catalogue)
    var loaded: [LoadedRunbook] = []
    for path in paths {
      let folders = DocumentLoader.runbookFolders(in: path)
      for path in folders.isEmpty ? [path] : folders { loaded.append(loader.load(path: path)) }
    }
    try refuse(loaded, console)
    var all = Rehearsals()
    for documents in loaded {
      guard let runbook = documents.runbook, let file = documents.runbookFile else { continue }
      var of = OfRunbook(runbook: runbook, file: file)
      for rehearsal in documents.rehearsals {
        guard let value = rehearsal.rehearsal else { continue }
        of.played.append(try play(value, rehearsal.file, runbook, file, documents, console))
      }
      all.runbooks.append(of)
    }
    guard !all.all.isEmpty else {
      let first = all.runbooks.first?.file.path ?? paths.first ?? ""
      throw Refusal(
        .invalid, "there is nothing to rehearse: no rehearsal lies beside '\(first)'", changed: "",
        next: "write one into a folder 'rehearsals' beside the runbook; "
          + "'lifeboat schema rehearsal' says what it holds")
    }
    return all
  }

  private static func refuse(_ loaded: [LoadedRunbook], _ console: Console) throws {
    for documents in loaded where documents.hasErrors {
      let renderer = DiagnosticRenderer(
        files: documents.files, colour: console.diagnosticColour)
      console.note(renderer.text(documents.diagnostics.filter { $0.severity == .error }))
    }
    for documents in loaded where !documents.hasErrors && documents.runbook == nil {
      throw Refusal(
        .invalid, "'\(documents.files.first?.path ?? "it")' is no runbook and no rehearsal",
        changed: "", next: "name a runbook's folder or file, or a rehearsal's file")
    }
    if loaded.contains(where: \.hasErrors) { throw ExitStatus.invalid }
  }

  private static func play(
    _ rehearsal: Rehearsal, _ file: SourceFile, _ runbook: Runbook, _ source: SourceFile,
    _ documents: LoadedRunbook, _ console: Console
  ) throws -> Played {
    let begin = ContinuousClock.now
    guard
      let place = documents.environments.first(where: {
        $0.environment?.name == rehearsal.environment
      }), let environment = place.environment
    else { throw ExitStatus.invalid }
    let program = Program.current
    let now = program.clock.now().wall
    let request = Planner.Request(
      runbook: runbook, runbookSource: Documents.source(runbook.name, source),
      environment: environment,
      environmentSource: Documents.source(environment.name, place.file),
      purpose: rehearsal.purpose(in: environment),
      variant: rehearsal.variant ?? (runbook.variants.count == 1 ? runbook.variants[0] : nil),
      parameters: ParameterCheck(runbook.parameters).values(from: rehearsal.parameterArguments)
        .values,
      outageAt: rehearsal.outageAt.map { now - $0 }, madeBy: Person.current,
      toolVersion: program.version)
    do throws(Diagnostic) {
      let plan = try Planner(registry: program.registry, clock: program.clock).sketch(request)
      let run = RehearsedRun.play(rehearsal, plan, catalogue: program.registry.catalogue)
      return Played(
        rehearsal: rehearsal, file: file, plan: plan, run: run, cost: begin.duration(to: .now))
    } catch {
      Documents.show([error], console: console)
      throw ExitStatus.invalid
    }
  }
}

extension Rehearsal {
  fileprivate func purpose(in environment: RunbookEnvironment) -> Purpose {
    purpose ?? (environment.allows.contains(.recovery) ? .recovery : .drill)
  }
}
