import ArgumentParser
import Glibc
import RunbookAction
import RunbookDriver
import RunbookFormat
import RunbookModel
import RunbookReport

/// `lifeboat trend`: whether recovery gets faster or slower.
struct TrendCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "trend",
    abstract:
      "Show RTA, RPA and how right the forecasts were, over the runs of one runbook or service.",
    discussion: """
      Reads the journals of this machine. Runs that have not ended, and runs that cannot be read, are \
      counted and named.
      """)

  @Argument(
    help: "The runbook: its name, its folder, or its file.",
    completion: .file(extensions: ["yaml", "yml"]))
  var runbook: String?
  @Option(help: "All runbooks of this service instead.")
  var service: String?
  @OptionGroup var output: SheetOptions

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    let subject: Trend.Subject
    switch (runbook, service) {
    case (let runbook?, nil): subject = .runbook(try RunbookName.of(runbook, console: console))
    case (nil, let service?): subject = .service(service)
    case (nil, nil), (.some, .some):
      throw Refusal(
        .invalid, "name either a runbook or a service", changed: "",
        next: "lifeboat trend RUNBOOK, or lifeboat trend --service NAME")
    }
    let wanted: RunSearch.Wanted =
      switch subject {
      case .runbook(let name): .runbook(name)
      case .service(let name): .service(name)
      }
    var points: [Trend.Point] = []
    var open: [LeftOut] = []
    let left = try RunSearch(session: session).each(wanted) { stored in
      guard let summary = RunSummary(stored.history) else { return }
      let forecast = stored.keptForecast.flatMap {
        ForecastError(stored.history, $0, summary.clocks)
      }
      if let point = Trend.Point(summary, forecast: forecast) { return points.append(point) }
      open.append(LeftOut(run: summary.run, kind: .notEnded, why: "it has not ended"))
    }
    let trend = Trend(subject, points, leftOut: left + open)
    try output.write(trend.sheet, trend.jsonText, console)
  }
}

/// `lifeboat coverage`: what was never done for real.
struct CoverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "coverage",
    abstract: "Show for every step of a runbook when it was last done for real, and where.",
    discussion: """
      Holds the runbook as it is now against the journals of this machine: a step whose action, input, \
      checks or undo were changed since it was done is untested as it now stands. Rehearsals and \
      simulations count for nothing here.
      """)

  @Argument(
    help: "The runbook: a folder with runbook.yaml, or the file itself.",
    completion: .file(extensions: ["yaml", "yml"]))
  var runbook: String
  @OptionGroup var output: SheetOptions

  func run() throws {
    let console = Console()
    let session = try RunSession.current()
    let runbook = try RunbookName.load(runbook, console: console)
    var builder = Coverage.Builder(runbook)
    let left = try RunSearch(session: session).each(.runbook(runbook.name)) {
      builder.add($0.history)
    }
    let coverage = builder.coverage(leftOut: left)
    try output.write(coverage.sheet, coverage.jsonText, console)
  }
}

/// A runbook that was named on the command line, by its document or by its id.
enum RunbookName {
  static func load(_ path: String, console: Console) throws -> Runbook {
    let loader = DocumentLoader(catalogue: Program.current.registry.catalogue)
    let loaded = loader.load(path: path)
    guard let runbook = loaded.runbook else {
      console.note(
        DiagnosticRenderer(files: loaded.files, colour: console.diagnosticColour).text(
          loaded.diagnostics))
      throw ExitStatus.invalid
    }
    return runbook
  }

  /// A text without a slash or an ending is an id, unless a folder of that name is here.
  static func of(_ text: String, console: Console) throws -> String {
    let isPath =
      text.contains("/") || text.contains(".") || access(text + "/runbook.yaml", F_OK) == 0
    return isPath ? try load(text, console: console).name : text
  }
}
