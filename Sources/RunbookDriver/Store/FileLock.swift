internal import Glibc
internal import RunbookJournal
package import RunbookModel

/// Who holds a lock, as written into its file.
package struct LockHolder: Sendable, Equatable, Codable {
  package var pid: Int32
  package var host: String
  package var run: RunID
  package var by: String
  package var since: Timestamp

  package init(pid: Int32, host: String, run: RunID, by: String, since: Timestamp) {
    self.pid = pid
    self.host = host
    self.run = run
    self.by = by
    self.since = since
  }

  /// This process on this machine.
  package init(run: RunID, by: String, since: Timestamp) {
    self.init(pid: getpid(), host: Self.thisHost, run: run, by: by, since: since)
  }

  package var text: String { "run \(run), by \(by) on \(host), process \(pid), since \(since)" }

  /// False only when this machine knows that the process has ended.
  var mayLive: Bool { host != Self.thisHost || kill(pid, 0) == 0 || errno == EPERM }

  package static var thisHost: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, 255) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A lock that one process of a machine holds as long as this object is alive, and that a dead
/// process cannot keep.
///
/// It is an open-file-description lock on a file that is never removed, so none can be taken away
/// by mistake. The text in the file only says who holds it. Guaranteed on one machine; on a network
/// file system as far as that one keeps it.
package final class FileLock: Sendable {
  private let file: OpenFile
  /// Who held it last and ended without releasing it: killed, or the machine went down.
  package let abandonedBy: LockHolder?

  /// Takes the lock or throws `held`; never waits for it.
  package init(_ path: String, holder: LockHolder) throws(StoreError) {
    file = try OpenFile(path, O_RDWR | O_CREAT)
    var wanted = Self.wholeFile()
    guard fcntl(file.descriptor, Self.setLock, &wanted) == 0 else {
      let code = errno
      guard code == EAGAIN || code == EACCES else { throw .system("cannot lock", path, code) }
      let other = Self.liveHolder(in: path)
      throw StoreError(
        .held(by: other), "\(path) is locked by \(other?.text ?? "another process")")
    }
    abandonedBy = Self.holder(in: path)
    try write(holder)
  }

  /// Lets go at once, also where a child process that is just being started still shares the open
  /// file.
  deinit {
    ftruncate(file.descriptor, 0)
    var release = Self.wholeFile()
    release.l_type = Int16(F_UNLCK)
    _ = fcntl(file.descriptor, Self.setLock, &release)
  }

  package enum State: Sendable, Equatable {
    case free
    /// Nil when it cannot be told who.
    case held(by: LockHolder?)
  }

  /// Whether a process holds it now; looks only, so that nobody else is refused because of it.
  package static func state(of path: String) -> State {
    guard let file = try? OpenFile(path, O_RDONLY) else { return .free }
    var probe = wholeFile()
    guard fcntl(file.descriptor, getLock, &probe) == 0, probe.l_type != Int16(F_UNLCK) else {
      return .free
    }
    return .held(by: liveHolder(in: path))
  }

  // From <fcntl.h>; the importer does not show them.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  private static func wholeFile() -> flock {
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    return lock
  }

  /// The holder of a lock that is held: a text that a dead process left is not it, so looks again
  /// for 50 ms at most.
  private static func liveHolder(in path: String) -> LockHolder? {
    for _ in 0..<10 {
      if let holder = holder(in: path), holder.mayLive { return holder }
      usleep(5000)
    }
    return nil
  }

  private static func holder(in path: String) -> LockHolder? {
    guard let bytes = try? Files.read(path, limit: 64 << 10), !bytes.isEmpty,
      let value = try? JSONText.read(bytes)
    else { return nil }
    return try? ValueDecoder().decode(LockHolder.self, from: value)
  }

  private func write(_ holder: LockHolder) throws(StoreError) {
    guard let value = try? ValueEncoder().encode(holder) else { return }
    guard ftruncate(file.descriptor, 0) == 0 else { throw .system("cannot write", file.path) }
    try file.write(JSONText.write(value) + [0x0A], at: 0)
  }
}

extension StateFolder {
  /// The lock of a service: one run at a time may change it.
  package func lockService(_ service: String, holder: LockHolder) throws(StoreError) -> FileLock {
    do throws(StoreError) {
      return try FileLock(servicePath(service), holder: holder)
    } catch {
      guard case .held(let other) = error.kind else { throw error }
      let run = other.map { "\($0.run)" } ?? "latest"
      throw StoreError(
        .held(by: other),
        "service '\(service)' is in the hands of \(other?.text ?? "another process")",
        advice: "look at it with: lifeboat status \(run)")
    }
  }

  package func serviceState(_ service: String) -> FileLock.State {
    FileLock.state(of: servicePath(service))
  }

  func servicePath(_ service: String) -> String {
    "\(locks)/\(Self.fileName(service)).lock"
  }

  /// A file name of its own for every text: letters, digits, `-`, `_` and inner dots stay, other
  /// bytes become `%xx`.
  static func fileName(_ text: String) -> String {
    var name = ""
    for (place, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: ".") where place > 0: name += "."
      default:
        name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    guard name.utf8.count > 200 else { return name }
    return String(name.prefix(120)) + "%" + RecordHash.of(Array(text.utf8)).hex
  }
}
