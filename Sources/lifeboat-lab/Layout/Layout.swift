import Glibc

enum SiteName: String, Codable, Sendable, CaseIterable, Hashable {
  case siteA = "site_a"
  case siteB = "site_b"

  var other: SiteName { self == .siteA ? .siteB : .siteA }
  var letter: String { self == .siteA ? "a" : "b" }

  /// `a`, `b`, `site_a`, `site_b`, `site-a`, `site-b`.
  init?(_ text: String) {
    switch text {
    case "a", "site_a", "site-a": self = .siteA
    case "b", "site_b", "site-b": self = .siteB
    default: return nil
    }
  }
}

enum NetworkMode: String, Codable, Sendable, CaseIterable {
  /// All addresses in 127.0.0.0/8; needs no privilege.
  case loopback
  /// Each site in a network namespace of its own behind a router.
  case namespaces
}

/// The addresses of one site's machines.
struct Site: Codable, Sendable {
  var database: Endpoint
  var app: Endpoint
  /// Where customers enter when DNS points to this site.
  var front: Endpoint
  /// Where the OTHER site's database finds this one: the wide-area link.
  var link: Endpoint
}

/// Everything that `up` decided about one lab; written once, read by every other command.
struct Layout: Codable, Sendable {
  var version = 1
  var mode: NetworkMode
  /// This program, as the stop and start commands of the environment call it.
  var program: String
  var postgresPrograms: String
  var user: ServerUser?
  var siteA: Site
  var siteB: Site
  var dnsPrimary: Endpoint
  var dnsSecondary: Endpoint
  var resolver: Endpoint
  /// Nil: the socket file is used.
  var haproxy: Endpoint?
  var witnesses: [Endpoint]
  /// Which site's database is named as primary in the environment file.
  var primary: SiteName = .siteA
  /// Small file systems were mounted, which can be filled.
  var hasSmallDisks = false

  static let zone = "example.test"
  static let shopName = "shop.example.test"
  static let ttl = 5
  static let keyName = "lifeboat-lab"
  static let database = "shop"
  static let administrator = "lifeboat"

  /// Without real root, PostgreSQL must be told that it is not root.
  var needsNestedUser: Bool { mode == .namespaces && user == nil }

  subscript(site: SiteName) -> Site {
    get { site == .siteA ? siteA : siteB }
    set { if site == .siteA { siteA = newValue } else { siteB = newValue } }
  }

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
}
