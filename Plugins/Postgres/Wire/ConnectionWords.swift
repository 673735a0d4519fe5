import CLibPQ
import Glibc
import RunbookModel

/// The parameters of one connection. The password is among them and nowhere else: not in an argument, not in an
/// environment variable, not in a connection string that an error could show.
struct ConnectionWords {
  private var names: [String] = []
  private var values: [String] = []

  init(_ target: Target, peer: String, statementTimeout: Int) {
    set("host", target.host)
    set("hostaddr", peer)
    set("port", target.port)
    set("user", target.user)
    set("dbname", target.database)
    set("sslmode", target.tls.rawValue)
    if let caFile = target.caFile { set("sslrootcert", caFile) }
    if let password = target.password { set("password", password.reveal()) }
    // libpq ignores this one when it is polled; it is here for whatever it does inside.
    set("connect_timeout", String(max(2, target.connectTimeout.components.seconds)))
    set("tcp_user_timeout", String(statementTimeout))
    set("gssencmode", "disable")
    set("target_session_attrs", "any")
    set("application_name", "lifeboat")
    set("client_encoding", "UTF8")
    set(
      "options", "-c statement_timeout=\(statementTimeout) -c synchronous_commit=local -c jit=off")
  }

  private mutating func set(_ name: String, _ value: String) {
    names.append(name)
    values.append(value)
  }

  func start() -> OpaquePointer? {
    withCStrings(names) { names in
      withCStrings(values) { values in
        // 0: a database name is a name, never a connection string in disguise.
        PQconnectStartParams(names, values, 0)
      }
    }
  }
}
