import RunbookFormat
import RunbookModel
import Testing

/// Keys and values that the format does not know: one diagnostic each, all in one pass.
struct KeyProblemTests {
  private func problems(_ steps: String) -> [String] { Samples.problems(Samples.steps(steps)) }

  @Test func `an unknown key is shown with the nearest known one`() {
    let text = Samples.steps(
      "    - step: a\n      uses: tcp.check\n      with: {address: 'h:1'}\n      timout: 3s")
    #expect(
      Samples.rendered(text) == """
        runbook.yaml:12:7: error LB201: 'timout' is not a key of a step
           12 |       timout: 3s
              |       ^^^^^^
        help: did you mean 'timeout'?

        1 error

        """)
  }

  @Test func `all problems of a file are found in one pass, in the order of the file`() {
    let text = """
      lifeboat: 2
      runbook: Shop-Failover
      servce: shop
      objectives: {rto: 15, clock: sundial, mtpd: 1m}
      variants: [a, a]
      on_failure: panic
      concurrency: 0
      stages:
        - stage: one
          steps:
            - step: a
              uses: tcp.chek
              timeout: 10
              critical: yes
            - step: a
              uses: tcp.check
              with: {addres: 'h:1'}
              only: [b]
              needs: c
      """
    #expect(
      Samples.problems(text) == [
        "LB203 1:1", "LB214 1:11", "LB204 2:10", "LB201 3:1", "LB207 4:19", "LB206 4:30",
        "LB205 5:15", "LB206 6:13", "LB208 7:14", "LB209 12:15", "LB207 13:18", "LB202 14:19",
        "LB205 15:15", "LB261 17:15", "LB260 17:16", "LB211 18:16", "LB202 19:16",
      ])
  }

  @Test(arguments: [("approval: {role: r, signature: required}", "signature")])
  func `what is not served yet is refused by name`(line: String, name: String) {
    let text = Samples.steps(
      "    - step: a\n      uses: tcp.check\n      with: {address: 'h:1'}\n      \(line)")
    #expect(Samples.with("LB210", text).contains { $0.message.hasPrefix("'\(name)'") })
  }

  @Test func `a step without its required keys names each of them`() {
    #expect(problems("    - title: x") == ["LB203 9:7", "LB203 9:7"])
  }

  @Test(arguments: [
    ("timeout: 30", "LB207"), ("timeout: 0s", "LB208"), ("timeout: [1s]", "LB202"),
    ("timeout: soon", "LB207"), ("timeout: 1 h", "LB207"), ("settle: -1s", "LB207"),
    ("critical: no", "LB202"), ("critical: 1", "LB202"), ("title: 12", "LB202"),
    ("title: ''", "LB208"), ("title: [a]", "LB202"), ("title: 'a ${{ run.id }}'", "LB202"),
    ("retry: 3", "LB202"), ("retry: {attempts: 0}", "LB208"), ("retry: {attempts: 1.5}", "LB202"),
    ("retry: {delay: 1s}", "LB203"), ("retry: {attempts: 2, jitter: 2}", "LB208"),
    ("retry: {attempts: 2, on: [bad]}", "LB206"),
    ("retry: {attempts: 2, delay: 9s, max_delay: 1s}", "LB216"),
    ("approval: {count: 1}", "LB203"), ("approval: {role: r, on_timeout: hold}", "LB216"),
    ("approval: {role: r, count: 0}", "LB208"), ("on_failure: retry", "LB206"),
    ("only: []", "LB208"), ("when: true", "LB202"), ("when: 'a ${{ true }}'", "LB202"),
    ("when: '${{ true'", "LB113"), ("when: ${{ 1 + }}", "LB150"), ("when: ${{ 12 }}", "LB252"),
    ("when: ${{ nope }}", "LB250"), ("with: [a]", "LB202"), ("verify: {uses: tcp.check}", "LB202"),
    ("verify: [{uses: command.run, with: {argv: [x]}}]", "LB202"),
    ("verify: [{uses: tcp.check, with: {}}]", "LB261"), ("undo: auto", "LB216"),
    ("silence: [{rule: LB999, reason: x}]", "LB217"), ("silence: [{rule: LB401}]", "LB203"),
    ("expected: never", "LB207"), ("by_hand: 3", "LB202"), ("needs: a", "LB202"),
  ])
  func `a wrong value has its own code`(line: String, code: String) {
    let found = Samples.with(
      code, Samples.steps("    - step: x\n      uses: tcp.check\n      \(line)"))
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.place != nil })
  }

  @Test func `'no' where a boolean stands says what to write`() throws {
    let text = Samples.steps("    - {step: x, uses: tcp.check, critical: no}")
    let problem = try #require(Samples.with("LB202", text).first)
    #expect(problem.help == "write 'false'; in YAML 1.2 'no' is a text")
  }

  @Test func `an unknown action is shown with the nearest one, or its product's`() throws {
    let near = try #require(
      Samples.with("LB209", Samples.steps("    - {step: x, uses: postgres.promte}")).first)
    #expect(near.help == "did you mean 'postgres.promote'?")
    let product = try #require(
      Samples.with("LB209", Samples.steps("    - {step: x, uses: postgres.vacuum}")).first)
    #expect(product.help == "it can be 'postgres.fence', 'postgres.promote'")
  }

  @Test func `an action that cannot be undone asks what shall be done instead`() throws {
    let text = Samples.steps("    - {step: x, uses: command.run, with: {argv: [y]}}")
    let problem = try #require(Samples.with("LB215", text).first)
    #expect(problem.message.contains("nobody knows what it did"))
    for undo in ["{none: it prints}", "{uses: haproxy.shift, with: {runtime: x}}"] {
      let good = Samples.steps(
        "    - {step: x, uses: command.run, with: {argv: [y]}, undo: \(undo)}")
      #expect(Samples.load(good).value != nil)
    }
    for undo in [
      "auto", "{}", "{uses: tcp.check, with: {address: 'h:1'}}", "{none: x, uses: haproxy.shift}",
    ] {
      let bad = Samples.steps(
        "    - {step: x, uses: command.run, with: {argv: [y]}, undo: \(undo)}")
      #expect(Samples.load(bad).value == nil)
    }
  }

  @Test func `'lifeboat' must come first and be 1`() {
    #expect(Samples.problems("runbook: x\nlifeboat: 1\n").contains("LB214 2:1"))
    #expect(Samples.problems("lifeboat: one\n").contains("LB202 1:11"))
    #expect(Samples.problems("runbook: x\n").contains("LB203 1:1"))
  }

  @Test func `budgets may not be more than the RTO, and mtpd not less`() {
    let text = Samples.runbook(
      "  - {stage: a, budget: 40m, steps: [{step: x, uses: tcp.check, with: {address: 'h:1'}}]}\n"
        + "  - {stage: b, budget: 40m, steps: [{step: y, uses: tcp.check, with: {address: 'h:1'}}]}"
    )
    #expect(!Samples.with("LB219", text).isEmpty)
    #expect(!Samples.with("LB216", text.replacing("clock", with: "mtpd: 30m, clock")).isEmpty)
  }

  @Test(arguments: [
    ("p: {type: strin}", "LB206"), ("p: {required: true, default: x}", "LB216"),
    ("p: {type: int, default: x}", "LB262"), ("p: {default: '${{ run.id }}'}", "LB202"),
    ("p: {pattern: '('}", "LB208"), ("P: {}", "LB204"), ("p: {one_of: []}", "LB208"),
    ("p: x", "LB202"),
  ])
  func `parameters are checked`(line: String, code: String) {
    let text = Samples.steps(
      "    - {step: x, uses: tcp.check, with: {address: 'h:1'}}", head: "parameters:\n  \(line)")
    #expect(!Samples.with(code, text).isEmpty)
  }

  @Test func `of a million mistakes a thousand are shown and all are counted`() {
    let text =
      "lifeboat: 1\n" + (0..<3000).map { "key_\($0): 1\n" }.joined()
    let problems = Samples.load(text).problems
    #expect(problems.items.count <= 2 * DiagnosticList.limit)
    #expect(problems.errors > 3000)
    #expect(problems.sorted(files: []).last?.code == "LB199")
  }

  @Test func `more than 100,000 steps or 1,000 stages are refused`() {
    let many = Samples.steps(String(repeating: "    - x\n", count: 100_001))
    #expect(Samples.with("LB208", many).contains { $0.message.contains("100000 steps") })
    let stages = Samples.runbook(String(repeating: "  - {stage: a}\n", count: 1001))
    #expect(Samples.with("LB208", stages).contains { $0.message.contains("1001 stages") })
  }
}
