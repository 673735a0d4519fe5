import Dispatch
import FoundationEssentials
import Glibc
import RunbookModel
import Synchronization

/// A crowd of customers: somebody buys every 50 ms, whatever became of the purchases before.
final class Shopper: Sendable {
  private let resolver: Endpoint
  private let name: String
  private let port: UInt16
  private let log: OrderLog
  private let underway = Mutex(0)
  private let purchases = DispatchQueue(label: "purchases", attributes: .concurrent)

  private static let every = 0.05
  private static let patience = 2.0
  /// Enough for one purchase every 50 ms that all run into their timeout.
  private static let mostUnderway = 48

  init(resolver: Endpoint, name: String, port: UInt16, log: String) throws {
    self.resolver = resolver
    self.name = name
    self.port = port
    self.log = try OrderLog(log)
  }

  func run() -> Never {
    var next = monotonicSeconds()
    var ticks = 0
    while true {
      let began = underway.withLock { count in
        guard count < Self.mostUnderway else { return false }
        count += 1
        return true
      }
      if began {
        purchases.async {
          self.log.append(self.buy())
          self.underway.withLock { $0 -= 1 }
        }
      }
      ticks += 1
      if ticks % 20 == 0 { log.sync() }
      next = max(next + Self.every, monotonicSeconds() - 1)
      pause(next - monotonicSeconds())
    }
  }

  private func buy() -> Attempt {
    let id = UUID().uuidString.lowercased()
    let sent = wallClock().nanoseconds
    var attempt = Attempt(id: id, sent: sent, done: sent, acknowledged: false)
    do {
      attempt.site = try purchase(id)
      attempt.acknowledged = true
    } catch let error as Wire.Failure {
      switch error {
      case .refused(let number): attempt.why = errorText(number)
      case .timedOut: attempt.why = "no answer in time"
      case .closed: attempt.why = "the connection was closed"
      }
    } catch {
      attempt.why = "\(error)"
    }
    attempt.done = wallClock().nanoseconds
    return attempt
  }

  /// The site that sold it.
  private func purchase(_ id: String) throws -> String {
    let deadline = monotonicSeconds() + Self.patience
    let address = try Lookup.address(of: name, from: resolver, by: deadline)
    let wire = try Wire(to: Endpoint(address, port), by: deadline)
    let body = #"{"id":"\#(id)","item":"lifebuoy","price_cents":1990}"#
    let request = """
      POST /buy HTTP/1.1\r
      Host: \(name)\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r
      \(body)
      """
    try wire.send(Array(request.utf8), by: deadline)
    let answer = String(decoding: try wire.receiveAll(by: deadline), as: UTF8.self)
    guard let status = answer.split(separator: " ", maxSplits: 2).dropFirst().first else {
      throw Wire.Failure.closed
    }
    guard status == "201", answer.contains(id) else {
      let said = answer.split(separator: "\r\n").last.map(String.init) ?? ""
      throw Lookup.Failure(description: "HTTP \(status) \(said.prefix(300))")
    }
    return answer.contains(#""site":"site_b""#) ? "site_b" : "site_a"
  }
}
