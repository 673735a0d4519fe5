import Glibc

/// Whom the servers run as: PostgreSQL refuses root, so a lab that root starts uses another user.
struct ServerUser: Codable, Sendable {
  var name: String
  var uid: UInt32
  var gid: UInt32

  /// Nil when the servers run as whoever we are.
  static func choose() throws -> ServerUser? {
    guard geteuid() == 0 else { return nil }
    for name in ["postgres", "nobody"] {
      if let entry = getpwnam(name) {
        return ServerUser(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
      }
    }
    throw LabError(
      """
      PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody' here.
      Run the lab as an ordinary user, or install postgresql, which makes the user 'postgres'.
      """)
  }

  func take(_ path: String) throws {
    guard lchown(path, uid, gid) == 0 else {
      throw LabError.system("\(path) cannot be given to the user \(name)", errno)
    }
  }
}

/// The name of the user who runs this program.
func currentUser() -> String {
  if let entry = getpwuid(geteuid()) { return String(cString: entry.pointee.pw_name) }
  return String(geteuid())
}
