import CLab
import Glibc
import RunbookModel

/// The ways to break the lab.
enum Break {
  case killPrimary
  case killSite(SiteName)
  case cutSite(SiteName)
  case link(RelayMode)
  case kill(String)
  case fillDisk(SmallDisk)
  case freeze(String)

  static let page = """
    kill-primary                 kill -9 the database that takes writes
    kill-site SITE               kill -9 everything in a site
    cut-site SITE                the site's machines live, and nothing reaches them any more
    delay-replication DURATION   what a database sends to the other site arrives later
    hold-replication             nothing passes between the sites; what was held is lost if the sender dies
    drop-replication             all that passes between the sites is thrown away silently
    cut-replication              connections between the sites are closed and refused
    freeze SERVER                the server stops in its tracks (SIGSTOP)
    kill SERVER                  kill -9 one server
    fill-disk WHICH              site_a, site_b (the databases' disks) or journal; wants up --small-disks
    """

  init(_ words: [String]) throws {
    func site() throws -> SiteName {
      guard words.count == 2, let site = SiteName(words[1]) else {
        throw LabError("Which site: a or b? For example: \(words[0]) a")
      }
      return site
    }
    func server() throws -> String {
      guard words.count == 2 else { throw LabError("Which server? `status` lists them.") }
      return words[1]
    }
    switch words.first {
    case "kill-primary": self = .killPrimary
    case "kill-site": self = .killSite(try site())
    case "cut-site": self = .cutSite(try site())
    case "hold-replication": self = .link(.hold)
    case "drop-replication": self = .link(.drop)
    case "cut-replication": self = .link(.cut)
    case "delay-replication":
      guard words.count == 2, let mode = RelayMode("delay \(words[1])") else {
        throw LabError("How much later? For example: delay-replication 2s (at most 10m)")
      }
      self = .link(mode)
    case "freeze": self = .freeze(try server())
    case "kill": self = .kill(try server())
    case "fill-disk":
      guard words.count == 2, let disk = SmallDisk(words[1]) else {
        throw LabError("Which disk: site_a, site_b or journal?")
      }
      self = .fillDisk(disk)
    default:
      throw LabError("These are the ways to break a lab:\n\(Self.page)")
    }
  }
}

extension Supervisor {
  func breakIt(_ words: [String]) throws -> [String] {
    collect()
    switch try Break(words) {
    case .killPrimary:
      let primaries = SiteName.allCases.filter { site in
        !launches.isMarkedStandby(site)
          && servers.contains { $0.name == ServerLaunches.postgresName(site) && $0.pid != nil }
      }
      guard !primaries.isEmpty else { throw LabError("No database that takes writes is running.") }
      return try primaries.map { try killServer(try index(of: ServerLaunches.postgresName($0))) }
    case .killSite(let site):
      // Without power nothing answers any more: where there is a network to cut, it is cut as well.
      try network?.cut(site)
      dark.insert(site)
      return try servers.indices.filter { servers[$0].site == site }.map { try killServer($0) }
    case .cutSite(let site): return try cut(site)
    case .link(let mode):
      let answer = try tellRelay("\(mode)")
      guard answer == "ok" else { throw LabError(answer) }
      return ["the link between the sites: \(mode)"]
    case .kill(let name): return [try killServer(try index(of: name))]
    case .fillDisk(let disk):
      guard layout.hasSmallDisks else {
        throw LabError(
          "This lab's data lies on the machine's own disk, which is not filled."
            + " Start the lab with --small-disks, as root.")
      }
      return ["\(disk.rawValue): \(try disk.fill(folder)) bytes filled the disk"]
    case .freeze(let name):
      let index = try index(of: name)
      guard let pid = servers[index].pid else { throw LabError("\(name) is not running.") }
      for member in ProcessState.family(of: pid) { kill(member, SIGSTOP) }
      servers[index].condition = .frozen
      return ["\(name) is frozen"]
    }
  }

  private func killServer(_ index: Int) throws -> String {
    let name = servers[index].name
    guard let pid = servers[index].pid else { return "\(name) was not running" }
    servers[index].condition = .killed
    // All at once: a database's children would otherwise live on for some milliseconds.
    for member in ProcessState.family(of: pid) { kill(member, SIGKILL) }
    _ = wait(atMost: 5, every: 0.001) {
      collect()
      return servers[index].pid == nil
    }
    return "\(name) was killed (process \(pid))"
  }

  /// Loopback has no cable to pull: the processes are frozen, and their sockets drop every packet, so that connecting
  /// to them ends in silence as it does when a site is cut off.
  private func cut(_ site: SiteName) throws -> [String] {
    if let network {
      try network.cut(site)
      for index in servers.indices where servers[index].site == site && servers[index].pid != nil {
        servers[index].condition = .cutOff
      }
      return ["\(site.rawValue) is cut off; its machines go on"]
    }
    var lines: [String] = []
    for index in servers.indices where servers[index].site == site {
      guard let pid = servers[index].pid else { continue }
      let family = ProcessState.family(of: pid)
      for member in family { kill(member, SIGSTOP) }
      servers[index].silence = family.flatMap { Silence.fall(on: $0) }
      servers[index].condition = .cutOff
      lines.append("\(servers[index].name) is cut off")
    }
    return lines
  }

  func thaw(_ index: Int) {
    guard let pid = servers[index].pid else { return }
    for silence in servers[index].silence { silence.end() }
    servers[index].silence = []
    // The children first: a parent that finds them stopped might take it for their end.
    for member in ProcessState.family(of: pid).reversed() { kill(member, SIGCONT) }
    servers[index].condition = .running
  }
}
