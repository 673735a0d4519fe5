import CLab
import Glibc
import RunbookModel

/// The wide-area link: forwards TCP between the sites, and does harm to it when told to.
///
/// One thread, one poll loop. What a killed database had already put on the link still arrives, as packets in flight
/// do; with `drop`, and with `hold` when the sender dies, it is lost, which is how replication loses data in life.
struct Relay {
  struct Route {
    var listen: Endpoint
    var target: Endpoint

    init?(_ text: String) {
      let parts = text.split(separator: "=")
      guard parts.count == 2, let listen = Endpoint(String(parts[0])),
        let target = Endpoint(String(parts[1]))
      else { return nil }
      self.listen = listen
      self.target = target
    }
  }

  private struct Listener {
    var descriptor: Int32
    var route: Route
  }

  private static let mostLinks = 200

  private var mode = RelayMode.pass
  private var listeners: [Listener] = []
  private var links: [RelayLink] = []
  private let control: Int32
  private var passed = 0
  private var lost = 0

  init(_ routes: [Route], control path: String) throws {
    for route in routes {
      listeners.append(Listener(descriptor: try listen(on: route.listen), route: route))
    }
    control = try listen(onFile: path)
  }

  mutating func run() -> Never {
    while true {
      var entries = [pollfd(fd: control, events: Int16(POLLIN), revents: 0)]
      for listener in listeners {
        entries.append(pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0))
      }
      for index in links.indices { entries += links[index].interests(mode) }
      poll(&entries, nfds_t(entries.count), timeout())
      if entries[0].revents != 0 { answerControl() }
      for index in listeners.indices where entries[1 + index].revents != 0 {
        accept(listeners[index])
      }
      work()
    }
  }

  /// Until the next bytes are due, and 200 ms at most.
  private func timeout() -> Int32 {
    let due = links.compactMap(\.nextDue).min() ?? .infinity
    return Int32(max(0, min(200, ((due - monotonicSeconds()) * 1000).rounded(.up))))
  }

  private mutating func work() {
    let now = monotonicSeconds()
    for index in links.indices {
      let result = links[index].work(mode, now: now)
      passed += result.passed
      lost += result.lost
    }
    for link in links where link.isDead { link.close() }
    links.removeAll(where: \.isDead)
  }

  private mutating func accept(_ listener: Listener) {
    let client = lab_accept(listener.descriptor, 1)
    guard client >= 0 else { return }
    guard mode != .cut, links.count < Self.mostLinks,
      let link = RelayLink(client: client, target: listener.route.target)
    else {
      close(client)
      return
    }
    links.append(link)
  }

  private mutating func answerControl() {
    let client = lab_accept(control, 0)
    guard client >= 0 else { return }
    defer { close(client) }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(
      client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = recv(client, &buffer, buffer.count, 0)
    guard count > 0 else { return }
    let text = String(decoding: buffer[..<count], as: UTF8.self).filter { $0 != "\n" }
    let answer: String
    if text == "status" {
      answer = "\(mode), \(links.count) connections, \(passed) bytes passed, \(lost) lost\n"
    } else if let wanted = RelayMode(text) {
      change(to: wanted)
      answer = "ok\n"
    } else {
      answer = "'\(text)' is none of: pass, delay DURATION, hold, drop, cut, status\n"
    }
    let bytes = Array(answer.utf8)
    send(client, bytes, bytes.count, noSignal)
  }

  private mutating func change(to wanted: RelayMode) {
    // A stream that lost bytes cannot go on, and `cut` means that connections end.
    if mode == .drop && wanted != .drop || wanted == .cut {
      for link in links { link.close() }
      links = []
    }
    mode = wanted
  }
}
