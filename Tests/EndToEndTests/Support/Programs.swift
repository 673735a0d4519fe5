import Glibc
import TestServers

/// Where the programs under test are: beside this test bundle, or where LIFEBOAT_BIN_DIR says.
enum Programs {
  static let folder: String = {
    if let given = getenv("LIFEBOAT_BIN_DIR"), given.pointee != 0 { return String(cString: given) }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink(
        "/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
  }()

  static var lifeboat: String { folder + "/lifeboat" }
  static var lab: String { folder + "/lifeboat-lab" }

  /// The repository, found from this file's place in it.
  static let repository: String = {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(4).joined(separator: "/")
  }()

  static let me: String = {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
  }()
}
