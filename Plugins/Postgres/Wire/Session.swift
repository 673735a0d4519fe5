import CLibPQ
import Glibc
import RunbookAction
import RunbookModel

/// One connection to one server. Every call on it ends by the deadline, also when the server has gone silent.
///
/// The server is told the same limit (`statement_timeout`), so that it gives up a statement by itself when nobody can
/// reach it any more to cancel it. `synchronous_commit` is local: after the loss of a site a commit would otherwise
/// wait for a standby that will never answer, and no timeout of the server's ends that wait.
///
/// It belongs to the one thread inside one `blocking {}`.
final class Session {
  let target: Target
  let deadline: Deadline
  /// The numeric address that answered.
  let peer: String
  private let connection: OpaquePointer
  private var serverLimit: Int

  private init(
    _ connection: OpaquePointer, _ target: Target, peer: String, deadline: Deadline,
    serverLimit: Int
  ) {
    self.connection = connection
    self.target = target
    self.peer = peer
    self.deadline = deadline
    self.serverLimit = serverLimit
  }

  deinit { PQfinish(connection) }

  var address: String { target.address }
  var serverVersion: Int { Int(PQserverVersion(connection)) }

  /// Connects within the node's connect_timeout and the deadline, whichever ends first.
  static func open(_ target: Target, by deadline: Deadline) throws(ConnectTrouble) -> Session {
    let limit = min(deadline, .after(target.connectTimeout))
    let addresses: [String]
    switch NameLookup.addresses(of: target.host, by: limit) {
    case .addresses(let found): addresses = found
    case .failed(let reason):
      throw ConnectTrouble(kind: .noName, address: target.address, detail: reason)
    case .late:
      throw ConnectTrouble(
        kind: .noName, address: target.address, detail: "no answer from the name servers in time")
    }
    var troubles: [ConnectTrouble] = []
    for (place, peer) in addresses.enumerated() {
      let share = limit.remaining / (addresses.count - place)
      do throws(ConnectTrouble) {
        return try connect(target, peer: peer, by: min(limit, .after(share)), until: deadline)
      } catch {
        troubles.append(error)
      }
    }
    // One sign of life outweighs any number of silences.
    throw troubles.first(where: \.isSignOfLife) ?? troubles[0]
  }

  /// The server gives up a little earlier than we do, so that its own word arrives before our deadline.
  private static func serverLimit(_ left: Int) -> Int {
    max(1, left - max(10, min(left / 10, 300)))
  }

  private static func connect(
    _ target: Target, peer: String, by limit: Deadline, until deadline: Deadline
  ) throws(ConnectTrouble) -> Session {
    let serverLimit = serverLimit(deadline.milliseconds)
    let started = ContinuousClock.now
    guard
      let connection = ConnectionWords(target, peer: peer, statementTimeout: serverLimit).start()
    else {
      throw ConnectTrouble(kind: .broken, address: target.address, detail: "no memory for it")
    }
    let session = Session(
      connection, target, peer: peer, deadline: deadline, serverLimit: serverLimit)
    // By default libpq prints the server's notices to our stderr.
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
    var events = Int32(POLLOUT)
    if PQstatus(connection) == CONNECTION_BAD { throw session.refusal() }
    while true {
      guard wait(PQsocket(connection), for: events, by: limit) else {
        let waited = "no word in \(started.duration(to: .now).spoken)"
        let hasTCP = PQstatus(connection) != CONNECTION_STARTED
        let silence: ConnectTrouble.Kind = hasTCP ? .silentServer : .silentHost
        throw ConnectTrouble(
          kind: deadline.hasPassed ? .cutShort : silence, address: target.address, detail: waited)
      }
      switch PQconnectPoll(connection) {
      case PGRES_POLLING_OK:
        PQsetnonblocking(connection, 1)
        return session
      case PGRES_POLLING_READING: events = Int32(POLLIN)
      case PGRES_POLLING_WRITING: events = Int32(POLLOUT)
      default: throw session.refusal()
      }
    }
  }

  /// What libpq's words mean. They are its own English ones: this program sets no locale.
  private func refusal() -> ConnectTrouble {
    let words = oneLine(String(cString: PQerrorMessage(connection)))
    let fatal = words.firstRange(of: "FATAL:")
    let kind: ConnectTrouble.Kind =
      if words.contains("Connection refused") {
        .refused
      } else if words.contains("Connection timed out") || words.contains("timeout expired") {
        .silentHost
      } else if words.contains("No route to host") || words.contains("Network is unreachable")
        || words.contains("Host is down")
      {
        .noRoute
      } else if PQconnectionNeedsPassword(connection) == 1
        || fatal != nil && PQconnectionUsedPassword(connection) == 1
        || words.contains("pg_hba.conf") || words.contains("authentication failed")
      {
        isBusy(words) ? .rejected : .authentication
      } else if fatal != nil {
        .rejected
      } else if words.contains("SSL") || words.contains("certificate") {
        .tls
      } else {
        .broken
      }
    let detail = fatal.map { String(words[$0.upperBound...]).trimmed } ?? words
    return ConnectTrouble(kind: kind, address: target.address, detail: detail)
  }

  private func isBusy(_ words: String) -> Bool {
    [
      "starting up", "shutting down", "recovery mode", "not accepting", "too many", "reserved for",
      "terminating",
    ]
    .contains { words.contains($0) }
  }

  // MARK: Statements

  /// Runs one statement; its parameters are `$1`, `$2`, ... and travel apart from its text.
  @discardableResult
  func rows(
    _ statement: String, _ parameters: [String] = [], by earlier: Deadline? = nil
  ) throws(QueryTrouble) -> [Row] {
    let limit = min(earlier ?? deadline, deadline)
    if limit.hasPassed { throw trouble(.late, "the time had run out before it was asked") }
    let left = limit.milliseconds
    if serverLimit > left {
      serverLimit = Self.serverLimit(left)
      _ = try run("set statement_timeout = \(serverLimit)", [], by: limit)
    }
    return try run(statement, parameters, by: limit)
  }

  /// As `rows`, where the answer is one row.
  func row(
    _ statement: String, _ parameters: [String] = [], by earlier: Deadline? = nil
  ) throws(QueryTrouble) -> Row {
    guard let row = try rows(statement, parameters, by: earlier).first else {
      throw trouble(.unreadable, "no row where one was expected")
    }
    return row
  }

  private func run(
    _ statement: String, _ parameters: [String], by limit: Deadline
  ) throws(QueryTrouble) -> [Row] {
    let sent = withCStrings(parameters) {
      PQsendQueryParams(
        connection, statement, Int32(parameters.count), nil, $0, nil, nil, 0)
    }
    guard sent == 1 else { throw lost() }
    while true {
      let rest = PQflush(connection)
      if rest == 0 { break }
      guard rest == 1 else { throw lost() }
      try hold(Int32(POLLIN | POLLOUT), by: limit)
      guard PQconsumeInput(connection) == 1 else { throw lost() }
    }
    return try collect(by: limit)
  }

  private func collect(by limit: Deadline) throws(QueryTrouble) -> [Row] {
    var rows: [Row] = []
    var failure: QueryTrouble?
    while true {
      while PQisBusy(connection) == 1 {
        try hold(Int32(POLLIN), by: limit)
        guard PQconsumeInput(connection) == 1 else { throw lost() }
      }
      guard let result = PQgetResult(connection) else { break }
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK: rows += Row.all(of: result)
      case PGRES_COMMAND_OK: break
      default: failure = failure ?? refusal(of: result)
      }
      if PQstatus(connection) == CONNECTION_BAD { throw failure.map(withLoss) ?? lost() }
    }
    if let failure { throw failure }
    return rows
  }

  private func hold(_ events: Int32, by limit: Deadline) throws(QueryTrouble) {
    guard wait(PQsocket(connection), for: events, by: limit) else {
      throw trouble(.late, "the statement may still be running there")
    }
  }

  private func refusal(of result: OpaquePointer) -> QueryTrouble {
    func field(_ letter: Character) -> String? {
      PQresultErrorField(result, Int32(letter.asciiValue ?? 0)).map { String(cString: $0) }
    }
    guard let state = field("C") else {
      return trouble(.lost, oneLine(String(cString: PQresultErrorMessage(result))))
    }
    let words = [field("M"), field("D"), field("H")].compactMap(\.self).joined(separator: "; ")
    return trouble(.server(state: state), oneLine(words))
  }

  /// An error that ended the session too (57P01, the server is stopped): the statement's fate is not known.
  private func withLoss(_ failure: QueryTrouble) -> QueryTrouble {
    trouble(.lost, failure.detail)
  }
  private func lost() -> QueryTrouble {
    trouble(.lost, oneLine(String(cString: PQerrorMessage(connection))))
  }
  func trouble(_ kind: QueryTrouble.Kind, _ detail: String) -> QueryTrouble {
    QueryTrouble(kind: kind, address: address, detail: detail)
  }
}
