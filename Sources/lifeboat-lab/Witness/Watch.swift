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

  struct View: Codable, Sendable {
    var database = Sight.unknown
    var app = Sight.unknown
    /// When it was last looked at.
    var seen: String?
    /// A site is up when its database and its shop both answer; an answer that is an error counts too.
    var site: Sight {
      if database == .unknown || app == .unknown { return .unknown }
      return database == .up && app == .up ? .up : .down
    }
  }

  private static let every = 0.25
  private static let patience = 0.5
  /// One lost packet is not a lost site.
  private static let failuresUntilDown = 2

  private let views = Mutex<[SiteName: View]>([:])

  var current: [SiteName: View] { views.withLock { $0 } }

  func start(_ targets: [Target]) {
    for target in targets {
      // A thread for each site, so that a silent site does not slow the look at the other.
      DispatchQueue(label: "watch.\(target.site.rawValue)").async { self.look(at: target) }
    }
  }

  private func look(at target: Target) {
    var (databaseFailures, appFailures) = (0, 0)
    while true {
      let deadline = monotonicSeconds() + Self.patience
      let (database, app) = (
        Self.answers(database: target.database, by: deadline), Self.answers(app: target.app)
      )
      databaseFailures = database ? 0 : databaseFailures + 1
      appFailures = app ? 0 : appFailures + 1
      let (seenDatabase, seenApp) = (Self.sight(databaseFailures), Self.sight(appFailures))
      views.withLock { views in
        var view = views[target.site] ?? View()
        view.database = seenDatabase ?? view.database
        view.app = seenApp ?? view.app
        view.seen = wallClock().text(decimals: 3)
        views[target.site] = view
      }
      pause(Self.every)
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

  private static func answers(app endpoint: Endpoint) -> Bool {
    let deadline = monotonicSeconds() + patience
    do {
      let wire = try Wire(to: endpoint, by: deadline)
      let request = "GET / HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n"
      try wire.send(Array(request.utf8), by: deadline)
      return try wire.receive(by: deadline).starts(with: "HTTP/1.1 ".utf8)
    } catch { return false }
  }
}
