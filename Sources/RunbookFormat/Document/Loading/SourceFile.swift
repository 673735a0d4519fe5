package import RunbookModel

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A document's bytes and the path by which its diagnostics name it.
package struct SourceFile: Sendable {
  package let path: String
  package let bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads a regular file of at most 64 MiB; anything else is a diagnostic that says what is there instead.
  package static func read(_ path: String) -> Result<SourceFile, Diagnostic> {
    // Without O_NONBLOCK a pipe in the file's place would make this wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return .failure(failure(path, errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(failure(path, errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return .failure(problem(path, "it is a folder", "name the file in it"))
    default: return .failure(problem(path, "it is no ordinary file", "copy it into one"))
    }
    let size = Int(status.st_size)
    guard size <= YAMLFile.maxBytes else { return .failure(tooLarge(path, size)) }
    return readAll(path, descriptor, size)
  }

  private static func readAll(
    _ path: String, _ descriptor: Int32, _ size: Int
  ) -> Result<SourceFile, Diagnostic> {
    var failed: Int32 = 0
    // One byte more than it says it has: what grows while it is read must not go unnoticed.
    let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      while count <= size {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, size + 1 - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failed = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failed == 0 else { return .failure(failure(path, failed)) }
    guard bytes.count == size else {
      return .failure(
        problem(path, "it changed while it was read", "try again when nobody writes to it"))
    }
    return .success(SourceFile(path: path, bytes: bytes))
  }

  private static func tooLarge(_ path: String, _ size: Int) -> Diagnostic {
    Diagnostic(
      DiagnosticCode.tooLarge.rawValue, .error,
      "'\(path)' has \(ByteCount.spoken(Int64(size))); the limit is 64 MiB", at: nil,
      help: "split the runbook")
  }

  private static func failure(_ path: String, _ code: Int32) -> Diagnostic {
    switch code {
    case ENOENT: problem(path, "there is no such file", "check the path")
    case ENOTDIR: problem(path, "a part of the path is no folder", "check the path")
    case EACCES, EPERM:
      problem(path, "you may not read it", "check its owner and permissions, and its folder's")
    case ELOOP: problem(path, "its symbolic links go round in a circle", "mend the links")
    case ENAMETOOLONG: problem(path, "its name is too long", "check the path")
    case EMFILE, ENFILE: problem(path, "too many files are open", "close some, then try again")
    default: problem(path, String(cString: strerror(code)).lowercased(), nil)
    }
  }

  private static func problem(_ path: String, _ why: String, _ help: String?) -> Diagnostic {
    Diagnostic(
      DiagnosticCode.unreadable.rawValue, .error, "'\(path)' cannot be read: \(why)", at: nil,
      help: help)
  }
}
