import RunbookAction

/// What one process of HAProxy says of one backend and its servers.
struct BackendState: Sendable, Equatable {
  var process: RuntimeAddress
  var backend: String
  /// `UP` or `DOWN`, and in newer versions more.
  var status: String
  /// How traffic is shared out, where it says so: `roundrobin`, `static-rr` ...
  var algorithm: String?
  var servers: [ServerState]

  subscript(name: String) -> ServerState? { servers.first { $0.name == name } }

  /// How much of the new traffic these servers get, in percent; nil when no server gets any.
  func share(of names: [String]) -> Double? {
    let active = servers.filter { !$0.isBackup && $0.isUsable }
    let carriers = active.contains { $0.weight > 0 } ? active : servers.filter(\.isUsable)
    let total = carriers.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    let part = carriers.filter { names.contains($0.name) }.reduce(0) { $0 + $1.weight }
    return Double(part * 1000 / total) / 10
  }
}

/// A server of a backend.
struct ServerState: Sendable, Equatable {
  var name: String
  /// As `show stat` says it: `UP`, `DOWN`, `MAINT`, `DRAIN`, `no check`, `UP 1/3` ...
  var status: String
  /// Its state without regard to weights: stopped, starting, running, stopping.
  var operation: Int
  var admin: Int
  var weight: Int
  /// The weight of the configuration file.
  var initialWeight: Int
  var hasCheck: Bool
  /// Its health check has passed at least once since it was last made ready.
  var hasPassedCheck: Bool
  /// The last check in HAProxy's words.
  var lastCheck: String
  var hasAgent: Bool
  var isBackup: Bool
  var sessions: Int

  /// Set by somebody at run time or by the word `disabled` in the configuration.
  var mode: ServerMode {
    if admin & 0x01 != 0 { return .maintenance }
    return admin & 0x08 != 0 ? .drain : .ready
  }

  /// Held back by another server it tracks or by a name that does not resolve: no command can end
  /// that.
  var isHeldBack: Bool { admin & 0x72 != 0 }

  /// It would take new traffic if its weight is above zero.
  var isUsable: Bool { mode == .ready && !isHeldBack && (operation == 1 || operation == 2) }

  /// It gets no new traffic now and will not by getting well.
  var isOff: Bool { weight == 0 || mode != .ready }

  var text: String {
    let check = lastCheck.isEmpty ? "" : " (\(lastCheck))"
    return "\(name): \(status)\(check), weight \(weight), \(sessions) sessions"
  }
}

/// Whether a server takes part, as an administrator has set it.
enum ServerMode: String, Sendable, Codable {
  case ready
  case drain
  /// HAProxy's word is `maint`.
  case maintenance = "maint"
}

extension RuntimeClient {
  /// Reads the backend; a missing backend is a refusal that lists those there are.
  func state(of backend: String, by deadline: Deadline) async throws(RuntimeTrouble) -> BackendState
  {
    let answer = try await send("show servers state \(backend)", by: deadline)
    guard let table = Table(spaced: answer) else {
      throw .refused(await complaint(about: backend, answer, by: deadline))
    }
    let rows = table.all
    guard let number = rows.first?.number("be_id") else {
      throw .refused("the backend '\(backend)' at \(address) has no servers")
    }
    let statistics = try await send("show stat \(number) -1 -1", by: deadline)
    guard let stat = Table(commaSeparated: statistics) else {
      throw .refused("\(address) answered 'show stat' with: \(Self.line(statistics))")
    }
    let lines = Dictionary(
      stat.all.map { ($0["svname"] ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    var servers: [ServerState] = []
    for row in rows {
      guard let name = row["srv_name"], let line = lines[name], let server = ServerState(row, line)
      else { throw .refused("\(address) gives an incomplete state of the backend '\(backend)'") }
      servers.append(server)
    }
    guard servers.count <= Self.mostServers else {
      throw .refused(
        "the backend '\(backend)' has \(servers.count) servers; \(Self.mostServers) at most")
    }
    return BackendState(
      process: address, backend: backend, status: lines["BACKEND"]?["status"] ?? "",
      algorithm: lines["BACKEND"]?["algo"].flatMap { $0.isEmpty ? nil : $0 }, servers: servers)
  }

  static let mostServers = 1000

  /// `admin`, `operator` or `user`: what this socket lets us do.
  func level(by deadline: Deadline) async throws(RuntimeTrouble) -> String {
    Self.line(try await send("show cli level", by: deadline))
  }

  private func complaint(
    about backend: String, _ answer: String, by deadline: Deadline
  ) async -> String {
    let said = "\(address) says of the backend '\(backend)': \(Self.line(answer))"
    guard let list = try? await send("show backend", by: deadline) else { return said }
    let names = list.split(separator: "\n").filter { !$0.hasPrefix("#") }.prefix(20)
    return "\(said) It has: \(names.joined(separator: ", "))"
  }

  /// The first words of an answer, for a sentence.
  static func line(_ answer: String) -> String {
    let words = answer.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 200 ? "\(words.prefix(200))..." : words
  }
}

extension ServerState {
  fileprivate init?(_ row: Table.Row, _ line: Table.Row) {
    guard let name = row["srv_name"], let operation = row.number("srv_op_state"),
      let admin = row.number("srv_admin_state"), let weight = row.number("srv_uweight"),
      let initial = row.number("srv_iweight"), let status = line["status"]
    else { return nil }
    self.name = name
    self.status = status
    self.operation = operation
    self.admin = admin
    self.weight = weight
    initialWeight = initial
    hasCheck = (row.number("srv_check_state") ?? 0) & 0x02 != 0
    // One success after a start takes the counter from `rise` to its top.
    let top = (line.number("check_rise") ?? 0) + (line.number("check_fall") ?? 0) - 1
    hasPassedCheck = top > 0 && line.number("check_health") == top && !status.hasPrefix("MAINT")
    let words = [line["check_status"], line["last_chk"]].compactMap { $0 }.filter { !$0.isEmpty }
    lastCheck = words.joined(separator: ": ")
    hasAgent = line["agent_status"].map { !$0.isEmpty } ?? false
    isBackup = line["bck"] == "1"
    sessions = line.number("scur") ?? 0
  }
}
