/// Who may import whom, in the program: an import may only point down.
///
/// SwiftPM does not enforce this inside one package: a module that another target has built can be imported without
/// being declared. A new folder under `Sources` or `Plugins` fails the tests until it stands here.
enum Layers {
  struct Target: Sendable {
    let folder: String
    /// Larger is further up.
    let level: Int
    let mayImport: Set<String>
  }

  static let targets: [Target] = [
    Target(folder: "Sources/RunbookModel", level: 0, mayImport: []),
    // Pure and synchronous. Format opens the files it reads; Journal reads those it verifies.
    Target(
      folder: "Sources/RunbookFormat", level: 1,
      mayImport: ["RunbookModel", "CLibYAML", "Glibc", "Musl"]),
    Target(folder: "Sources/RunbookEngine", level: 1, mayImport: ["RunbookModel"]),
    Target(
      folder: "Sources/RunbookJournal", level: 1,
      mayImport: ["RunbookModel", "Crypto", "CSHA256Lanes", "Glibc"]),
    // Figures from figures: no file, no clock, no chance but its seed.
    Target(
      folder: "Sources/RunbookForecast", level: 2, mayImport: ["RunbookModel", "RunbookEngine"]),
    Target(
      folder: "Sources/RunbookReport", level: 3,
      mayImport: ["RunbookModel", "RunbookEngine", "RunbookForecast", "RunbookJournal"]),
    // The seam: what a step action promises. Waiting is part of it: `blocking`, and the event loop.
    Target(
      folder: "Sources/RunbookAction", level: 2,
      mayImport: system.union(["RunbookModel", "CLinux"])),
    // Child processes: for what runs the author's programs and knows nothing of a run.
    Target(
      folder: "Sources/RunbookProcess", level: 3,
      mayImport: system.union(["RunbookModel", "RunbookAction", "CLinux"])),
    // These do things.
    Target(
      folder: "Sources/RunbookDriver", level: 4,
      mayImport: system.union([
        "RunbookModel", "RunbookFormat", "RunbookEngine", "RunbookJournal", "RunbookAction",
        "RunbookProcess", "Crypto",
      ])),
    Target(
      folder: "Sources/RunbookActions", level: 4,
      mayImport: system.union([
        "RunbookModel", "RunbookAction", "RunbookProcess", "CLibCurl", "CLibHTTPParser",
      ])),
    plugin("Postgres", "CLibPQ"),
    plugin("DNS", "CLDNS"),
    plugin("HAProxy"),
    // The same machines in a virtual world: no task, no clock, no file.
    Target(
      folder: "Sources/RunbookSimulation", level: 5,
      mayImport: ["RunbookModel", "RunbookEngine", "RunbookDriver"]),
    Target(
      folder: "Sources/RunbookCommands", level: 6,
      mayImport: system.union([
        "RunbookModel", "RunbookFormat", "RunbookEngine", "RunbookForecast", "RunbookJournal",
        "RunbookReport", "RunbookAction", "RunbookDriver", "RunbookSimulation", "ArgumentParser",
        "Crypto",
      ])),
    Target(
      folder: "Sources/lifeboat", level: 7,
      mayImport: [
        "Glibc", "RunbookAction", "RunbookActions", "RunbookCommands", "PostgresPlugin",
        "DNSPlugin", "HAProxyPlugin",
      ]),
    // The lab shares nothing with the program but the values: it must not be able to share its mistakes.
    Target(
      folder: "Sources/lifeboat-lab", level: 7,
      mayImport: system.union([
        "RunbookModel", "ArgumentParser", "FlyingFox", "FlyingSocks", "CLibPQ", "CLab",
      ])),
  ]

  /// Folders that hold a C library's module and no Swift.
  static let libraries: Set<String> = [
    "Sources/CLibYAML", "Sources/CLibCurl", "Sources/CLibHTTPParser", "Sources/CLinux",
    "Sources/CLazyLibrary", "Sources/CSHA256Lanes",
  ]

  /// What comes with the system. All of Foundation is left out: it makes every start of the program slower.
  private static let system: Set<String> = [
    "Glibc", "Dispatch", "FoundationEssentials", "Synchronization",
  ]

  /// A plugin sees the seam and its own library, and no other plugin.
  private static func plugin(_ product: String, _ libraries: String...) -> Target {
    Target(
      folder: "Plugins/\(product)", level: 4,
      mayImport: system.union(["RunbookModel", "RunbookAction"]).union(libraries))
  }

  /// The module's name: a plugin's ends in Plugin, all others are called like their folder.
  static func module(_ target: Target) -> String {
    let name = target.folder.split(separator: "/").last.map(String.init) ?? ""
    return target.folder.hasPrefix("Plugins/") ? name + "Plugin" : name
  }

  /// The modules that a file imports, each with its line, counted from one.
  static func imports(of file: TextFile) -> [(module: String, line: Int)] {
    var found: [(module: String, line: Int)] = []
    var isInText = false
    for (index, line) in file.lines.enumerated() {
      // A text of several lines may hold a program of another language.
      if !isInText, let module = importedModule(line) { found.append((module, index + 1)) }
      if line.contains("\"\"\""),
        line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count % 2 == 0
      {
        isInText.toggle()
      }
    }
    return found
  }

  /// `@preconcurrency package import struct Dispatch.DispatchTime` gives Dispatch.
  static func importedModule(_ line: Substring) -> String? {
    var words = line.split(separator: " ")[...]
    while let word = words.first, word.hasPrefix("@") || access.contains(word) {
      words.removeFirst()
    }
    guard words.popFirst() == "import" else { return nil }
    if let word = words.first, kinds.contains(word) { words.removeFirst() }
    return words.first.map { String($0.prefix { $0.isLetter || $0.isNumber || $0 == "_" }) }
  }

  private static let access: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private",
  ]
  private static let kinds: Set<Substring> = [
    "typealias", "struct", "class", "enum", "protocol", "let", "var", "func",
  ]
}
