import FoundationEssentials
import Glibc

/// The folder that holds all of one lab: configuration, data, logs, secrets, and the lab's state.
struct LabFolder: Sendable {
  var path: String

  init(_ path: String) { self.path = Files.absolute(path) }

  var description: String { "\(path)/lab.json" }
  var environment: String { "\(path)/lab.yaml" }
  var control: String { "\(path)/control.sock" }
  var lock: String { "\(path)/guard.pid" }
  var logs: String { "\(path)/log" }
  var secrets: String { "\(path)/secrets" }
  /// Files with passwords that the servers read, as the servers' user.
  var passwords: String { "\(path)/private/pgpass" }
  var run: String { "\(path)/run" }
  var relayControl: String { "\(path)/run/relay.sock" }
  var haproxySocket: String { "\(path)/run/haproxy.sock" }
  var orders: String { "\(path)/shopper/orders.jsonl" }
  var failure: String { "\(path)/log/failure.txt" }

  func log(_ server: String) -> String { "\(logs)/\(server).log" }
  func site(_ site: SiteName) -> String { "\(path)/\(site.rawValue)" }
  func data(_ site: SiteName) -> String { "\(path)/\(site.rawValue)/postgres" }
  func accessRules(_ site: SiteName) -> String { "\(path)/\(site.rawValue)/pg_hba.conf" }

  /// What `up` decided; an error that says what to do when no lab is here.
  func layout() throws -> Layout {
    guard let text = Files.read(description) else {
      throw LabError(
        "There is no lab in \(path). Start one with: lifeboat-lab up --dir \(path)")
    }
    do {
      return try JSONDecoder().decode(Layout.self, from: Data(text.utf8))
    } catch {
      throw LabError(
        "\(description) cannot be read (\(error)). Remove \(path) and start the lab again.")
    }
  }

  func save(_ layout: Layout) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(layout), as: UTF8.self)
    try Files.write(description, text + "\n")
  }
}
