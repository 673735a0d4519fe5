import Glibc

/// Who is at the keyboard, as the operating system says: not as anybody types it.
enum Person {
  /// The account's name; behind sudo the one who called it.
  static var current: String {
    if getuid() == 0, let caller = getenv("SUDO_USER"), caller.pointee != 0 {
      return String(cString: caller)
    }
    if let entry = getpwuid(getuid()) { return String(cString: entry.pointee.pw_name) }
    return "uid \(getuid())"
  }

  static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}
