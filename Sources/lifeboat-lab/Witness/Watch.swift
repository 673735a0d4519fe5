import Dispatch
import Glibc
import RunbookModel
import Synchronization

/// Looks at both sites again and again and keeps what it saw last.
final class Watch: Sendable {
  enum Sight: String, Codable, Sendable {
    case up
    case down
    case unknown
  }

  struct Target: Sendable {
    var site: SiteName
    var database: Endpoint
    var app: Endpoint
  }

  struct Look: Codable, Sendable {
    var sight = Sight.unknown
    /// When it was last looked at.
    var seen: String?
  }

  struct View: Codable, Sendable {
    var database = Look()
    var app = Look()
    /// A site is up when its database and its shop both answer; an answer that is an error counts too.
    var site: Sight {
      if database.sight == .unknown || app.sight == .unknown { return .unknown }
      return database.sight == .up && app.sight == .up ? .up : .down
    }
  }

  private static let every = 0.25
  private static let patience = 0.4
  /// One lost packet is not a lost site.
  private static let failuresUntilDown = 2

  private let views = Mutex<[SiteName: View]>([:])

  var current: [SiteName: View] { views.withLock { $0 } }

  func start(_ targets: [Target]) {
    for target in targets {
      // A thread for each port, so that a silent one does not slow the look at the others.
      look(target.site, "database", \.database) { Self.answers(database: target.database, by: $0) }
      look(target.site, "app", \.app) { Self.answers(app: target.app, by: $0) }
    }
  }

  private func look(
    _ site: SiteName, _ what: String, _ place: any WritableKeyPath<View, Look> & Sendable,
    _ answers: @escaping @Sendable (Double) -> Bool
  ) {
    DispatchQueue(label: "watch.\(site.rawValue).\(what)").async {
      var failures = 0
      while true {
        let began = monotonicSeconds()
        failures = answers(began + Self.patience) ? 0 : failures + 1
        let sight = Self.sight(failures)
        self.views.withLock { views in
          let before = views[site, default: View()][keyPath: place].sight
          views[site, default: View()][keyPath: place] = Look(
            sight: sight ?? before, seen: wallClock().text(decimals: 3))
        }
        pause(began + Self.every - monotonicSeconds())
      }
    }
  }

  private static func sight(_ failures: Int) -> Sight? {
    failures == 0 ? .up : failures >= failuresUntilDown ? .down : nil
  }

  /// Asks PostgreSQL whether it speaks TLS: one byte comes back from a living server, nothing from a frozen one.
  private static func answers(database endpoint: Endpoint, by deadline: Double) -> Bool {
    do {
      let wire = try Wire(to: endpoint, by: deadline)
      try wire.send([0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F], by: deadline)
      return try !wire.receive(by: deadline, atMost: 1).isEmpty
    } catch { return false }
  }

  private static func answers(app endpoint: Endpoint, by deadline: Double) -> Bool {
    do {
      let wire = try Wire(to: endpoint, by: deadline)
      let request = "GET / HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n"
      try wire.send(Array(request.utf8), by: deadline)
      return try wire.receive(by: deadline).starts(with: "HTTP/1.1 ".utf8)
    } catch { return false }
  }
}
