import Glibc
import TestServers

/// A site that answers every request with its name.
struct Site {
  static func start(_ name: String, on port: UInt16? = nil) throws -> FakeServer {
    let body =
      "HTTP/1.1 200 OK\r\nContent-Length: \(name.utf8.count)\r\nConnection: close\r\n\r\n\(name)"
    return try FakeServer(on: port) { _ in Array(body.utf8) }
  }
}

/// HAProxy in front of servers of a test, with sockets of each level.
final class Balancer: Sendable {
  let process: ServerProcess
  let front: UInt16
  /// The runtime API over TCP.
  let runtime: String
  var socket: String { "\(process.folder)/admin.sock" }
  var userSocket: String { "\(process.folder)/user.sock" }

  private init(_ process: ServerProcess, front: UInt16, runtime: UInt16) {
    self.process = process
    self.front = front
    self.runtime = "127.0.0.1:\(runtime)"
  }

  /// Up, with every line of the backend as given; servers are checked every 50 ms.
  static func start(_ servers: [String], balance: String = "roundrobin") async throws -> Balancer {
    for _ in 0..<3 {
      let (front, runtime) = (try freePort(), try freePort())
      let folder = try makeFolder("haproxy")
      try write(
        """
        global
          noreuseport
          stats socket \(folder)/admin.sock mode 600 level admin
          stats socket \(folder)/user.sock mode 600 level user
          stats socket ipv4@127.0.0.1:\(runtime) level admin
        defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
          default-server check inter 50ms fastinter 20ms rise 2 fall 2
        frontend front
          bind 127.0.0.1:\(front)
          default_backend app
        backend app
          balance \(balance)
          \(servers.joined(separator: "\n  "))

        """, to: "\(folder)/haproxy.cfg")
      let process = try ServerProcess(
        ["/usr/sbin/haproxy", "-db", "-f", "\(folder)/haproxy.cfg"], in: folder)
      let balancer = Balancer(process, front: front, runtime: runtime)
      if await eventually(within: .seconds(5), { balancer.say("show cli level") == "admin" }) {
        return balancer
      }
    }
    throw RigError("HAProxy did not start")
  }

  /// One command and its answer without blank space around, as an operator would give it.
  @discardableResult
  func say(_ command: String) -> String {
    talk(to: UInt16(runtime.split(separator: ":")[1]) ?? 0, "\(command)\n")
      .split(whereSeparator: \.isNewline).joined(separator: "\n")
  }

  /// `site_a 100 ready, site_b ...`: weights and modes as they are.
  func weights() -> String {
    say("show servers state app").split(separator: "\n").dropFirst(2).map { line in
      let cells = line.split(separator: " ")
      return "\(cells[3]) \(cells[7]) \(cells[6])"
    }.joined(separator: ", ")
  }

  /// Waits until the server has this word in its status.
  func waits(for server: String, toBe status: String) async -> Bool {
    await eventually(within: .seconds(5)) {
      say("show stat app 4 -1").split(separator: "\n").contains { line in
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        return cells.count > 17 && cells[1] == server && cells[17].hasPrefix(status)
      }
    }
  }

  /// How many of so many requests each site answered.
  func answers(of count: Int) -> [String: Int] {
    var answers: [String: Int] = [:]
    for _ in 0..<count {
      let answer = talk(to: front, "GET / HTTP/1.0\r\n\r\n")
      let site = answer.split(separator: "\r\n", omittingEmptySubsequences: false).last ?? ""
      answers[String(site), default: 0] += 1
    }
    return answers
  }
}

/// Sends the text and reads up to the end of the stream; empty when nobody is there.
private func talk(to port: UInt16, _ text: String) -> String {
  let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(connection) }
  var limit = timeval(tv_sec: 5, tv_usec: 0)
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
  address.sin_port = port.bigEndian
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard result == 0 else { return "" }
  _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = recv(connection, &buffer, buffer.count, 0), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}
