internal import Glibc

/// A socket that lives in the file system: made, bound, connected, and asked who is at its other end.
enum UnixSocket {
  /// Calls with the socket's address. A path too long for an address (108 bytes) is reached through its open folder.
  static func withAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) throws(StoreError) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    var folder: OpenFile?
    var short = path
    if path.utf8.count >= room {
      let parent = try OpenFile(Files.parent(of: path), O_RDONLY | O_DIRECTORY)
      folder = parent
      short =
        "/proc/self/fd/\(parent.descriptor)/" + path.split(separator: "/").last.map(String.init)!
    }
    defer { withExtendedLifetime(folder) {} }
    withUnsafeMutableBytes(of: &address.sun_path) { target in
      target.copyBytes(from: Array(short.utf8).prefix(room - 1))
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// A stream socket that does not block and that no child inherits.
  static func open(_ path: String) throws(StoreError) -> Int32 {
    let flags = Int32(SOCK_STREAM.rawValue) | nonBlocking | closeOnExec
    let descriptor = socket(AF_UNIX, flags, 0)
    guard descriptor >= 0 else { throw .system("cannot make a socket for", path) }
    return descriptor
  }

  static let nonBlocking: Int32 = 0o4000
  static let closeOnExec: Int32 = 0o2000000

  /// The account at the other end, from the kernel.
  static func peer(_ descriptor: Int32) -> uid_t? {
    // From <sys/socket.h>; the importer leaves `ucred` out: process, user, group.
    var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else {
      return nil
    }
    return credentials.1
  }

  static func accountName(_ user: uid_t) -> String {
    var entry = passwd()
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    var found: UnsafeMutablePointer<passwd>?
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "uid \(user)" }
    return String(cString: name)
  }
}
