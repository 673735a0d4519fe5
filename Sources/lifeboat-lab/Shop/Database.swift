import CLibPQ
import Glibc

/// A connection to PostgreSQL whose every call ends by its deadline; libpq's own connect timeout is 2 s at least.
final class Database {
  struct Failure: Error, CustomStringConvertible {
    var description: String
    /// `SQLSTATE`, when the server said no; empty when it said nothing.
    var code = ""
  }

  private let connection: OpaquePointer

  static func connectionText(_ endpoint: Endpoint, role: String, passwords: String) -> String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    return "host=\(endpoint.address) port=\(endpoint.port) user=\(role)"
      + " dbname=\(Layout.database) passfile=\(quoted(passwords)) sslmode=disable"
      + " gssencmode=disable application_name=\(role)"
  }

  init(_ text: String, within seconds: Double) throws(Failure) {
    if let reason = clibpq_missing() {
      throw Failure(description: "libpq cannot be loaded: \(String(cString: reason))")
    }
    guard let connection = PQconnectStart(text) else {
      throw Failure(description: "out of memory")
    }
    self.connection = connection
    let deadline = monotonicSeconds() + seconds
    var wanted = PGRES_POLLING_WRITING
    while true {
      if PQstatus(connection) == CONNECTION_BAD { throw lastFailure() }
      switch wanted {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_FAILED: throw lastFailure()
      case PGRES_POLLING_READING: try ready(POLLIN, by: deadline)
      default: try ready(POLLOUT, by: deadline)
      }
      wanted = PQconnectPoll(connection)
    }
  }

  deinit { PQfinish(connection) }

  /// Runs one statement with text parameters; the rows as text.
  ///
  /// After a timeout nobody knows whether the statement was done, and the connection must not be used again.
  @discardableResult
  func run(
    _ statement: String, _ parameters: [String] = [], within seconds: Double
  ) throws(Failure) -> [[String]] {
    let deadline = monotonicSeconds() + seconds
    let pointers = parameters.map { UnsafePointer<CChar>(strdup($0)) }
    defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
    let sent = PQsendQueryParams(
      connection, statement, Int32(parameters.count), nil, pointers, nil, nil, 0)
    guard sent == 1 else { throw lastFailure() }
    while PQisBusy(connection) == 1 {
      try ready(POLLIN, by: deadline)
      guard PQconsumeInput(connection) == 1 else { throw lastFailure() }
    }
    var rows: [[String]] = []
    var failure: Failure?
    // All results are taken, also after an error: until then the connection takes no other statement.
    while let result = PQgetResult(connection) {
      defer { PQclear(result) }
      let status = PQresultStatus(result)
      guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
        failure = failure ?? Self.failure(of: result)
        continue
      }
      for row in 0..<PQntuples(result) {
        rows.append(
          (0..<PQnfields(result)).map { String(cString: PQgetvalue(result, row, $0)) })
      }
    }
    if let failure { throw failure }
    return rows
  }

  private static func failure(of result: OpaquePointer) -> Failure {
    let code = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
    return Failure(
      description: oneLine(String(cString: PQresultErrorMessage(result))), code: code ?? "")
  }

  private func ready(_ events: Int32, by deadline: Double) throws(Failure) {
    var entry = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
    while true {
      let left = deadline - monotonicSeconds()
      if left <= 0 { throw Failure(description: "the database did not answer in time") }
      let count = poll(&entry, 1, Int32(min(left * 1000, 60_000).rounded(.up)))
      if count > 0 { return }
      if count < 0, errno != EINTR { throw Failure(description: errorText(errno)) }
    }
  }

  private func lastFailure() -> Failure {
    Failure(description: Self.oneLine(String(cString: PQerrorMessage(connection))))
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: { $0 == "\n" || $0 == "\t" }).joined(separator: " ")
  }
}
