import ArgumentParser

@main
struct LifeboatLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lifeboat-lab",
    abstract: "Real servers on one machine, to practise disasters on and to test against.",
    discussion: """
      Two sites with a database and a shop each, replication between them, DNS, a load balancer, two witnesses, and \
      customers who buy all the time and remember every order that was acknowledged.
      """,
    subcommands: [
      Up.self, Down.self, Status.self, BreakCommand.self, Heal.self, Count.self, Node.self,
      EnvironmentCommand.self, Enter.self, GuardCommand.self, Supervise.self, RelayCommand.self,
      ShopCommand.self, WitnessCommand.self, ShopperCommand.self,
    ])
}

/// The folder of a lab, as every command wants it.
struct DirOption: ParsableArguments {
  @Option(help: "The folder of the lab.", completion: .directory)
  var dir: String

  var folder: LabFolder { LabFolder(dir) }
}

extension Endpoint: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension SiteName: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension NetworkMode: ExpressibleByArgument {}
