import RunbookModel

/// Why no session could be had, told apart by what it says of the server.
struct ConnectTrouble: Error, Sendable {
  enum Kind: Sendable {
    /// The name could not be looked up: nothing is known of the server.
    case noName
    /// The host answers and nothing listens at the port.
    case refused
    /// Nothing answered at all within the time.
    case silentHost
    /// The step's own time ran out before the server had its connect_timeout: nothing is known of it.
    case cutShort
    /// There is no way to the host.
    case noRoute
    /// Something accepted the connection and then said nothing: a frozen server, or not PostgreSQL.
    case silentServer
    /// TLS could not be agreed.
    case tls
    /// The server did not accept the role or its password.
    case authentication
    /// The server answered and wants no session now: starting up, shutting down, too many clients.
    case rejected
    /// The connection broke before a session stood.
    case broken
  }

  var kind: Kind
  var address: String
  var detail: String

  /// Something is alive at that address, so "it is down" must not be said.
  var isSignOfLife: Bool {
    switch kind {
    case .silentServer, .tls, .authentication, .rejected, .broken: true
    case .refused, .silentHost, .noRoute, .noName, .cutShort: false
    }
  }
  /// Seen from here nothing can be written at that address. A name that cannot be looked up says nothing, nor
  /// does an attempt that was cut short.
  var isDownFromHere: Bool {
    switch kind {
    case .refused, .silentHost, .noRoute: true
    case .silentServer, .tls, .authentication, .rejected, .broken, .noName, .cutShort: false
    }
  }

  var message: String {
    switch kind {
    case .noName: "\(address): the name could not be looked up: \(detail)"
    case .refused: "\(address) refuses connections"
    case .silentHost: "\(address) does not answer: \(detail)"
    case .cutShort: "the step's time ran out while connecting to \(address): \(detail)"
    case .noRoute: "\(address) cannot be reached: \(detail)"
    case .silentServer: "\(address) accepts connections but stays silent: \(detail)"
    case .tls: "\(address): no TLS session could be agreed: \(detail)"
    case .authentication: "\(address) does not let the role in: \(detail)"
    case .rejected: "\(address) answers but gives no session: \(detail)"
    case .broken: "\(address) broke the connection off: \(detail)"
    }
  }

  /// As the failure of a step that has changed nothing yet.
  var failure: ActionFailure {
    switch kind {
    case .noName:
      .passing(.unreachable, message, advice: "use an IP address in the environment")
    case .refused, .silentHost, .noRoute, .silentServer, .broken: .passing(.unreachable, message)
    case .cutShort:
      .passing(
        .timeout, message,
        advice: "give the step a longer timeout, or the node a shorter connect_timeout")
    case .rejected: .passing(.refused, message)
    case .tls: .refused(.authentication, message, advice: "check tls and ca_file of the node")
    case .authentication:
      .refused(
        .authentication, message, advice: "check user and password of the node, and pg_hba.conf")
    }
  }
}

/// Why a statement gave no result.
struct QueryTrouble: Error, Sendable {
  enum Kind: Sendable, Equatable {
    /// The server said no, with its SQLSTATE.
    case server(state: String)
    /// The connection was lost while the statement may have been running.
    case lost
    /// The deadline passed while the statement may have been running.
    case late
    /// The answer is not what this program understands.
    case unreadable
  }

  var kind: Kind
  var address: String
  var detail: String

  var message: String {
    switch kind {
    case .server(let state): "\(address) said: \(detail) (SQLSTATE \(state))"
    case .lost: "the connection to \(address) was lost: \(detail)"
    case .late: "\(address) gave no answer in time: \(detail)"
    case .unreadable: "\(address) gave an answer that cannot be understood: \(detail)"
    }
  }

  /// A statement_timeout or a cancel request ended it on the server.
  var wasCancelled: Bool { kind == .server(state: "57014") }
  var isMissingPermission: Bool { kind == .server(state: "42501") }

  /// As the failure of a statement that only reads.
  var failure: ActionFailure {
    switch kind {
    case .server(let state):
      state == "42501"
        ? .refused(.authentication, message, advice: "grant the role pg_monitor")
        : .passing(wasCancelled ? .timeout : .failed, message)
    case .lost: .passing(.unreachable, message)
    case .late: .passing(.timeout, message)
    case .unreadable: .refused(.failed, message)
    }
  }

  /// As the failure of a statement that may have changed something.
  var inDoubt: ActionFailure {
    switch kind {
    case .server: .unknown(wasCancelled ? .timeout : .failed, message)
    case .lost: .unknown(.unreachable, message)
    case .late: .unknown(.timeout, message)
    case .unreadable: .unknown(.failed, message)
    }
  }
}
