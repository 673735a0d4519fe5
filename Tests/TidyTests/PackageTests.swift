import Testing

/// What a target imports must be among its dependencies: a build that finds the module by luck fails on the next machine.
@Suite struct PackageTests {
  @Test(arguments: Manifest.targets.map(\.name))
  func `what a target imports it also declares`(name: String) throws {
    let target = try #require(Manifest.targets.first { $0.name == name })
    let files = Repository.swift(under: [target.folder + "/"])
    #expect(!files.isEmpty, "\(target.folder) holds no Swift")
    for file in files {
      for found in Layers.imports(of: file) where !Manifest.provided.contains(found.module) {
        let isDeclared = target.modules.contains(found.module)
        #expect(
          isDeclared,
          "\(file.path):\(found.line) imports \(found.module); Package.swift does not say so")
      }
    }
  }

  @Test func `every folder of tests is a target`() {
    let known = Set(Manifest.targets.map(\.folder))
    #expect(known.count > 20, "the targets in Package.swift were not found")
    for name in Repository.folders(in: "Tests") {
      #expect(known.contains("Tests/\(name)"), "Package.swift does not know Tests/\(name)")
    }
  }

  @Test func `make test runs every target of tests`() throws {
    let makefile = try #require(Repository.file("Makefile")).text
    // Helpers of tests hold none themselves.
    let helpers: Set<String> = ["ActionConformance", "TestServers"]
    for name in Repository.folders(in: "Tests") where !helpers.contains(name) {
      let short = String(name.dropLast("Tests".count))
      #expect(
        makefile.contains(name) || ["|", ")"].contains { makefile.contains("\(short)\($0)") },
        "the Makefile runs no test of \(name)")
    }
  }
}

/// Package.swift as far as its own helpers (`library`, `program`, `plugin`, `tests`) are called in it.
private enum Manifest {
  struct Target: Sendable {
    let name: String
    let folder: String
    let modules: Set<String>
  }

  /// What comes with the system and the toolchain.
  static let provided: Set<String> = [
    "Glibc", "Musl", "Dispatch", "Foundation", "FoundationEssentials", "FoundationXML",
    "Synchronization", "Testing",
  ]

  /// Constants of Package.swift that stand for packages, with the modules that they bring.
  private static let packages = [
    "crypto": ["Crypto"], "arguments": ["ArgumentParser"],
    "flyingFox": ["FlyingFox", "FlyingSocks"],
  ]

  static let targets: [Target] = {
    let text = Repository.file("Package.swift")?.text ?? ""
    // The helpers themselves come first and are called nowhere before this.
    guard let start = text.firstRange(of: "let package = Package(") else { return [] }
    return text[start.upperBound...].matches(of: /(library|program|plugin|tests)\(\s*"([^"]+)"/)
      .map { call in
        let name = String(call.output.2)
        let rest = arguments(text[call.range.upperBound...])
        return target(String(call.output.1), name, rest)
      }
  }()

  private static func target(_ kind: String, _ name: String, _ rest: Substring) -> Target {
    var modules = Set(rest.matches(of: /"([^"]+)"/).map { String($0.output.1) })
    for word in rest.matches(of: /[A-Za-z]+/) {
      modules.formUnion(packages[String(word.output)] ?? [])
    }
    if modules.contains("lifeboat-lab") { modules.insert("lifeboat_lab") }
    switch kind {
    case "plugin":
      modules.formUnion(["RunbookModel", "RunbookAction"])
      return Target(name: name, folder: "Plugins/\(name)", modules: modules)
    case "tests":
      return Target(name: name + "Tests", folder: "Tests/\(name)Tests", modules: modules)
    default:
      let path = rest.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) }
      return Target(name: name, folder: path ?? "Sources/\(name)", modules: modules)
    }
  }

  /// Up to the parenthesis that closes the call.
  private static func arguments(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}
