internal import Glibc
import RunbookModel

/// A file descriptor that is closed when nothing refers to it any more, and that no child process
/// inherits.
package final class OpenFile: Sendable {
  package let descriptor: Int32
  package let path: String

  package init(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(StoreError) {
    self.path = path
    let opened = retrying { open(path, flags | O_CLOEXEC, mode) }
    guard opened >= 0 else { throw .system("cannot open", path) }
    descriptor = opened
  }

  deinit { close(descriptor) }

  package func read(
    at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(StoreError) -> Int {
    let count = retrying { pread(descriptor, target.baseAddress, target.count, off_t(offset)) }
    guard count >= 0 else { throw .system("cannot read", path) }
    return count
  }

  package func size() throws(StoreError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot read the size of", path) }
    return Int(status.st_size)
  }

  /// Writes all of it at `offset`, or throws when only a part went in.
  func write(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
    let outcome = bytes.withUnsafeBytes { source in
      Result { () throws(StoreError) in try write(source, at: offset) }
    }
    try outcome.get()
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = retrying {
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      }
      guard count >= 0 else { throw .system("cannot write", path) }
      guard count > 0 else { throw .system("cannot write", path, ENOSPC) }
      done += count
    }
  }

  package func makeDurable() throws(StoreError) {
    guard retrying({ fdatasync(descriptor) }) == 0 else {
      throw .system("cannot make durable what was written to", path)
    }
  }
}

/// Repeats a system call that a signal broke off.
func retrying<Count: SignedInteger>(_ call: () -> Count) -> Count {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Whole small files and folders, each operation durable when it returns.
enum Files {
  /// The file's bytes; a larger file than `limit` is refused, since whoever wrote it was not us.
  static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8] {
    let file = try OpenFile(path, O_RDONLY)
    let size = try file.size()
    guard size <= limit else {
      throw StoreError(.tooLarge, "\(path) has \(size) bytes; more than \(limit) are not read")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= limit {
      let count = try read(file, at: bytes.count, into: &chunk)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    throw StoreError(.tooLarge, "\(path) grows beyond \(limit) bytes while it is read")
  }

  /// When it was last written to.
  static func modified(_ path: String) throws(StoreError) -> Timestamp {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("cannot look at", path) }
    return Timestamp(
      nanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
  }

  static func read(
    _ file: OpenFile, at offset: Int, into chunk: inout [UInt8]
  ) throws(StoreError) -> Int {
    let outcome = chunk.withUnsafeMutableBytes { target in
      Result { () throws(StoreError) in try file.read(at: offset, into: target) }
    }
    return try outcome.get()
  }

  /// Makes a file in a folder that is new itself: its name is durable once the folder is synced.
  static func createNew(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
    let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL)
    try file.write(bytes, at: 0)
    try file.makeDurable()
  }

  /// Makes a file with its whole content appear at once; `alreadyExists` when there is one.
  static func create(
    _ path: String, _ bytes: [UInt8], mode: mode_t = 0o600
  ) throws(StoreError) {
    let temporary = try writeTemporary(beside: path, bytes, mode: mode, durable: true)
    defer { unlink(temporary) }
    guard link(temporary, path) == 0 else { throw .system("cannot create", path) }
    try syncFolder(parent(of: path))
  }

  /// Puts a file in the place of another in one step: a reader sees the one or the other.
  static func replace(
    _ path: String, _ bytes: [UInt8], mode: mode_t = 0o600, durable: Bool
  ) throws(StoreError) {
    let temporary = try writeTemporary(beside: path, bytes, mode: mode, durable: durable)
    guard rename(temporary, path) == 0 else {
      let failure = StoreError.system("cannot replace", path)
      unlink(temporary)
      throw failure
    }
    if durable { try syncFolder(parent(of: path)) }
  }

  private static func writeTemporary(
    beside path: String, _ bytes: [UInt8], mode: mode_t, durable: Bool
  ) throws(StoreError) -> String {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).new"
    let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    do throws(StoreError) {
      try file.write(bytes, at: 0)
      if durable { try file.makeDurable() }
    } catch {
      unlink(temporary)
      throw error
    }
    return temporary
  }

  /// Makes the folder, and what leads to it; one that is there already is fine.
  static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(StoreError) {
    if mkdir(path, mode) == 0 { return try syncFolder(parent(of: path)) }
    switch errno {
    case EEXIST:
      guard isFolder(path) else {
        throw StoreError(
          .unusableFolder, "\(path) is there, but it is no folder",
          advice: "move it away, or set LIFEBOAT_STATE to another folder")
      }
    case ENOENT where parent(of: path) != path:
      try makeFolder(parent(of: path), mode: mode)
      guard mkdir(path, mode) == 0 || errno == EEXIST else {
        throw .system("cannot create the folder", path)
      }
      try syncFolder(parent(of: path))
    case let code:
      throw .system("cannot create the folder", path, code)
    }
  }

  /// A new file's name is durable only when its folder is.
  static func syncFolder(_ path: String) throws(StoreError) {
    let folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
    // Some file systems cannot sync a folder and say EINVAL; there is nothing more that could be
    // done.
    guard retrying({ fsync(folder.descriptor) }) == 0 || errno == EINVAL else {
      throw .system("cannot make durable what was written to", path)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The names in a folder, in no order, without `.` and `..`; at most `limit`.
  static func names(in path: String, limit: Int = 1_000_000) throws(StoreError) -> [String] {
    guard let folder = opendir(path) else { throw .system("cannot list", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
