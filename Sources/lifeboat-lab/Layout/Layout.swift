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
  /// Small file systems are mounted, which can be filled.
  var hasSmallDisks = false
  /// The second byte of the addresses 10.x.*.* when sites have networks of their own.
  var network: UInt8?
  /// The networks can be reached only from inside (`lifeboat-lab enter`), because an ordinary user made them.
  var isIsolated = false

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
}
