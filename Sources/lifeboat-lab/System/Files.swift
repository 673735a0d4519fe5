import Glibc

/// The few file operations that the lab needs, with errors a person can act on.
enum Files {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// The whole text of a file; nil when it is not there or not readable.
  static func read(_ path: String, limit: Int = 64 << 20) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while bytes.count < limit {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Replaces a file in one step: a reader sees the old text or the new one.
  static func write(_ path: String, _ text: String, mode: mode_t = 0o644, owner: ServerUser? = nil)
    throws
  {
    let temporary = "\(path).new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw LabError.system("\(path) cannot be written", errno) }
    defer { close(descriptor) }
    try writeAll(descriptor, Array(text.utf8), to: path)
    fchmod(descriptor, mode)
    if let owner { try owner.take(temporary) }
    guard rename(temporary, path) == 0 else {
      throw LabError.system("\(path) cannot be replaced", errno)
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], to path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw LabError.system("\(path) cannot be written", errno) }
      done += count
    }
  }

  /// Makes a folder and those above it; fine when it exists, and then it keeps its owner.
  static func makeFolder(_ path: String, mode: mode_t = 0o755, owner: ServerUser? = nil) throws {
    if mkdir(path, mode) == 0 {
      try owner?.take(path)
      return
    }
    let number = errno
    if number == EEXIST { return }
    guard number == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw LabError.system("the folder \(path) cannot be made", number)
    }
    try makeFolder(String(path[..<slash]))
    try makeFolder(path, mode: mode, owner: owner)
  }

  static func list(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a folder with all that is in it; never follows a link out of it, never crosses into a mount.
  static func remove(_ path: String) {
    var state = stat()
    if lstat(path, &state) == 0 { remove(path, on: state.st_dev) }
  }

  private static func remove(_ path: String, on device: dev_t) {
    var state = stat()
    guard lstat(path, &state) == 0, state.st_dev == device else { return }
    guard state.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    for name in list(path) { remove("\(path)/\(name)", on: device) }
    rmdir(path)
  }

  /// An absolute path without links; the last parts need not exist yet.
  static func absolute(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    if let slash = path.lastIndex(of: "/") {
      let folder = slash == path.startIndex ? "/" : absolute(String(path[..<slash]))
      return (folder == "/" ? "" : folder) + path[slash...]
    }
    return absolute(".") + "/" + path
  }

  /// The last lines of a log, for an error message.
  static func tail(_ path: String, lines: Int = 12) -> String {
    guard let text = read(path, limit: 1 << 20) else { return "(\(path) is not there)" }
    let all = text.split(separator: "\n")
    return all.isEmpty ? "(\(path) is empty)" : all.suffix(lines).joined(separator: "\n")
  }

  /// `count` random bytes from the kernel.
  static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
