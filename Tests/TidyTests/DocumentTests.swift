import Foundation
import Testing

@Suite struct DocumentTests {
  @Test func `the first page stays short`() {
    guard let page = Repository.file("README.md") else { return }
    #expect(page.lines.count <= 150, "README.md has \(page.lines.count) lines")
  }

  @Test func `plugins and runbooks are found at all`() {
    #expect(!Repository.folders(in: "Plugins").isEmpty)
    #expect(!Repository.folders(in: "Runbooks").isEmpty)
  }

  @Test(arguments: Repository.folders(in: "Plugins"))
  func `every plugin has a page that says what it is`(name: String) throws {
    let page = try #require(Repository.file("Plugins/\(name)/README.md"))
    let first = page.lines.first ?? ""
    #expect(first.contains("lifeboat step plugin") || first.contains("Lifeboat step plugin"))
    let isListed = try #require(Repository.file("Plugins/README.md")).text.contains(
      "\(name)/README.md")
    #expect(isListed, "Plugins/README.md does not link to \(name)")
  }

  @Test(arguments: Repository.folders(in: "Runbooks"))
  func `every shipped runbook has an example environment for production`(name: String) throws {
    let runbook = try #require(Repository.file("Runbooks/\(name)/runbook.yaml"))
    let isNamedLikeFolder = runbook.text.contains("runbook: \(name)\n")
    #expect(isNamedLikeFolder)
    let path = "Runbooks/\(name)/environments/production.yaml"
    let environment = try #require(Repository.file(path), "\(path) is missing")
    let isForRecoveries = environment.text.contains("allows: [recovery]")
    #expect(isForRecoveries, "\(path) is not for recoveries alone")
  }

  @Test func `the format's page names every key`() throws {
    let page = try #require(Repository.file("Runbooks/README.md")).text
    let keys = Repository.swift(under: ["Sources/RunbookFormat/Document/Keys/"])
      .flatMap { texts(in: $0, after: "KeyRule(") }
    #expect(Set(keys).count > 50, "the keys were not found")
    for key in Set(keys) {
      let isDescribed = page.contains("`\(key)`")
      #expect(isDescribed, "'\(key)' is not described")
    }
  }

  @Test func `the format's page names every code`() throws {
    let page = try #require(Repository.file("Runbooks/README.md")).text
    let codes = Repository.swift(under: ["Sources/RunbookFormat/"])
      .flatMap { $0.text.matches(of: /"(LB\d\d\d)"/).map { String($0.output.1) } }
    #expect(Set(codes).count > 50, "the codes were not found")
    for code in Set(codes) {
      let isDescribed = page.contains(code)
      #expect(isDescribed, "\(code) is not described")
    }
  }

  @Test func `every link between our own pages leads somewhere`() {
    for page in Repository.files where page.path.hasSuffix(".md") {
      for link in page.text.matches(of: /\]\(([^)\s]+)\)/) {
        let target = link.output.1.prefix { $0 != "#" }
        guard !target.isEmpty, !target.contains("://") else { continue }
        let folder = Repository.root.appending(path: page.path).deletingLastPathComponent()
        let place = folder.appending(path: String(target)).path(percentEncoded: false)
        #expect(
          FileManager.default.fileExists(atPath: place), "\(page.path) links to \(target)")
      }
    }
  }

  /// The quoted texts that stand right after `start`, a line break in between or not.
  private func texts(in file: TextFile, after start: String) -> [String] {
    file.text.split(separator: start).dropFirst().compactMap { rest in
      let trimmed = rest.drop { $0.isWhitespace }
      guard trimmed.first == "\"" else { return nil }
      return String(trimmed.dropFirst().prefix { $0 != "\"" })
    }
  }
}
