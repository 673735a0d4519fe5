import Glibc

/// Where everything listens, in each of the two kinds of network.
extension Layout {
  /// Free ports on loopback addresses, one range of addresses for each site.
  static func loopback(
    folder: LabFolder, program: String, postgresPrograms: String, user: ServerUser?
  ) throws -> Layout {
    var ports = FreePorts()
    let (a, b) = ("127.0.1", "127.0.2")
    let database = try ports.find(on: ["\(a).10", "\(b).10"])
    let app = try ports.find(on: ["\(a).20", "\(b).20"])
    let front = try ports.find(on: ["\(a).80", "\(b).80", "127.0.3.80"])
    let link = try ports.find(on: ["127.0.9.1", "127.0.9.2"])
    // BIND listens only on addresses that an interface has: of loopback's, 127.0.0.1 alone.
    let dns = try (0..<3).map { _ in Endpoint("127.0.0.1", try ports.find(on: ["127.0.0.1"])) }
    let witnesses = try ["127.0.4.1", "127.0.5.1"].map { Endpoint($0, try ports.find(on: [$0])) }
    let socketFits = folder.haproxySocket.utf8.count < 90
    return Layout(
      mode: .loopback, program: program, postgresPrograms: postgresPrograms, user: user,
      siteA: Site(
        database: Endpoint("\(a).10", database), app: Endpoint("\(a).20", app),
        front: Endpoint("\(a).80", front), link: Endpoint("127.0.9.1", link)),
      siteB: Site(
        database: Endpoint("\(b).10", database), app: Endpoint("\(b).20", app),
        front: Endpoint("\(b).80", front), link: Endpoint("127.0.9.2", link)),
      dnsPrimary: dns[0], dnsSecondary: dns[1], resolver: dns[2],
      haproxy: socketFits
        ? nil : Endpoint("127.0.3.80", try ports.find(on: ["127.0.3.80"])),
      witnesses: witnesses)
  }

  /// Usual ports on addresses of the lab's own: sites 10.x.1.* and 10.x.2.*, all others 10.x.9.*.
  static func namespaces(
    folder: LabFolder, program: String, postgresPrograms: String, user: ServerUser?
  ) throws -> Layout {
    let network = try freeNetwork()
    func at(_ place: Int, _ host: Int, _ port: UInt16) -> Endpoint {
      Endpoint("10.\(network).\(place).\(host)", port)
    }
    func site(_ number: Int) -> Site {
      Site(
        database: at(number, 10, 5432), app: at(number, 20, 8080),
        front: at(9, 80 + number, 8000), link: at(9, number, 5432))
    }
    let socketFits = folder.haproxySocket.utf8.count < 90
    var layout = Layout(
      mode: .namespaces, program: program, postgresPrograms: postgresPrograms, user: user,
      siteA: site(1), siteB: site(2), dnsPrimary: at(9, 53, 5300), dnsSecondary: at(9, 54, 5300),
      resolver: at(9, 55, 5300), haproxy: socketFits ? nil : at(9, 80, 9999),
      witnesses: [at(9, 91, 8080), at(9, 92, 8080)])
    layout.network = network
    layout.isIsolated = geteuid() != 0
    return layout
  }

  /// A network 10.x.0.0/16 of which the machine's routing table knows nothing.
  private static func freeNetwork() throws -> UInt8 {
    let routes = Files.read("/proc/net/fib_trie") ?? ""
    for network in (UInt8(64)...250).shuffled() where !routes.contains("10.\(network).") {
      return network
    }
    throw LabError("All networks from 10.64.0.0/16 to 10.250.0.0/16 are in use on this machine.")
  }
}
