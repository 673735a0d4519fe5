import ArgumentParser
import Glibc
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookSimulation

/// `lifeboat rehearse`: every rehearsal of a runbook, in a model, against what its author expects.
struct Rehearse: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "rehearse",
    abstract:
      "Play a runbook's rehearsals in a model, and say what came out otherwise than expected.",
    discussion: """
      A rehearsal is a file in the folder 'rehearsals' beside the runbook: what goes wrong, and what \
      must come out. Each is played on a virtual clock, and checked after every record against what \
      no run may break. Touches no server, no secret, no state.

      \(SimulationText.limits)

      Exit code 0: all passed. 2: a document is not valid, or there is nothing to rehearse; nothing \
      was played. 12: one did not come out as expected. 70: the program broke one of its promises, \
      or the JUnit file could not be written.
      """)

  @Argument(
    help: ArgumentHelp(
      "What to rehearse: a runbook's folder or file, one rehearsal's file, or a folder of runbooks.",
      valueName: "path"),
    completion: .file(extensions: ["yaml", "yml"]))
  var paths: [String]
  @Flag(help: "Tell the story of those that passed, too.")
  var story = false
  @Option(
    help: ArgumentHelp("Write the results as JUnit XML, for CI.", valueName: "file"),
    completion: .file(extensions: ["xml"]))
  var junit: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let console = Console()
    let played = try Rehearsals.play(paths, console)
    let text = RehearsalText(console: console, tellsAll: story)
    switch output.format {
    case .text: console.out(text.text(played))
    case .json: console.out(JSONText.text(RehearsalJSON.value(played), pretty: true))
    }
    if let junit { try JUnitText.write(played, to: junit) }
    if let status = played.status { throw status }
  }
}
