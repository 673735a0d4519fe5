internal import Glibc
internal import RunbookModel

/// Paths and folders, as far as finding documents needs them.
enum Folder {
  /// A folder with more documents than this is not what it should be.
  static let maxDocuments = 1000

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder == "."
      ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A document's name without its ending.
  static func stem(_ name: String) -> String {
    for ending in [".yaml", ".yml"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }

  /// The names of the YAML files in a folder, sorted; none when there is no such folder.
  static func documents(in folder: String, _ problems: inout DiagnosticList) -> [String] {
    guard let handle = opendir(folder) else {
      if errno != ENOENT {
        problems.error(
          .unreadable,
          "'\(folder)' cannot be read: \(String(cString: strerror(errno)).lowercased())",
          at: nil, help: "it should be a folder of YAML documents")
      }
      return []
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = name(of: entry)
      guard !name.hasPrefix("."), name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
        continue
      }
      guard names.count < maxDocuments else {
        problems.error(
          .outOfRange, "'\(folder)' holds more than \(maxDocuments) documents", at: nil)
        break
      }
      names.append(name)
    }
    return names.sorted()
  }

  /// The folders in a folder, sorted, but for hidden ones; at most `maxDocuments`.
  static func folders(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var paths: [String] = []
    while paths.count < maxDocuments, let entry = readdir(handle) {
      let name = name(of: entry)
      let path = join(folder, name)
      if !name.hasPrefix("."), isFolder(path) { paths.append(path) }
    }
    return paths.sorted()
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
  }
}
