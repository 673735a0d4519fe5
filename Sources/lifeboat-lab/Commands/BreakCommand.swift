import ArgumentParser

struct BreakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "break", abstract: "Break something.", discussion: Break.page)

  @OptionGroup var dir: DirOption
  @Argument(help: "What to break, and how.") var what: [String]

  func run() throws {
    _ = try Break(what)
    for line in try ControlClient(folder: dir.folder).tell(.breakIt, what) { print(line) }
  }
}

struct Heal: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make whole again what was broken.",
    discussion: """
      Without a name everything; with names only those servers, sites (a, b) or the link (replication). Databases that \
      were stopped by `node stop` stay stopped, and so does a killed primary whose standby has been promoted since.
      """)

  @OptionGroup var dir: DirOption
  @Argument var names: [String] = []

  func run() throws {
    for line in try ControlClient(folder: dir.folder).tell(.heal, names) { print(line) }
  }
}
