import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import Synchronization
import Testing

/// The socket in a run's folder, against people who mean well and people who do not.
struct ControlTests {
  private let folder = TestFolder()
  private var path: String { folder.path + "/control" }
  private let heard = Heard()

  /// What reached the run.
  private final class Heard: Sendable {
    let messages = Mutex<[ControlMessage]>([])
    let replies = Mutex<[RunDriver.Reply]>([])
    var count: Int { messages.withLock { $0.count } }
  }

  private func server(
    patience: Duration = .seconds(20), answers: Bool = true, at path: String? = nil
  ) throws -> ControlServer {
    try ControlServer(path ?? self.path, patience: patience) { [heard] message, reply in
      heard.messages.withLock { $0.append(message) }
      if answers {
        reply(.refused(.wrongRunState, "a test"))
      } else {
        heard.replies.withLock { $0.append(reply) }
      }
    }
  }

  private func code(_ line: [UInt8]?) -> String? {
    guard let line, let value = try? JSONText.read(line) else { return nil }
    return value["refusal"]?["code"]?.string
  }

  private let good = Array(#"{"format":1,"order":"pause","reason":"why"}"#.utf8) + [0x0A]

  @Test func `an order reaches the run, with the account that the kernel names`() throws {
    let server = try server()
    defer { server.stop() }
    #expect(code(Peer(path)?.ask(good)) == "wrong_run_state")
    guard case .order(let order) = heard.messages.withLock({ $0.first }) else {
      Issue.record("no order came")
      return
    }
    let me = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
    #expect(order.verb == .pause && order.reason == "why" && order.by == me)
  }

  @Test func `garbage, half a message and a huge one order nothing, and others are still served`()
    throws
  {
    let server = try server()
    defer { server.stop() }
    let odd: [String] = [
      "", "garbage", "[]", "{", "{}", #"{"format":1}"#, #"{"format":2,"order":"pause"}"#,
      #"{"format":1,"order":"explode"}"#, #"{"format":1,"order":7}"#,
      #"{"format":1,"order":"pause","yes":true}"#, #"{"format":1,"order":"skip","step":[]}"#,
      #"{"format":1,"order":"skip","step":"a","attempt":"1"}"#,
      #"{"format":1,"order":"pause","reason":"a\nb"}"#,
      #"{"format":1,"order":"pause","named":"\u001b[2J"}"#,
      #"{"format":1,"order":"pause","reason":""# + String(repeating: "x", count: 2001) + #""}"#,
    ]
    for text in odd {
      #expect(code(Peer(path)?.ask(Array(text.utf8) + [0x0A])) == "not_understood", "\(text)")
    }
    #expect(
      code(Peer(path)?.ask(Array(repeating: 0x61, count: 20 << 10))) == "not_understood")
    // Half a message, and gone.
    Peer(path)?.send(Array(good.prefix(20)))
    #expect(heard.count == 0)
    #expect(code(Peer(path)?.ask(good)) == "wrong_run_state")
  }

  @Test func `a message that comes byte by byte is one message`() throws {
    let server = try server()
    defer { server.stop() }
    let peer = try #require(Peer(path))
    for byte in good { peer.send([byte]) }
    #expect(code(peer.line()) == "wrong_run_state" && heard.count == 1)
  }

  @Test func `those who say nothing and those who never read keep nobody out`() throws {
    let server = try server(patience: .milliseconds(300))
    defer { server.stop() }
    var idle = (0..<ControlServer.maximumConnections).compactMap { _ in Peer(path) }
    #expect(idle.count == ControlServer.maximumConnections)
    for peer in idle.prefix(4) { peer.send(good) }
    // Waits in the queue until the others' time is up.
    #expect(eventually { code(Peer(path)?.ask(good)) == "wrong_run_state" })
    idle.removeAll()
  }

  @Test func `whoever goes away after ordering harms nobody`() throws {
    let server = try server(answers: false)
    defer { server.stop() }
    Peer(path)?.send(good)
    #expect(eventually { heard.count == 1 })
    for reply in heard.replies.withLock({ $0 }) { reply(.refused(.wrongRunState, "late")) }
    Peer(path)?.send(good)
    #expect(eventually { heard.count == 2 })
  }

  @Test func `who still waits when the run ends is told that nothing was taken`() throws {
    let server = try server(answers: false)
    let peer = try #require(Peer(path))
    peer.send(good)
    #expect(eventually { heard.count == 1 })
    server.stop()
    #expect(code(peer.line()) == "letting_go")
    for reply in heard.replies.withLock({ $0 }) { reply(.refused(.wrongRunState, "late")) }
  }

  @Test func `the socket is this account's alone, and gone when the run ends`() throws {
    let server = try server()
    #expect(mode(of: path) == 0o600)
    server.stop()
    #expect(access(path, F_OK) != 0)
  }

  @Test func `the socket of a dead process is no obstacle`() throws {
    write(Array("what was there".utf8), to: path)
    let server = try server()
    defer { server.stop() }
    #expect(code(Peer(path)?.ask(good)) == "wrong_run_state")
  }

  @Test func `a folder too deep for a socket's address is reached all the same`() throws {
    let deep = folder.path + "/" + String(repeating: "d", count: 150)
    mkdir(deep, 0o700)
    let server = try server(at: deep + "/control")
    defer { server.stop() }
    let answer = try ControlClient(RunFolder(id: RunID("r"), path: deep)).send(.status)
    #expect(answer.refusal?.code == .wrongRunState)
    #expect(heard.messages.withLock { $0 } == [.status])
  }

  @Test func `a folder without a socket has nobody who drives it`() {
    #expect(throws: ControlClient.Failure.notDriven) {
      try ControlClient(RunFolder(id: RunID("r"), path: folder.path)).send(.status)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "becoming another user takes root"))
  func `another account is refused even where the file's mode would let it in`() throws {
    let server = try server()
    defer { server.stop() }
    chmod(folder.path, 0o755)
    chmod(path, 0o666)
    let said = folder.path + "/said"
    let script =
      "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new($ARGV[0]) or die; "
      + "print $s qq({\"format\":1,\"order\":\"pause\"}\\n); $s->flush; print scalar <$s>;"
    let status = TestFolder.run([
      "sh", "-c",
      #"exec setpriv --reuid 65534 --regid 65534 --clear-groups perl -e "$1" "$2" > "$3""#, "sh",
      script, path, said,
    ])
    #expect(status == 0)
    #expect(code(bytes(of: said)) == "not_allowed")
    #expect(heard.count == 0)
  }

  @Test func `only root may speak as the one who called sudo`() throws {
    let line = Array(#"{"format":1,"order":"pause","sudo_user":"alice"}"#.utf8)
    for (isRoot, by) in [(true, "alice"), (false, "ops")] {
      guard
        case .order(let order) = try ControlMessage(line: line, account: "ops", isRoot: isRoot)
      else { return }
      #expect(order.by == by)
    }
  }

  @Test func `an order to override arrives with its step and its gate`() throws {
    let order = SteeringOrder(
      .override, step: "promote_db", by: "ops", reason: "told to", gate: "max_data_loss")
    let line = Array(ControlMessage.order(order).line().dropLast())
    #expect(try ControlMessage(line: line, account: "ops", isRoot: false) == .order(order))
  }
}

/// The other end of the socket, by hand.
private final class Peer {
  private let descriptor: Int32

  init?(_ path: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let done = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if done != 0 { return nil }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func line() -> [UInt8]? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1 {
      if byte == 0x0A { return line }
      line.append(byte)
    }
    return nil
  }

  func ask(_ bytes: [UInt8]) -> [UInt8]? {
    send(bytes)
    return line()
  }
}
