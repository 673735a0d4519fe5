import RunbookFormat
import RunbookModel
import Testing

/// YAML that is not YAML, or not what a runbook may be written in: each is one clear error at its place.
struct BrokenYAMLTests {
  private func problems(_ text: String) -> [String] { Samples.problems(text) }

  private func problems(bytes: [UInt8]) -> [String] {
    Samples.loader.runbook(SourceFile(path: "runbook.yaml", bytes: bytes)).problems
      .sorted(files: ["runbook.yaml"]).map(Samples.short)
  }

  @Test(arguments: ["", "   \n\n", "# nothing but a comment\n"])
  func `a file without content is said to be empty`(text: String) {
    #expect(problems(text) == ["LB110 1:1"])
  }

  @Test(arguments: [
    ("- a\n- b\n", "a list"), ("just text\n", "a text"), ("12\n", "a text"),
  ])
  func `a document that is no map is refused`(text: String, what: String) {
    #expect(problems(text) == ["LB202 1:1"])
  }

  @Test func `a tab in the indentation is named as such`() {
    let text = "lifeboat: 1\nobjectives:\n\trto: 1h\n"
    #expect(problems(text).contains("LB104 3:1"))
    #expect(Samples.rendered(text).contains("indent with spaces"))
  }

  @Test func `what stands before a syntax error is still checked, and nothing is called missing`() {
    let text = "lifeboat: 1\nrunbok: shop\nservice: [a, b\ntitle: x\n"
    let found = problems(text)
    #expect(found.contains("LB201 2:1"))
    #expect(found.contains { $0.hasPrefix("LB103") })
    #expect(!found.contains { $0.hasPrefix("LB203") })
  }

  @Test(arguments: [
    "title: \"never closed\n", "title: 'x\n", "a: b: c\n", "a: [1, 2\n", "a: {b: 1\n",
    "a: @x\n", "a: `x`\n", "a:\n  b: 1\n c: 2\n", "a:\n  - b\n c\n", "- a\nb: 1\n",
    "a: \"\\q\"\n", "a: &\n", "a: *\n", "%YAML 3.0\n---\na: 1\n", "a: !<x\n", "? [a\n", "}\n",
    "a: |9999\n b\n", "--- a\n... b\n",
  ])
  func `broken syntax gives a syntax error with a place`(text: String) {
    let found = problems("lifeboat: 1\n" + text)
    #expect(found.contains { $0.hasPrefix("LB103 ") || $0.hasPrefix("LB105 ") }, "\(found)")
  }

  @Test func `a second document is refused where it begins`() {
    #expect(problems("lifeboat: 1\n---\nlifeboat: 1\n").contains("LB105 2:1"))
  }

  @Test func `a key that stands twice is shown with its first place`() throws {
    let text = Samples.steps(
      "    - step: a\n      uses: command.run\n      step: b\n      with: {argv: [x]}")
    let problem = try #require(Samples.with("LB106", text).first)
    #expect(problem.place?.line == 11)
    #expect(problem.related.first?.place.line == 9)
  }

  @Test func `keys that stand twice are found in maps of any size`() {
    let many = (0..<100).map { "  k\($0): 1\n" }.joined() + "  k7: 2\n"
    let text =
      "lifeboat: 1\nenvironment: lab\nallows: [drill]\nvalues:\n" + many
    let found = Samples.loader.environment(Samples.file(text, "lab.yaml")).loaded.problems.items
    #expect(found.map(\.code) == ["LB106"])
  }

  @Test func `a key that is a list, and YAML 1.1's merge key, are refused`() {
    #expect(problems("? [a, b]\n: 1\n").contains { $0.hasPrefix("LB111") })
    #expect(problems("x: &x {a: 1}\n<<: *x\n").contains("LB111 2:1"))
  }

  @Test func `an alias without its anchor and one inside its own value are refused`() {
    #expect(problems("a: *nowhere\n").contains("LB108 1:4"))
    #expect(problems("a: &me [1, *me]\n").contains("LB108 1:12"))
  }

  @Test func `an alias stands for its value`() throws {
    let text = Samples.steps(
      """
          - {step: a, uses: command.run, with: &w {argv: [/bin/true]}, undo: &u {none: nothing done}}
          - {step: b, uses: command.run, with: *w, undo: *u}
      """)
    let runbook = try #require(Samples.load(text).value)
    #expect(runbook.steps[1].with.constant == runbook.steps[0].with.constant)
    #expect(runbook.steps[1].undo == .none(reason: "nothing done"))
  }

  @Test func `aliases that double themselves are stopped long before memory is`() {
    var text = "lifeboat: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let item = "*a\(level - 1)"
      text +=
        "a\(level): &a\(level) ["
        + Array(repeating: item, count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(problems(text).contains { $0.hasPrefix("LB109") })
  }

  @Test(arguments: ["[", "{a: ", "- "])
  func `nesting beyond 64 levels is refused at once`(open: String) {
    let text = "lifeboat: 1\nvalues:\n  " + String(repeating: open, count: 10_000)
    #expect(problems(text).contains { $0.hasPrefix("LB107 3:") })
  }

  @Test func `nesting that an alias adds counts too`() {
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    let text = "a: &a \(deep)\nb: \(String(repeating: "[", count: 30))*a"
    #expect(problems(text).contains { $0.hasPrefix("LB107 2:") })
  }

  @Test func `tags that change nothing are taken, others are refused`() {
    #expect(problems("title: !!str 12\n").contains("LB112 1:8") == false)
    #expect(problems("title: !!binary aGk=\n").contains("LB112 1:8"))
    #expect(problems("title: !mine x\n").contains("LB112 1:8"))
    #expect(problems("title: !!int x\n").contains("LB112 1:8"))
    #expect(problems("title: !!map [a]\n").contains("LB112 1:8"))
  }

  @Test func `bytes that are not UTF-8 are shown where they stand`() {
    let bytes = Array("lifeboat: 1\ntitle: ä".utf8) + [0xFF, 0x0A]
    #expect(problems(bytes: bytes).contains("LB102 2:9"))
  }

  @Test(
    arguments: [
      [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80],
      [0x00], [0x07], [0x7F], [0xC2, 0x9F], [0xEF, 0xBF, 0xBF],
    ] as [[UInt8]])
  func `overlong forms, surrogates, cut characters and controls are refused`(bad: [UInt8]) {
    let bytes = Array("lifeboat: 1\ntitle: x".utf8) + bad + [0x0A]
    #expect(problems(bytes: bytes).contains("LB102 2:9"))
  }

  @Test func `UTF-16 is named, a UTF-8 mark is skipped`() {
    #expect(problems(bytes: [0xFF, 0xFE, 0x6C, 0x00]).contains("LB102 1:1"))
    let marked = [0xEF, 0xBB, 0xBF] + Array("lifeboat: 1\nrunbok: x\n".utf8)
    #expect(problems(bytes: marked).contains("LB201 2:1"))
  }

  @Test func `what stands before a bad byte is still checked`() {
    let bytes = Array("lifeboat: 1\nrunbok: x\ntitle: ".utf8) + [0xFF, 0x0A]
    let found = problems(bytes: bytes)
    #expect(found.contains("LB201 2:1"))
    #expect(found.contains("LB102 3:8"))
  }

  @Test func `a file over 64 MiB is refused unread`() {
    let bytes = [UInt8](repeating: 0x20, count: (64 << 20) + 1)
    #expect(problems(bytes: bytes) == ["LB101 1:1"])
  }

  @Test func `columns count characters, also behind ones of several bytes`() {
    let flow = Samples.problems("{lifeboat: 1, title: 'ä€😀', runbok: x}\n")
    #expect(flow.contains("LB201 1:29"))
  }

  @Test(arguments: ["\r\n", "\r", "\n"])
  func `lines are counted with every kind of line end`(end: String) {
    let found = Samples.problems(
      ["lifeboat: 1", "title: x", "runbok: x", ""].joined(separator: end))
    #expect(found.contains("LB201 3:1"))
  }

  @Test func `reading ends for any cut of a good file`() {
    let text = Samples.steps(
      """
          - step: a
            uses: command.run
            with: {argv: ['x', "y\\n${{ params.p }}"]}
            undo: {none: |
              because
            }
      """)
    let bytes = Array(text.utf8)
    for end in bytes.indices {
      let loaded = Samples.loader.runbook(
        SourceFile(path: "runbook.yaml", bytes: Array(bytes[..<end])))
      #expect(loaded.value == nil)
      #expect(loaded.problems.hasErrors)
    }
  }

  @Test func `reading ends for every single byte changed`() {
    let bytes = Array(
      Samples.steps("    - {step: a, uses: tcp.check, with: {address: 'h:1'}, needs: []}").utf8)
    for place in bytes.indices {
      for byte in [0x00, 0x09, 0x0A, 0x22, 0x26, 0x27, 0x2A, 0x3A, 0x5B, 0x7B, 0x7D, 0xFF]
        as [UInt8]
      {
        var changed = bytes
        changed[place] = byte
        let loaded = Samples.loader.runbook(SourceFile(path: "runbook.yaml", bytes: changed))
        #expect(loaded.value != nil || loaded.problems.hasErrors)
      }
    }
  }
}
