import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension Samples {
  /// A folder that is gone afterwards.
  static func withFolder<Result>(
    _ files: [String: String], _ body: (String) throws -> Result
  ) throws -> Result {
    var template = Array("/tmp/lifeboat-format-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
    let folder = String(cString: try #require(made))
    defer { remove(folder) }
    for (name, text) in files {
      let parts = name.split(separator: "/")
      if parts.count > 1 { mkdir("\(folder)/\(parts[0])", 0o700) }
      let file = try #require(fopen("\(folder)/\(name)", "w"))
      fputs(text, file)
      fclose(file)
    }
    return try body(folder)
  }

  private static func remove(_ path: String) {
    if let handle = opendir(path) {
      while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(handle)
    }
    if rmdir(path) != 0 { unlink(path) }
  }
}
