import ArgumentParser

struct Node: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Do what an operator does on a database machine.",
    discussion: """
      stop: shut the database down (fast). start: start it. rewind: make it a standby of the other site's database; \
      what only it had written is thrown away.
      """)

  enum Verb: String, ExpressibleByArgument, CaseIterable {
    case stop
    case start
    case rewind
  }

  @Argument var verb: Verb
  @OptionGroup var dir: DirOption
  @Option var site: SiteName

  func run() throws {
    let client = ControlClient(folder: dir.folder)
    let lines = try client.tell(.node, [verb.rawValue, site.letter], atMost: 240)
    for line in lines { print(line) }
  }
}

struct EnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment",
    abstract: "Write the environment file again, with this site's database as the primary.")

  @OptionGroup var dir: DirOption
  @Option(help: "The site whose database is the primary.") var primary: SiteName

  func run() throws {
    let client = ControlClient(folder: dir.folder)
    for line in try client.tell(.environment, [primary.letter]) { print(line) }
  }
}
