import Foundation

/// The files of this repository as they lie on disk, without what git ignores.
enum Repository {
  /// Found from this file's own place, Tests/TidyTests/Repository.swift, also when it was built through a link.
  static let root: URL = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file, read once.
  static let files: [TextFile] = {
    var found: [TextFile] = []
    var folders = [""]
    while let folder = folders.popLast() {
      for name in names(in: folder) where !skipped.contains(name) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if isFolder(path) {
          folders.append(path)
        } else if let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) {
          found.append(TextFile(path: path, text: text))
        }
      }
    }
    return found.sorted { $0.path < $1.path }
  }()

  private static let skipped: Set<String> = [".git", ".build", ".swiftpm", ".DS_Store"]

  /// The Swift files of the program, of its plugins and of the lab.
  static let program = swift(under: ["Sources/", "Plugins/"])

  static func swift(under folders: [String]) -> [TextFile] {
    files.filter { file in
      file.path.hasSuffix(".swift") && folders.contains { file.path.hasPrefix($0) }
    }
  }

  static func file(_ path: String) -> TextFile? { files.first { $0.path == path } }

  /// The names of the folders directly inside a folder.
  static func folders(in folder: String) -> [String] {
    names(in: folder).filter { isFolder("\(folder)/\($0)") }
  }

  private static func names(in folder: String) -> [String] {
    let place = root.appending(path: folder).path(percentEncoded: false)
    return ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
  }

  /// A link is a file: what it leads to is read where it lies.
  private static func isFolder(_ path: String) -> Bool {
    let place = root.appending(path: path).path(percentEncoded: false)
    let kind = try? FileManager.default.attributesOfItem(atPath: place)[.type] as? FileAttributeType
    return kind == .typeDirectory
  }
}

struct TextFile: Sendable {
  /// From the repository's root.
  let path: String
  let text: String

  /// Compares bytes: a search by characters through the whole repository takes seconds.
  func holds(_ words: String) -> Bool {
    Data(text.utf8).range(of: Data(words.utf8)) != nil
  }

  /// As an editor counts: a line feed at the end begins no further line.
  var lines: [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
