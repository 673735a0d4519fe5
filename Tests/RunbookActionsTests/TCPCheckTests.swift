import Glibc
import RunbookModel
import Testing

@Suite struct `tcp check` {
  @Test func `somebody who accepts is reachable`() async throws {
    let server = try TestServer(.hang)
    defer { server.stop() }
    let verdict = try await check("tcp.check", ["address": .string(server.address)])
    #expect(verdict.word == "holds")
    #expect(verdict.evidence.facts["remote_ip"] == "127.0.0.1")
    let local = try await check("tcp.check", ["address": .string("localhost:\(server.port)")])
    #expect(local.word == "holds", "\(local.evidence.summary)")
    let denied = try await check(
      "tcp.check", ["address": .string(server.address), "expect": "unreachable"])
    #expect(denied.word == "does not hold")
  }

  @Test func `a refused connection is told apart from silence`() async throws {
    try await withClosedPort { port in
      let address: Value = .string("127.0.0.1:\(port)")
      let reachable = try await check("tcp.check", ["address": address])
      #expect(reachable.word == "does not hold")
      #expect(reachable.evidence.summary.contains("connection refused"))
      let unreachable = try await check(
        "tcp.check", ["address": address, "expect": "unreachable", "tries": 3])
      #expect(unreachable.word == "holds")
      #expect(unreachable.evidence.facts["tries"] == 3)
      #expect(unreachable.evidence.summary.contains("try 3: 127.0.0.1 connection refused"))
    }
  }

  @Test func `silence is unreachable after every try, but never a closed port`() async throws {
    try await withSilentPort { port in
      let address: Value = .string("127.0.0.1:\(port)")
      let reachable = try await check(
        "tcp.check", ["address": address], within: .milliseconds(400))
      #expect(reachable.word == "cannot tell", "\(reachable.evidence.summary)")
      #expect(reachable.evidence.summary.contains("timed out"))
      let unreachable = try await check(
        "tcp.check", ["address": address, "expect": "unreachable"], within: .seconds(4))
      #expect(unreachable.word == "holds", "\(unreachable.evidence.summary)")
      #expect(unreachable.evidence.summary.contains("try 2: 127.0.0.1 timed out"))
    }
  }

  @Test func `what is no address or has none cannot be told`() async throws {
    for address in ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":80", "a b:80", "::1:80"] {
      let verdict = try await check(
        "tcp.check", ["address": .string(address), "expect": "unreachable"])
      #expect(verdict.word == "cannot tell", "\(address)")
    }
    let name = try await check(
      "tcp.check", ["address": "no-such-host.invalid:80", "expect": "unreachable"])
    #expect(name.word == "cannot tell")
  }

  @Test func `tries out of range are refused`() async throws {
    for tries: Value in [0, -1, 101] {
      let verdict = try await check(
        "tcp.check", ["address": "127.0.0.1:1", "expect": "unreachable", "tries": tries])
      #expect(verdict.word == "cannot tell")
    }
  }

  /// A port whose queue of connections is full, so that further ones get no answer.
  private func withSilentPort(_ body: (UInt16) async throws -> Void) async throws {
    let listener = stream()
    var fillers: [Int32] = []
    defer { for descriptor in fillers + [listener] { close(descriptor) } }
    let port = try bindLoopback(listener)
    listen(listener, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    for _ in 0..<8 {
      let filler = stream()
      fillers.append(filler)
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    try await body(port)
  }

  private func stream() -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    return socket(AF_INET, type | Int32(SOCK_NONBLOCK.rawValue), 0)
  }
}
