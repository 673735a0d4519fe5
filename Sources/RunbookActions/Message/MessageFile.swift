import Glibc
import RunbookAction
import RunbookModel

/// A file that messages are appended to, each once. Its calls block their thread.
struct MessageFile {
  let path: String

  init(_ path: String) { self.path = path }

  func holds(_ id: String) throws(ActionFailure) -> Bool {
    guard let descriptor = try open(O_RDONLY) else { return false }
    defer { close(descriptor) }
    return try contains(id, descriptor)
  }

  /// Writes the whole text or nothing, and waits until it is on the disk.
  func append(_ text: String, id: String) throws(ActionFailure) -> String {
    guard let descriptor = try open(O_RDWR | O_CREAT | O_APPEND) else {
      throw failure("cannot be opened", ENOENT)
    }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .passing(.refused, "\(path) is locked by another program")
    }
    if try contains(id, descriptor) { return "\(path) held this message already" }
    let before = lseek(descriptor, 0, SEEK_END)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        guard ftruncate(descriptor, before) == 0 else {
          throw .unknown(.failed, "a part of the message was written to \(path), and cannot be cut")
        }
        throw failure("cannot be written", code)
      }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else {
      throw .unknown(
        .failed,
        "\(path): whether the message is on the disk is not known: "
          + String(cString: strerror(errno)))
    }
    return "appended to \(path)"
  }

  /// nil when there is none.
  private func open(_ flags: Int32) throws(ActionFailure) -> Int32? {
    // A pipe or a device must not hold the run up.
    let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
    guard descriptor >= 0 else {
      if errno == ENOENT, flags & O_CREAT == 0 { return nil }
      throw failure("cannot be opened", errno)
    }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .refused(.input, "\(path) is no regular file", advice: "name a file under 'file'")
    }
    guard facts.st_size <= MessageLimits.file else {
      close(descriptor)
      throw .refused(
        .precondition, "\(path) is larger than \(MessageLimits.file >> 20) MiB",
        advice: "move it aside")
    }
    return descriptor
  }

  private func contains(_ id: String, _ descriptor: Int32) throws(ActionFailure) -> Bool {
    let wanted = Array("\nMessage-ID: <\(id)>\n".utf8)
    var kept: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var offset: off_t = 0
    while true {
      let count = pread(descriptor, &buffer, buffer.count, offset)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot be read", errno) }
      if count == 0 { return false }
      offset += off_t(count)
      kept += buffer[..<count]
      if Self.holds(wanted, in: kept) { return true }
      kept = Array(kept.suffix(wanted.count))
    }
  }

  /// The text begins with a line end, so only what stands behind one is compared.
  private static func holds(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
    text.withUnsafeBytes { text in
      guard let start = text.baseAddress else { return false }
      var place = 0
      while text.count - place >= wanted.count {
        guard let end = memchr(start + place, 10, text.count - place) else { return false }
        place = UnsafeRawPointer(end) - start
        guard text.count - place >= wanted.count else { return false }
        if memcmp(start + place, wanted, wanted.count) == 0 { return true }
        place += 1
      }
      return false
    }
  }

  private func failure(_ what: String, _ code: Int32) -> ActionFailure {
    .passing(
      .failed, "\(path) \(what): \(String(cString: strerror(code)))",
      advice: "look at the file, its folder and the room on the disk")
  }
}
