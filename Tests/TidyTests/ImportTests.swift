import Testing

@Suite struct ImportTests {
  @Test(arguments: Layers.targets.map(\.folder))
  func `every import points down`(folder: String) throws {
    let target = try #require(Layers.targets.first { $0.folder == folder })
    let files = Repository.swift(under: [folder + "/"])
    #expect(!files.isEmpty, "\(folder) holds no Swift: take it out of the table")
    for file in files {
      for found in Layers.imports(of: file) {
        #expect(
          target.mayImport.contains(found.module),
          "\(file.path):\(found.line) imports \(found.module), which \(folder) may not see")
      }
    }
  }

  @Test func `every folder of the program stands in the table of layers`() {
    let known = Set(Layers.targets.map(\.folder)).union(Layers.libraries)
    for parent in ["Sources", "Plugins"] {
      for name in Repository.folders(in: parent) {
        #expect(known.contains("\(parent)/\(name)"), "\(parent)/\(name) has no layer yet")
      }
    }
  }

  @Test func `the table itself allows nothing that points up or sideways`() {
    let levels = Dictionary(
      uniqueKeysWithValues: Layers.targets.map { (Layers.module($0), $0.level) })
    for target in Layers.targets {
      for module in target.mayImport {
        guard let level = levels[module] else { continue }
        #expect(level < target.level, "\(target.folder) is not above \(module)")
      }
    }
  }

  @Test(arguments: [
    ("import Glibc", "Glibc"),
    ("public import RunbookModel", "RunbookModel"),
    ("@preconcurrency package import Dispatch // why", "Dispatch"),
    ("import struct FoundationEssentials.Data", "FoundationEssentials"),
    ("  import CLibPQ", "CLibPQ"),
  ])
  func `an import is recognised however it is written`(line: String, module: String) {
    #expect(Layers.importedModule(line[...]) == module)
  }

  @Test func `a program in a text of several lines imports nothing`() {
    let quotes = String(repeating: "\"", count: 3)
    let text = "import Glibc\nlet script = \(quotes)\n  import os\n  \(quotes)\nimport Dispatch\n"
    let found = Layers.imports(of: TextFile(path: "a.swift", text: text))
    #expect(found.map(\.module) == ["Glibc", "Dispatch"])
    #expect(found.map(\.line) == [1, 5])
  }

  @Test(arguments: ["// import Glibc", "let text = \"import Glibc\"", "important()", ""])
  func `what only looks like an import is none`(line: String) {
    #expect(Layers.importedModule(line[...]) == nil)
  }
}
