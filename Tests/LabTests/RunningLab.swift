import FoundationEssentials
import Glibc

@testable import lifeboat_lab

/// A lab of the test's own in a folder of its own, removed when the test is over, however it ends.
final class RunningLab {
  struct Failed: Error, CustomStringConvertible { var description: String }

  let folder: LabFolder
  let layout: Layout

  /// The program stands beside the test bundle.
  static let program: String = {
    let own = (try? programPath()) ?? ""
    return String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)]) + "/lifeboat-lab"
  }()

  static func path() -> String { "/tmp/lab-test-\(getpid())-\(UInt32.random(in: 0 ... .max))" }

  init(_ arguments: [String] = []) throws {
    let path = Self.path()
    folder = LabFolder(path)
    do {
      try Self.run(["up", "--dir", path] + arguments)
      layout = try folder.layout()
    } catch {
      _ = try? Self.run(["down", "--dir", path])
      Files.remove(path)
      throw error
    }
  }

  deinit {
    _ = try? Self.run(["down", "--dir", folder.path])
    Files.remove(folder.path)
  }

  /// What it printed; an error with what it printed unless it ends with 0 within a minute.
  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    let output = "/tmp/lab-test-output-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, program, &actions, nil, &words, environ) == 0 else {
      throw Failed(description: "\(program) cannot be started: \(errorText(errno))")
    }
    var status: Int32 = 0
    guard wait(atMost: 60, { waitpid(pid, &status, WNOHANG) == pid }) else {
      kill(pid, SIGKILL)
      waitpid(pid, &status, 0)
      throw Failed(description: "\(arguments) did not end")
    }
    let text = Files.read(output) ?? ""
    guard status == 0 else { throw Failed(description: "\(arguments): \(text)") }
    return text
  }

  @discardableResult
  func run(_ verb: String, _ arguments: String...) throws -> String {
    try Self.run([verb, "--dir", folder.path] + arguments)
  }

  func status() throws -> LabStatus {
    guard let status = try ControlClient(folder: folder).ask(.status).status else {
      throw Failed(description: "no status")
    }
    return status
  }

  func server(_ name: String) throws -> LabStatus.Line {
    guard let line = try status().servers.first(where: { $0.name == name }) else {
      throw Failed(description: "no server \(name)")
    }
    return line
  }

  func count() throws -> Tally {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = try run("count", "--format", "json")
    return try decoder.decode(Tally.self, from: Data(text.utf8))
  }

  func query(_ site: SiteName, _ statement: String) throws -> String {
    let text = Database.connectionText(
      layout[site].database, role: Layout.administrator, passwords: folder.passwords)
    let database = try Database(text, within: 2)
    return try database.run(statement, within: 40).first?.first ?? ""
  }

  func get(_ endpoint: Endpoint, _ path: String) throws -> String {
    let deadline = monotonicSeconds() + 3
    let wire = try Wire(to: endpoint, by: deadline)
    let request = "GET \(path) HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"
    try wire.send(Array(request.utf8), by: deadline)
    return String(decoding: try wire.receiveAll(by: deadline), as: UTF8.self)
  }

  func haproxy(_ command: String) throws -> String {
    let deadline = monotonicSeconds() + 3
    let wire =
      try layout.haproxy.map { try Wire(to: $0, by: deadline) }
      ?? Wire(toFile: folder.haproxySocket)
    try wire.send(Array("\(command)\n".utf8), by: deadline)
    return String(decoding: try wire.receiveAll(by: deadline), as: UTF8.self)
  }

  /// Changes the shop's address as an operator would.
  func pointShop(to endpoint: Endpoint) throws {
    let key = (Files.read("\(folder.secrets)/dns_key") ?? "").filter { $0 != "\n" }
    let keyFile = "\(folder.path)/test.key"
    let words = "key \"\(Layout.keyName)\" { algorithm hmac-sha256; secret \"\(key)\"; };\n"
    try Files.write(keyFile, words, mode: 0o600)
    let commands = """
      server \(layout.dnsPrimary.address) \(layout.dnsPrimary.port)
      zone \(Layout.zone)
      update delete \(Layout.shopName). A
      update add \(Layout.shopName). 5 A \(endpoint.address)
      send

      """
    try Files.write("\(folder.path)/test.nsupdate", commands)
    try Launch(
      ["/usr/bin/nsupdate", "-k", keyFile, "\(folder.path)/test.nsupdate"], in: folder.path,
      log: "\(folder.logs)/nsupdate.log"
    ).run(atMost: 10)
  }

  func address(from server: Endpoint) throws -> String {
    try Lookup.address(of: Layout.shopName, from: server, by: monotonicSeconds() + 2)
  }

  func acknowledged() throws -> Int {
    try OrderLog.read(folder.orders).count(where: \.acknowledged)
  }

  /// Waits until customers have bought some more.
  func sellsMore(_ number: Int = 5) throws -> Bool {
    let before = try acknowledged()
    return try wait(atMost: 15, every: 0.05) { try acknowledged() >= before + number }
  }

  func isStreaming(from site: SiteName) -> Bool {
    let sql = "select count(*) from pg_stat_replication where state = 'streaming'"
    return (try? query(site, sql)) == "1"
  }

  /// Every process that has to do with this lab.
  func processes() -> [pid_t] {
    ProcessState.all().filter { process in
      process.pid != getpid() && process.letter != "Z"
        && (Files.read("/proc/\(process.pid)/cmdline", limit: 65536) ?? "").contains(folder.path)
    }.map(\.pid)
  }
}
