import CLibPQ
import Dispatch
import Glibc
import RunbookAction
import RunbookModel

/// Where to connect and as whom: a node with its secret at hand. It lives in memory only.
struct Target: Sendable {
  var host: String
  var port: String
  var user: String
  var password: Secret?
  var database: String
  var tls: PostgresNode.TLSMode
  var caFile: String?
  var connectTimeout: Duration
  var systemIdentifier: SystemIdentifier?

  /// As it stands in messages: `host:port`.
  var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

private let libpq = SystemLibrary("libpq", package: "libpq5") { clibpq_missing() }

extension PostgresNode {
  /// Where every action on a server begins, so libpq is asked for here, before a connection or a command.
  func target(in context: ReadContext) throws(ActionFailure) -> Target {
    try libpq.require()
    let (host, port) = try Self.split(address)
    var target = Target(
      host: host, port: port, user: user, password: nil, database: database ?? "postgres",
      tls: tls ?? .prefer, caFile: nil, connectTimeout: connectTimeout ?? .seconds(3),
      systemIdentifier: systemIdentifier)
    if let password { target.password = try context.secret(password) }
    if let caFile {
      target.caFile = caFile.hasPrefix("/") ? caFile : context.facts.runbookFolder + "/" + caFile
    }
    if target.tls == .verifyFull, target.caFile == nil {
      throw .refused(
        .input, "\(address): tls is verify-full, but there is no ca_file to verify with",
        advice: "give the node's ca_file")
    }
    guard target.connectTimeout > .zero else {
      throw .refused(.input, "\(address): connect_timeout must be longer than zero")
    }
    return target
  }

  static func split(_ address: String) throws(ActionFailure) -> (host: String, port: String) {
    guard let colon = address.lastIndex(of: ":") else {
      throw .refused(.input, "'\(address)' is not host:port", advice: "add the port, often 5432")
    }
    var host = String(address[..<colon])
    let port = String(address[address.index(after: colon)...])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty, let number = UInt16(port), number > 0 else {
      throw .refused(.input, "'\(address)' is not host:port")
    }
    // libpq would read a comma as a list of servers and a slash as a socket's folder.
    guard !host.contains(","), !host.contains("/") else {
      throw .refused(.input, "'\(address)' must name one host")
    }
    return (host, port)
  }
}

/// Looks a name up without waiting longer than the deadline: the C library's own waits can take half a minute.
enum NameLookup {
  enum Answer: Sendable {
    case addresses([String])
    case failed(String)
    case late
  }

  /// The numeric addresses of a host, at most one of each family: see `Target` for why not more.
  static func addresses(of host: String, by deadline: Deadline) -> Answer {
    if isNumeric(host) { return .addresses([host]) }
    let box = AnswerBox()
    DispatchQueue.global().async {
      box.put(ask(host))
    }
    return box.wait(by: deadline)
  }

  private static func isNumeric(_ host: String) -> Bool {
    var space = in6_addr()
    return inet_pton(AF_INET, host, &space) == 1 || inet_pton(AF_INET6, host, &space) == 1
  }

  private static func ask(_ host: String) -> Answer {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failed(String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(list) }
    var found: [(family: Int32, text: String)] = []
    var next = list
    while let item = next?.pointee {
      var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(
        item.ai_addr, item.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        == 0
      {
        let text = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        if !found.contains(where: { $0.text == text }) { found.append((item.ai_family, text)) }
      }
      next = item.ai_next
    }
    if Set(found.map(\.family)).count < found.count {
      return .failed(
        "the name stands for several servers (\(found.map(\.text).joined(separator: ", "))), "
          + "and one must be meant")
    }
    return found.isEmpty ? .failed("the name has no address") : .addresses(found.map(\.text))
  }

  /// Holds the answer of a thread that may come too late to be heard.
  private final class AnswerBox: @unchecked Sendable {
    private let arrived = DispatchSemaphore(value: 0)
    private let lock = DispatchQueue(label: "lifeboat.postgres.name")
    private var answer: Answer?

    func put(_ answer: Answer) {
      lock.sync { self.answer = answer }
      arrived.signal()
    }
    func wait(by deadline: Deadline) -> Answer {
      switch arrived.wait(timeout: .now() + .milliseconds(deadline.milliseconds)) {
      case .success: lock.sync { answer } ?? .late
      case .timedOut: .late
      }
    }
  }
}
