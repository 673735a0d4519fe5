import RunbookModel
import TestServers
import Testing

/// What the program says about itself.
@Suite struct CatalogueTests {
  @Test(arguments: [
    [], ["validate"], ["plan"], ["simulate"], ["actions"], ["schema"], ["drill"], ["recover"],
    ["resume"],
    ["undo"], ["status"], ["runs"], ["report"], ["trend"], ["coverage"],
    ["audit"], ["audit", "verify"],
  ])
  func `every command explains itself`(_ command: [String]) async throws {
    try await Desk.with { desk in
      let ended = try await desk.start(command + ["--help"]).end()
      #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended)")
      #expect(ended.output.contains("USAGE: lifeboat \(command.joined(separator: " "))"))
      #expect(ended.output.contains("OVERVIEW: "))
    }
  }

  @Test(arguments: ["validate", "plan", "drill", "status", "audit", "incident"])
  func `a command's help and its complaints name it as the root does`(_ command: String)
    async throws
  {
    try await Desk.with { desk in
      let own = try await desk.lifeboat(command, "--help")
      let roots = try await desk.lifeboat("help", command)
      #expect(own.status == 0 && own.output == roots.output, "\(own)\n\(roots)")
      let wrong = try await desk.lifeboat(command, "--nonsense")
      #expect(wrong.status == 2 && wrong.errors.contains("lifeboat \(command)"), "\(wrong)")
      let script = try await desk.lifeboat(command, "--generate-completion-script", "bash")
      #expect(script.status == 0 && script.output.contains("complete "), "\(script.errors)")
    }
  }

  @Test func `the version is the same word wherever it is asked for`() async throws {
    try await Desk.with { desk in
      let alone = try await desk.lifeboat("--version")
      #expect(alone.status == 0 && alone.errors.isEmpty, "\(alone)")
      // One number a part, and the end of the line.
      #expect(alone.output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(alone)")
      // This one is the parser's answer.
      let parsed = try await desk.lifeboat("validate", "--version")
      #expect(parsed.status == 0 && parsed.output == alone.output, "\(parsed)")
    }
  }

  @Test func `G12: the help lists every exit code`() async throws {
    try await Desk.with { desk in
      let ended = try await desk.lifeboat("--help")
      for code in [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 70] {
        let line = String(repeating: " ", count: code < 10 ? 3 : 2) + "\(code)  "
        #expect(ended.output.contains("\n\(line)"), "\(code)")
      }
    }
  }

  @Test func `unknown commands and options are exit code 2`() async throws {
    try await Desk.with { desk in
      for words in [["dril"], ["plan", "--evironment", "x"], ["report", "--format", "xml"]] {
        let ended = try await desk.start(words).end()
        #expect(ended.status == 2 && !ended.errors.isEmpty, "\(words): \(ended)")
      }
    }
  }

  @Test func `it writes completions for a shell, which the shell accepts`() async throws {
    try await Desk.with { desk in
      let ended = try await desk.lifeboat("--generate-completion-script", "bash")
      #expect(ended.status == 0 && ended.output.contains("complete "), "\(ended.errors)")
      try write(ended.output, to: desk.path + "/out/completion")
      let words = ["bash", "-n", desk.path + "/out/completion"]
      let shell = try await Child(
        words, environment: [], in: desk.path, output: desk.path + "/o", errors: desk.path + "/e"
      ).end()
      #expect(shell.status == 0, "\(shell)")
    }
  }

  @Test func `every action has a page in words and in JSON, and the schema knows it`()
    async throws
  {
    try await Desk.with { desk in
      let list = try await desk.lifeboat("actions", "--format", "json")
      let pages = try #require(try JSONText.read(list.output.utf8).list)
      let names = pages.compactMap { $0["name"]?.string }
      #expect(names.count == pages.count && names.contains("postgres.promote"))
      let text = try await desk.lifeboat("actions")
      let schema = try await desk.lifeboat("schema", "runbook")
      for name in names {
        #expect(text.output.contains(name))
        #expect(schema.output.contains("\"\(name)\""), "\(name)")
        let page = try await desk.lifeboat("actions", name)
        #expect(page.status == 0 && page.output.contains(name), "\(page)")
      }
      let typo = try await desk.lifeboat("actions", "postgres.promot")
      #expect(typo.status == 2 && typo.errors.contains("postgres.promote"), "\(typo)")
    }
  }

  @Test func `the schemas are JSON and know every key of the shipped runbooks`() async throws {
    try await Desk.with { desk in
      for kind in ["runbook", "environment", "report"] {
        let ended = try await desk.lifeboat("schema", kind)
        #expect(ended.status == 0)
        let schema = try JSONText.read(ended.output.utf8)
        #expect(schema["$schema"]?.string != nil, "\(kind)")
        guard kind == "runbook" else { continue }
        let known = try #require(schema["properties"]?.map).keys
        for book in ["shop_failover", "shop_failback"] {
          let path = "\(Programs.repository)/Runbooks/\(book)/runbook.yaml"
          let text = try #require(readText(path))
          for line in text.split(separator: "\n") {
            guard let first = line.first, first.isLetter, let end = line.firstIndex(of: ":") else {
              continue
            }
            #expect(known.contains(String(line[..<end])), "\(book): \(line)")
          }
        }
      }
    }
  }

  @Test(arguments: ["shop_failover", "shop_failback"])
  func `the shipped runbooks are valid`(_ book: String) async throws {
    try await Desk.with { desk in
      let path = "\(Programs.repository)/Runbooks/\(book)"
      let ended = try await desk.lifeboat("validate", path)
      #expect(ended.status == 0 && ended.output.contains("\(book) is valid"), "\(ended)")
      for format in ["json", "sarif"] {
        let told = try await desk.lifeboat("validate", path, "--format", format)
        #expect(told.status == 0)
        _ = try JSONText.read(told.output.utf8)
      }
    }
  }

  @Test func `an answer that does not fit on the disk is an error, a run's ending is not`()
    async throws
  {
    try await Desk.with { desk in
      let full = ["sh", "-c", #"exec "$0" "$@" > /dev/full"#]
      try desk.runbook(checked("a"))
      let run = try await desk.start(["drill", desk.book, "-e", "here"], as: full).end()
      #expect(run.status == 0 && run.errors.contains("No space left"), "\(run)")
      for words in [
        ["report"], ["status"], ["runs"], ["schema"], ["audit", "verify"], ["--version"],
        ["--help"], ["drill", "--help"],
      ] {
        let ended = try await desk.start(words, as: full).end()
        #expect(ended.status == 70 && ended.errors.contains("No space left"), "\(words): \(ended)")
      }
    }
  }

  @Test func `every rule can be explained, and what is no rule is exit code 2`() async throws {
    try await Desk.with { desk in
      let rule = try await desk.lifeboat("validate", "--explain", "LB401")
      #expect(rule.status == 0 && rule.output.contains("LB401"), "\(rule)")
      let none = try await desk.lifeboat("validate", "--explain", "LB999")
      #expect(none.status == 2 && none.errors.contains("LB401"), "\(none)")
      let nothing = try await desk.lifeboat("validate")
      #expect(nothing.status == 2, "\(nothing)")
    }
  }
}
