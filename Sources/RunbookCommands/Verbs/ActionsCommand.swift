import ArgumentParser
import RunbookFormat
import RunbookAction
import RunbookModel

/// `lifeboat actions`: the catalogue, and one action's page.
struct ActionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "actions",
    abstract: "List the actions that a step can use, or show one action's page.")

  @Argument(help: "An action, for example postgres.promote.")
  var name: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let console = Console()
    let catalogue = Program.current.registry.catalogue
    guard let name else {
      switch output.format {
      case .text: console.out(ActionText.list(catalogue, console))
      case .json:
        let pages = catalogue.names.compactMap { catalogue[$0] }.map(ActionText.value)
        console.out(JSONText.text(.list(pages), pretty: true))
      }
      return
    }
    guard let page = catalogue[name] else {
      let near = Nearest.word(to: name, among: catalogue.names)
      throw Refusal(
        .invalid, "there is no action '\(name)'", changed: "",
        next: near.map { "did you mean '\($0)'?" } ?? "list them with: lifeboat actions")
    }
    switch output.format {
    case .text: console.out(ActionText.page(page, console))
    case .json: console.out(JSONText.text(ActionText.value(page), pretty: true))
    }
  }
}
