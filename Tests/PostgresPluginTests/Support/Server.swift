import Foundation
import Glibc
import RunbookAction
import RunbookModel
import TestServers

@testable import PostgresPlugin

/// One real PostgreSQL server on an address of its own, run in the foreground.
final class Server: Sendable {
  let folder: String
  let host: String
  let port: Int

  var address: String { "\(host):\(port)" }

  /// A copy of the template, on a free port of a loopback address of this run.
  init(_ name: String, host: String) throws {
    let workshop = Workshop.shared
    if let trouble = workshop.trouble { throw Workshop.CommandFailed(description: trouble) }
    self.host = host
    port = Int(try freePort(on: host))
    folder = "\(workshop.folder)/\(name)"
    try Workshop.run(["cp", "-a", workshop.template, folder])
    try Workshop.append(
      """
      listen_addresses = '\(host)'
      port = \(port)
      unix_socket_directories = ''
      cluster_name = '\(name.split(separator: "-").last ?? "")'
      """, to: folder + "/postgresql.conf")
  }

  func follow(_ primary: Server) throws {
    try Workshop.append(
      """
      primary_conninfo = 'host=\(primary.host) port=\(primary.port) user=postgres'
      primary_slot_name = 'standby'
      """, to: folder + "/postgresql.conf")
    try "".write(toFile: folder + "/standby.signal", atomically: false, encoding: .utf8)
  }

  // MARK: Its life

  func start() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = Workshop.asServerUser([Workshop.binaries + "/postgres", "-D", folder])
    process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/tmp"]
    _ = FileManager.default.createFile(atPath: folder + ".log", contents: nil)
    let log = FileHandle(forWritingAtPath: folder + ".log")
    process.standardOutput = log
    process.standardError = log
    try process.run()
  }

  func startAndWait() async throws {
    try start()
    try await eventually("\(address) takes sessions") { (try? self.text("select 1")) == "1" }
  }

  var process: pid_t? {
    (try? String(contentsOfFile: folder + "/postmaster.pid", encoding: .utf8))
      .flatMap { $0.split(separator: "\n").first }.flatMap { pid_t($0) }
  }

  func signal(_ number: Int32) {
    if let process { kill(process, number) }
  }

  /// The machine is gone: no goodbye.
  func crash() async throws {
    let process = process
    signal(SIGKILL)
    try await eventually("\(address) is gone") {
      guard let process, kill(process, 0) == 0 else { return true }
      let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ") Z"
      return stat.contains(") Z")
    }
    try await eventually("\(address) refuses") { self.isRefusing }
  }

  var isRefusing: Bool {
    do throws(ConnectTrouble) {
      _ = try Session.open(target(), by: .after(.seconds(5)))
      return false
    } catch {
      return error.kind == .refused
    }
  }

  func end() {
    signal(SIGCONT)
    signal(SIGQUIT)
  }

  var stopCommand: [String] {
    Workshop.asServerUser([
      Workshop.binaries + "/pg_ctl", "stop", "-D", folder, "-m", "fast", "-w",
    ])
  }
  var startCommand: [String] {
    Workshop.asServerUser([
      Workshop.binaries + "/pg_ctl", "start", "-D", folder, "-w", "-l", folder + ".log2",
    ])
  }

  // MARK: Talking to it past the plugin's actions

  func target() -> Target {
    Target(
      host: host, port: String(port), user: "postgres", password: nil, database: "postgres",
      tls: .disable, caFile: nil, connectTimeout: .seconds(10), systemIdentifier: nil)
  }

  @discardableResult
  func rows(_ statement: String) throws -> [Row] {
    try Session.open(target(), by: .after(.seconds(20))).rows(statement)
  }

  /// The one column `v` of the one row.
  func text(_ statement: String) throws -> String? {
    try rows("select (\(statement))::text as v").first?.text("v")
  }

  /// This server as a runbook's environment declares it.
  func node(_ more: ValueMap = [:], user: String = "operator") -> Value {
    var map: ValueMap = [
      "address": .string(address), "user": .string(user),
      "password": .secret(SecretName("db_password")), "tls": "disable",
      "connect_timeout": .duration(.seconds(10)),
    ]
    for entry in more { map[entry.key] = entry.value }
    return .map(map)
  }

  var stoppable: Value {
    node([
      "stop": .list(stopCommand.map { .string($0) }),
      "start": .list(startCommand.map { .string($0) }),
    ])
  }

  /// For a server that is not going to answer.
  var impatient: Value { node(["connect_timeout": .duration(.seconds(1))]) }
}

/// Waits until something is so, and fails with its name when it does not become so.
func eventually(
  _ what: String, within limit: Duration = .seconds(20), _ holds: @escaping @Sendable () -> Bool
) async throws {
  let deadline = Deadline.after(limit)
  while true {
    if await blocking(holds) { return }
    guard !deadline.hasPassed else {
      throw Workshop.CommandFailed(description: "it did not become so in \(limit.spoken): \(what)")
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}
