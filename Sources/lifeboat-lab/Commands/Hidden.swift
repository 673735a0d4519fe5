import ArgumentParser
import CLab
import Dispatch
import Glibc

struct GuardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guard", abstract: "Run a lab's supervisor, and tidy up after it.",
    shouldDisplay: false)
  @OptionGroup var dir: DirOption

  func run() throws { try Guard.run(dir.folder, program: try programPath()) }
}

struct Supervise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a lab's servers until told to stop.", shouldDisplay: false)
  @OptionGroup var dir: DirOption

  func run() throws {
    lab_write_lines()
    try Supervisor(folder: dir.folder).run()
  }
}

struct RelayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay", abstract: "Be the link between the sites.", shouldDisplay: false)
  @Option var control: String
  @Option(help: "LISTEN=TARGET, addresses with ports.") var route: [String]

  func run() throws {
    let routes = try route.map { text in
      guard let route = Relay.Route(text) else { throw ValidationError("'\(text)' is no route") }
      return route
    }
    var relay = try Relay(routes, control: control)
    relay.run()
  }
}

struct ShopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shop", abstract: "Be the shop of one site.", shouldDisplay: false)
  @Option var listen: Endpoint
  @Option var site: SiteName
  @Option var ownDatabase: Endpoint
  @Option var otherDatabase: Endpoint
  @Option var passwords: String

  func run() throws {
    let till = Till(
      site: site, databases: [site: ownDatabase, site.other: otherDatabase], passwords: passwords)
    serveForever { try await ShopServer(listen: listen, till: till).run() }
  }
}

struct WitnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness", abstract: "Watch both sites from elsewhere.", shouldDisplay: false)
  @Option var listen: Endpoint
  @Option(help: "NAME=DATABASE,APP, addresses with ports.") var site: [String]

  func run() throws {
    let targets = try site.map { text in
      let parts = text.split(whereSeparator: { $0 == "=" || $0 == "," }).map(String.init)
      guard parts.count == 3, let name = SiteName(parts[0]), let database = Endpoint(parts[1]),
        let app = Endpoint(parts[2])
      else { throw ValidationError("'\(text)' is no site") }
      return Watch.Target(site: name, database: database, app: app)
    }
    let watch = Watch()
    watch.start(targets)
    serveForever { try await WitnessServer(listen: listen, watch: watch).run() }
  }
}

struct ShopperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shopper", abstract: "Be the customers.", shouldDisplay: false)
  @Option var resolver: Endpoint
  @Option var name: String
  @Option var port: UInt16
  @Option var log: String

  func run() throws {
    try Shopper(resolver: resolver, name: name, port: port, log: log).run()
  }
}

/// The program's entry is synchronous because the supervisor must stay on one thread; these servers are not.
private func serveForever(_ work: @escaping @Sendable () async throws -> Void) -> Never {
  Task {
    do { try await work() } catch { print("\(error)") }
    exit(1)
  }
  dispatchMain()
}
