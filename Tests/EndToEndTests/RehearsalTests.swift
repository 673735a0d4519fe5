import Foundation
import RunbookModel
import TestServers
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `lifeboat rehearse`, and the rehearsals that are shipped.
@Suite struct RehearsalTests {
  private static let shipped = Programs.repository + "/Runbooks"

  /// What a rehearsal of the desk's small runbook says after its name and environment.
  private func rehearsal(_ desk: Desk, _ name: String, _ more: String) throws {
    mkdir(desk.book + "/rehearsals", 0o777)
    try write(
      "lifeboat: 1\nrehearsal: \(name)\nenvironment: here\n\(more)\n",
      to: "\(desk.book)/rehearsals/\(name).yaml")
  }

  // MARK: - Those that are shipped

  /// Among them B7 (`promotion_hangs`: fenced, and no primary) and B8 (`promotion_refused`: the fence is taken back).
  @Test func `every shipped rehearsal passes`() async throws {
    try await Desk.with { desk in
      let ended = try await desk.lifeboat("rehearse", Self.shipped, "--format", "json")
      #expect(ended.status == 0, "\(ended)")
      let result = try JSONText.read(ended.output.utf8)
      #expect(result["failed"]?.int == 0)
      let runbooks = result["runbooks"]?.list ?? []
      let folders = names(in: Self.shipped).filter { isFolder("\(Self.shipped)/\($0)") }
      #expect(runbooks.count == folders.count)
      for runbook in runbooks {
        #expect((runbook["rehearsals"]?.list?.count ?? 0) >= 10, "\(runbook)")
      }
    }
  }

  @Test func `every shipped rehearsal fails when it expects another outcome`() async throws {
    try await Desk.with { desk in
      let books = desk.path + "/books"
      try copyTree(Self.shipped, to: books)
      for book in ["shop_failover", "shop_failback"] {
        for name in names(in: "\(books)/\(book)/rehearsals") {
          let path = "\(books)/\(book)/rehearsals/\(name)"
          let text = try #require(readText(path))
          let other = text.contains("outcome: held") ? "outcome: failed_partly" : "outcome: held"
          try write(text.replacing(/outcome: \w+/, with: other), to: path)
        }
      }
      let ended = try await desk.lifeboat("rehearse", books, "--format", "json")
      #expect(ended.status == 12, "\(ended)")
      let result = try JSONText.read(ended.output.utf8)
      #expect(result["failed"]?.int == result["rehearsals"]?.int)
      #expect((result["failed"]?.int ?? 0) >= 30)
    }
  }

  // MARK: - The command

  @Test func `a rehearsal touches nothing: no program, no secret, no state`() async throws {
    try await Desk.with { desk in
      try desk.environment("secrets: {key: {file: \(desk.path)/there_is_no_such_file}}")
      try desk.runbook(change("a", "echo ran >>log"), gate("go"), change("b", "echo ran >>log"))
      try rehearsal(desk, "calm", "expect: {outcome: succeeded, changed: [a, b]}")
      let ended = try await desk.lifeboat("rehearse", desk.book)
      #expect(ended.status == 0, "\(ended)")
      #expect(ended.output.contains("1 rehearsal passed. In a model: nothing real"), "\(ended)")
      #expect(desk.log.isEmpty)
      #expect(readText(desk.state) == nil && names(in: desk.state).isEmpty)
    }
  }

  @Test func `one that fails says what was expected, what happened, and the story around it`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"), change("b", "true"))
      try rehearsal(desk, "good", "expect: {outcome: succeeded}")
      try rehearsal(
        desk, "bad", "given: {b: {apply: refused}}\nexpect: {outcome: succeeded, done: [b]}")
      let ended = try await desk.lifeboat("rehearse", desk.book)
      #expect(ended.status == 12, "\(ended)")
      for words in [
        "  passed  ", "  FAILED  ", "expected  outcome: succeeded",
        "happened  held: the run holds for a person, because of b", "expected  done: b",
        "given: apply: refused", "changed at the end: a",
        "2 rehearsals: 1 passed, 1 failed.",
      ] {
        #expect(ended.output.contains(words), "\(words) is missing in \(ended)")
      }
      // The story marks the step that it is about.
      #expect(ended.output.contains(/> T\+\S+ \w+ +b\s/), "\(ended)")
      let one = try await desk.lifeboat("rehearse", desk.book + "/rehearsals/good.yaml")
      #expect(one.status == 0, "\(one)")
    }
  }

  @Test func `a runbook without rehearsals is told so, and is no success`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      let ended = try await desk.lifeboat("rehearse", desk.book)
      #expect(ended.status == 2, "\(ended)")
      #expect(ended.errors.contains("there is nothing to rehearse"), "\(ended)")
      #expect(ended.errors.contains("a folder 'rehearsals' beside the runbook"), "\(ended)")
    }
  }

  @Test func `a rehearsal that is not valid stops all before anything is played`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      try rehearsal(desk, "good", "expect: {outcome: succeeded}")
      try rehearsal(desk, "bad", "given: {aa: {apply: refused}}\nexpect: {outcome: held}")
      let ended = try await desk.lifeboat("rehearse", desk.book)
      #expect(ended.status == 2 && ended.output.isEmpty, "\(ended)")
      #expect(ended.errors.contains("did you mean 'a'?"), "\(ended)")
      let validated = try await desk.lifeboat("validate", desk.book)
      #expect(validated.status == 2, "\(validated)")
      // It is no reason not to run.
      let planned = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(planned.status == 0, "\(planned)")
    }
  }

  @Test func `the JUnit file is XML that any reader takes, whatever stands in the names`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      mkdir(desk.book + "/rehearsals", 0o777)
      for (name, outcome) in [("one", "succeeded"), ("two", "held")] {
        try write(
          """
          lifeboat: 1
          rehearsal: "\(name): <a> & \\"b\\" 'c'\\u0001 \\uFFFE é\\n🚤 ]]>"
          environment: here
          expect: {outcome: \(outcome)}

          """, to: "\(desk.book)/rehearsals/\(name).yaml")
      }
      let file = desk.path + "/out/results.xml"
      let ended = try await desk.lifeboat("rehearse", desk.book, "--junit", file)
      #expect(ended.status == 12, "\(ended)")
      let reader = JUnitReader()
      let parser = XMLParser(data: try Data(contentsOf: URL(filePath: file)))
      parser.delegate = reader
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
      #expect(reader.names.count == 2)
      #expect(reader.names.first == "one: <a> & \"b\" 'c'  é 🚤 ]]>", "\(reader.names)")
      #expect(reader.elements["testsuite"] == 1 && reader.elements["failure"] == 1)
      #expect(reader.suite["tests"] == "2" && reader.suite["failures"] == "1")
      #expect(reader.suite["name"] == "small")
      let unwritable = try await desk.lifeboat(
        "rehearse", desk.book, "--junit", desk.path + "/no/such/folder.xml")
      #expect(unwritable.status == 70, "\(unwritable)")
    }
  }
}

private final class JUnitReader: NSObject, XMLParserDelegate {
  var elements: [String: Int] = [:]
  var names: [String] = []
  var suite: [String: String] = [:]

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements[element, default: 0] += 1
    if element == "testcase" { names.append(attributes["name"] ?? "") }
    if element == "testsuite" { suite = attributes }
  }
}
