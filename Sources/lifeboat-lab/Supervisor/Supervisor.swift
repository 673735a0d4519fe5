import CLab
import FoundationEssentials
import Glibc

/// Owns every process of one lab: starts them, breaks them, heals them, and takes them all along when it ends.
///
/// One thread does everything: the kernel's signal to the children when a parent dies goes by thread, and `fork` is
/// safe only with one.
final class Supervisor {
  let folder: LabFolder
  var layout: Layout
  var servers: [Server] = []
  var network: LabNetwork?
  /// Sites whose machines have no power.
  var dark: Set<SiteName> = []
  var launches: ServerLaunches { ServerLaunches(folder: folder, layout: layout) }
  private let signals: Int32
  private var isDone = false

  init(folder: LabFolder) throws {
    self.folder = folder
    layout = try folder.layout()
    signals = lab_child_signals()
    guard signals >= 0 else { throw LabError.system("signals cannot be waited for", errno) }
  }

  /// Starts everything, then answers until told to stop.
  func run() throws {
    do {
      try startAll()
    } catch {
      try? Files.write(folder.failure, "\(error)\n")
      stopAll()
      throw error
    }
    let control = try listen(onFile: folder.control)
    while !isDone {
      var entries = [
        pollfd(fd: control, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      ]
      poll(&entries, 2, 1000)
      if entries[1].revents != 0 { takeSignals() }
      collect()
      if entries[0].revents != 0 { answer(control) }
    }
    unlink(folder.control)
    stopAll()
  }

  private func takeSignals() {
    var number = lab_next_signal(signals)
    while number != 0 {
      if number == SIGTERM || number == SIGINT { isDone = true }
      number = lab_next_signal(signals)
    }
  }

  /// Takes note of children that have ended, at once: until then they are zombies with a living process id.
  func collect() {
    for index in servers.indices {
      guard let pid = servers[index].pid else { continue }
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { continue }
      servers[index].pid = nil
      for silence in servers[index].silence { silence.end() }
      servers[index].silence = []
      servers[index].end = status
      switch servers[index].condition {
      case .running, .frozen, .cutOff: servers[index].condition = .ended
      case .stopped, .killed, .ended: break
      }
    }
  }

  private func answer(_ control: Int32) {
    let client = lab_accept(control, 0)
    guard client >= 0 else { return }
    defer { close(client) }
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        client, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.last != 10, bytes.count < 65536 {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
    let answer: ControlAnswer
    if let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) {
      answer = handle(request)
    } else {
      answer = ControlAnswer(ok: false, lines: ["The request could not be read."])
    }
    guard let data = try? JSONEncoder().encode(answer) else { return }
    var done = 0
    while done < data.count {
      let count = data[done...].withUnsafeBytes {
        send(client, $0.baseAddress, $0.count, noSignal)
      }
      guard count > 0 else { return }
      done += count
    }
  }

  private func handle(_ request: ControlRequest) -> ControlAnswer {
    do {
      switch request.verb {
      case .status: return ControlAnswer(ok: true, lines: [], status: status())
      case .down:
        isDone = true
        return ControlAnswer(ok: true, lines: ["stopping"])
      case .breakIt: return ControlAnswer(ok: true, lines: try breakIt(request.arguments))
      case .heal: return ControlAnswer(ok: true, lines: try heal(request.arguments))
      case .node: return ControlAnswer(ok: true, lines: try node(request.arguments))
      case .environment:
        guard let site = request.arguments.first.flatMap({ SiteName($0) }) else {
          throw LabError("Which site is the primary: a or b?")
        }
        layout.primary = site
        try folder.save(layout)
        try EnvironmentFile(folder: folder, layout: layout).write()
        return ControlAnswer(
          ok: true, lines: ["\(folder.environment) names \(site.rawValue) as primary"])
      }
    } catch {
      return ControlAnswer(ok: false, lines: ["\(error)"])
    }
  }

  private func status() -> LabStatus {
    collect()
    return LabStatus(
      folder: folder.path, mode: layout.mode, supervisor: getpid(),
      link: (try? tellRelay("status")) ?? "no answer",
      servers: servers.map { server in
        LabStatus.Line(
          name: server.name, site: server.site?.rawValue, address: server.address?.description,
          pid: server.pid,
          state: server.pid.flatMap { ProcessState($0) }.map { String($0.letter) },
          condition: server.condition, end: server.end.map(endText))
      })
  }

  func index(of name: String) throws -> Int {
    if let index = servers.firstIndex(where: { $0.name == name }) { return index }
    throw LabError(
      "There is no server '\(name)' here. There are: "
        + servers.map(\.name).joined(separator: ", "))
  }

  func tellRelay(_ text: String) throws -> String {
    let deadline = monotonicSeconds() + 2
    do {
      let wire = try Wire(toFile: folder.relayControl)
      try wire.send(Array(text.utf8), by: deadline)
      let answer = String(decoding: try wire.receiveAll(by: deadline), as: UTF8.self)
      return answer.split(separator: "\n").first.map(String.init) ?? ""
    } catch {
      throw LabError("The relay between the sites does not answer (is it frozen or killed?).")
    }
  }
}
