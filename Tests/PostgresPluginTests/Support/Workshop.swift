import Foundation
import Glibc
import Testing

/// The folder of one test run, its template cluster, and the janitor that clears up when the run ends, however it ends.
final class Workshop: Sendable {
  static let shared = Workshop()
  static let binaries = "/usr/lib/postgresql/15/bin"
  static let password = "correct horse \"battery\" staple"

  let folder: String
  let template: String
  /// What was wrong with making the template, if anything was.
  let trouble: String?

  private init() {
    let folder = Self.parent + "/lifeboat-pg-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    self.folder = folder
    template = folder + "/template"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o777])
      try Self.startJanitor(for: folder)
      try Self.makeTemplate(template)
      trouble = nil
    } catch {
      trouble = "\(error)"
    }
  }

  /// In memory where there is room: copying clusters is most of the work.
  private static var parent: String {
    var room = statvfs()
    let isRoomy =
      statvfs("/dev/shm", &room) == 0 && UInt64(room.f_bavail) * UInt64(room.f_bsize) > 2 << 30
      && access("/dev/shm", W_OK) == 0
    return isRoomy ? "/dev/shm" : "/tmp"
  }

  /// PostgreSQL refuses to run as root, so root hands over to the user of the Debian package.
  static func asServerUser(_ words: [String]) -> [String] {
    geteuid() == 0
      ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"] + words
      : words
  }

  /// Waits for its standard input to end, which it does when this process ends, also by a signal.
  private static func startJanitor(for folder: String) throws {
    let janitor = Process()
    janitor.executableURL = URL(fileURLWithPath: "/bin/sh")
    janitor.arguments = [
      "-c",
      """
      trap '' INT TERM HUP
      cat > /dev/null
      for f in "$1"/*/postmaster.pid; do
        test -f "$f" && p=$(head -n 1 "$f") && kill -CONT "$p" 2>/dev/null && kill -QUIT "$p"
      done
      sleep 0.2
      for f in "$1"/*/postmaster.pid; do
        test -f "$f" || continue
        kill -KILL "$(head -n 1 "$f")" 2>/dev/null
        ipcrm -m "$(sed -n 7p "$f" | tr -s ' ' | cut -d ' ' -f 3)" 2>/dev/null
      done
      rm -rf "$1"
      """, "janitor", folder,
    ]
    let pipe = Pipe()
    janitor.standardInput = pipe
    janitor.standardOutput = FileHandle.nullDevice
    janitor.standardError = FileHandle.nullDevice
    try janitor.run()
    // The write end stays open for as long as this process lives, and no child may have it.
    let end = dup(pipe.fileHandleForWriting.fileDescriptor)
    _ = fcntl(end, F_SETFD, FD_CLOEXEC)
  }

  private static func makeTemplate(_ template: String) throws {
    try run(
      asServerUser([
        binaries + "/initdb", "-D", template, "-U", "postgres", "-A", "trust", "--no-sync", "-k",
        "--locale=C", "-E", "UTF8", "--wal-segsize=1",
      ]))
    try append(
      """
      fsync = off
      shared_buffers = 8MB
      dynamic_shared_memory_type = mmap
      max_connections = 30
      wal_keep_size = 16MB
      min_wal_size = 2MB
      max_wal_size = 64MB
      autovacuum = off
      jit = off
      logging_collector = off
      wal_receiver_status_interval = 1s
      wal_receiver_timeout = 5s
      wal_sender_timeout = 5s
      wal_retrieve_retry_interval = 100ms
      """, to: template + "/postgresql.conf")
    try """
    local all all trust
    host replication all 127.0.0.0/8 trust
    host all postgres 127.0.0.0/8 trust
    host all all 127.0.0.0/8 scram-sha-256
    """.appending("\n").write(
      toFile: template + "/pg_hba.conf", atomically: false, encoding: .utf8)
    // A statement a line. Its errors are words only: the exit code is zero all the same.
    let words = try run(
      asServerUser([binaries + "/postgres", "--single", "-D", template, "postgres"]),
      input: """
        create role operator superuser login password '\(password)';
        create role watcher login password '\(password)' in role pg_monitor;
        create role nobody_special login password '\(password)';
        create role fencer login password '\(password)' in role pg_monitor, pg_signal_backend;
        grant pg_checkpoint to fencer;
        grant alter system on parameter default_transaction_read_only to fencer;
        grant execute on function pg_reload_conf() to fencer;
        create role promoter login password '\(password)' in role pg_monitor;
        grant execute on function pg_promote(boolean, integer) to promoter;
        create table heartbeat (at timestamptz);
        create table orders (id serial primary key, at timestamptz default clock_timestamp());
        grant all on all tables in schema public to public;
        update pg_database set datistemplate = false;
        drop database template0;
        drop database template1;

        """)
    guard !words.contains("ERROR") else { throw CommandFailed(description: words) }
  }

  static func append(_ text: String, to file: String) throws {
    let old = try String(contentsOfFile: file, encoding: .utf8)
    let handle = try #require(FileHandle(forWritingAtPath: file))
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((old.hasSuffix("\n") ? "" : "\n").utf8))
    try handle.write(contentsOf: Data((text + "\n").utf8))
  }

  struct CommandFailed: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a program to its end; its output only matters when it fails.
  @discardableResult
  static func run(_ words: [String], input: String? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
    process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    let inputPipe = Pipe()
    process.standardInput = inputPipe
    try process.run()
    try inputPipe.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
    try inputPipe.fileHandleForWriting.close()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CommandFailed(description: "\(words.joined(separator: " ")): \(text)")
    }
    return text
  }
}
