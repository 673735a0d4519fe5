import RunbookFormat
import RunbookModel
import Testing

/// Rehearsals: what can be said in them, and what is found wrong beside the runbook and its environments.
struct RehearsalTests {
  private static let runbook = Samples.runbook(
    """
      - stage: check
        steps:
          - {step: down, uses: tcp.check, with: {address: '${{ env.db }}'}, only: [failover]}
          - step: go
            uses: operator.approve
            with: {question: 'Now?'}
            approval: {role: commander, timeout: 5m}
      - stage: move
        steps:
          - {step: fence, uses: postgres.fence, with: {node: {address: '${{ env.db }}'}}, timeout: 30s}
          - step: promote
            uses: postgres.promote
            with: {node: {address: '${{ env.db }}'}, after: '${{ steps.fence.receipt }}'}
            point_of_no_return: true
            undo: {none: it cannot be}
    """,
    head: """
      variants: [failover, switchover]
      parameters: {incident: {type: int, required: true}}
      """)
  private static let lab = """
    lifeboat: 1
    environment: lab
    allows: [drill]
    roles: {commander: [alice, bob]}
    values: {db: 'h:1'}
    """
  private static let head = """
    lifeboat: 1
    rehearsal: it goes well
    environment: lab
    variant: failover
    parameters: {incident: 7}
    """
  private static let good = head + "\nexpect: {outcome: succeeded}\n"

  private func load(_ rehearsals: [String: String], runbook: String = runbook) throws
    -> LoadedRunbook
  {
    var files = ["runbook.yaml": runbook, "environments/lab.yaml": Self.lab]
    for (name, text) in rehearsals { files["rehearsals/\(name).yaml"] = text }
    return try Samples.withFolder(files) { Samples.loader.load(path: $0) }
  }

  /// What is wrong with a rehearsal of these lines: "code line:column", without warnings.
  private func problems(_ lines: String, head: String = head) throws -> [String] {
    try diagnostics(lines, head: head).map(Samples.short)
  }

  private func diagnostics(_ lines: String, head: String = head) throws -> [Diagnostic] {
    try load(["a": head + "\n" + lines + "\n"]).diagnostics.filter { $0.severity == .error }
  }

  @Test func `everything that can be said is read`() throws {
    let text = """
      lifeboat: 1
      rehearsal: everything goes wrong
      description: At once.
      environment: lab
      variant: failover
      purpose: drill
      outage_at: 5m
      parameters: {incident: 7}
      given:
        down: {check: [does_not_hold, {takes: 3s}]}
        go: {answers: [{declined_by: bob, after: 5s}, {approved_by: alice}, {answer: unattended}]}
        fence: {plan: differs, apply: {takes: 9s, ends: unknown, made: false}, verify: [holds]}
      operator:
        - {order: mark-done, step: fence, after: 2m}
        - {order: undo}
      expect:
        outcome: held
        because: fence
        never: [promote]
        done: [down]
        undone: [fence]
        changed: []
        order: [down, go, fence]
        within: 10m
        held_before: 5m
      """
    let loaded = try load(["a": text])
    #expect(!loaded.hasErrors, "\(loaded.diagnostics)")
    let rehearsal = try #require(loaded.rehearsals.first?.rehearsal)
    #expect(rehearsal.name == "everything goes wrong" && rehearsal.outageAt == .seconds(300))
    #expect(rehearsal.parameterArguments == ["incident=7"])
    let down = try #require(rehearsal.given.first)
    #expect(down.acts[.check]?.map(\.ends) == [.doesNotHold, nil])
    #expect(down.acts[.check]?.map(\.takes) == [nil, .seconds(3)])
    #expect(
      rehearsal.given[1].answers.map(\.kind)
        == [.declined(by: "bob"), .approved(by: "alice"), .unattended])
    let fence = rehearsal.given[2].acts
    #expect(fence[.apply]?.map(\.isMade) == [false] && fence[.plan]?.first?.ends == .differs)
    #expect(rehearsal.orders.map(\.word) == [.markDone, .undo])
    #expect(rehearsal.expect.because == ["fence"] && rehearsal.expect.changed == [])
    #expect(rehearsal.expect.heldBefore == .seconds(300))
  }

  @Test(arguments: [
    ("given: {fense: {apply: hangs}}", "LB213 6:9", "did you mean 'fence'?"),
    ("given: {'fence[a]': {apply: hangs}}", "LB213 6:9", "write 'fence', or repeat the step"),
    ("given: {fence: {aply: hangs}}", "LB201 6:17", "did you mean 'apply'?"),
    ("given: {fence: {apply: hang}}", "LB206 6:24", "did you mean 'hangs'?"),
    ("given: {fence: {}}", "LB203 6:9", "delete it: a step that is not named succeeds in its"),
    ("given: {fence: {check: holds}}", "LB216 6:24", "a change has 'plan', 'apply', 'verify'"),
    ("given: {go: {apply: fails}}", "LB216 6:21", "a question has 'approved_by'"),
    ("given: {down: {apply: fails}}", "LB216 6:23", "write 'check' instead"),
    ("given: {fence: {apply: {takes: 40s}}}", "LB216 6:24", "write 'ends: hangs', or a shorter"),
    ("given: {fence: {apply: {takes: 4s, ends: hangs}}}", "LB216 6:24", "delete 'takes'"),
    ("given: {fence: {verify: {made: true}}}", "LB216 6:26", "'made' belongs to 'apply'"),
    (
      "given: {fence: {apply: {ends: refused, made: true}}}", "LB216 6:40",
      "for a step that says so"
    ),
    ("given: {fence: {apply: []}}", "LB203 6:24", "delete it, or write an entry"),
    ("given: {promote: {undo: fails}}", "LB216 6:25", "delete 'undo'"),
    ("given: {fence: {approved_by: alice}}", "LB216 6:30", "delete the answer, or give the step"),
    ("given: {go: {approved_by: eve}}", "LB216 6:27", "name one of: alice, bob"),
    ("given: {go: {approved_by: bob, declined_by: bob}}", "LB216 6:32", "several answers stand"),
    ("given: {go: {answer: none, after: 5s}}", "LB216 6:28", "delete 'after'"),
    ("given: {fence: {when: false}}", "LB216 6:9", "delete 'when: false'"),
    ("operator: [{order: retry}]", "LB203 6:20", "name it: {order: retry, step: ...}"),
    ("operator: [{order: abort, step: go}]", "LB216 6:27", "delete 'step'"),
    ("operator: [{order: skip, step: gone}]", "LB213 6:20", "it can be 'down', 'fence', 'go'"),
  ])
  func `what is given wrongly is shown where it stands`(
    line: String, short: String, help: String
  ) throws {
    let found = try diagnostics(line + "\nexpect: {outcome: held}")
    #expect(found.map(Samples.short) == [short], "\(found)")
    #expect(found.first?.help?.hasPrefix(help) == true, "\(found)")
  }

  @Test(arguments: [
    ("{}", "LB203 6:9"), ("{outcome: hold}", "LB206 6:19"),
    ("{outcome: held, because: [fense]}", "LB213 6:35"),
    ("{outcome: succeeded, because: go}", "LB216 6:39"),
    ("{outcome: held, never: [go], done: [go]}", "LB216 6:45"),
    ("{outcome: succeeded, undone: [fence]}", "LB216 6:38"),
    ("{outcome: succeeded, rto: met, within: 5}", "LB207 6:48"),
  ])
  func `what is expected wrongly is shown where it stands`(expect: String, short: String) throws {
    #expect(try problems("expect: \(expect)") == [short])
  }

  @Test func `a place, a variant or a parameter that is not there is shown with the nearest`()
    throws
  {
    let head = """
      lifeboat: 1
      rehearsal: wrong everywhere
      environment: lap
      variant: failovr
      parameters: {incident: seven, incidnt: 7}
      """
    let found = try diagnostics("expect: {outcome: held}", head: head)
    #expect(
      found.map(Samples.short).sorted() == [
        "LB211 4:10", "LB213 3:14", "LB260 5:40", "LB262 5:24",
      ],
      "\(found)")
    #expect(found.compactMap(\.help).contains("did you mean 'lab'?"))
    #expect(found.compactMap(\.help).contains("did you mean 'failover'?"))
  }

  @Test func `an RTO that counts from an outage needs to know when that was`() throws {
    let runbook = Self.runbook.replacing("clock: run", with: "clock: outage")
    let text = Self.good.replacing("outcome: succeeded", with: "outcome: succeeded, rto: met")
    let found = try load(["a": text], runbook: runbook).diagnostics.filter {
      $0.severity == .error
    }
    #expect(found.map(\.code) == ["LB216"])
    #expect(found.first?.help == "write 'outage_at: 5m' for five minutes before the run")
    let said = text.replacing("expect:", with: "outage_at: 5m\nexpect:")
    #expect(try !load(["a": said], runbook: runbook).hasErrors)
  }

  @Test func `a step of another variant, a purpose that is not allowed, a missing variant`() throws
  {
    let other = Self.head.replacing("variant: failover", with: "variant: switchover")
    #expect(
      try problems("given: {down: {check: hangs}}\nexpect: {outcome: held}", head: other)
        == ["LB216 6:9"])
    #expect(try problems("purpose: recovery\nexpect: {outcome: held}") == ["LB216 6:10"])
    let none = Self.head.replacing("variant: failover\n", with: "")
    #expect(try problems("expect: {outcome: held}", head: none) == ["LB203 2:12"])
  }

  @Test func `two of one name cannot be told apart`() throws {
    let loaded = try load(["a": Self.good, "b": Self.good])
    #expect(loaded.diagnostics.filter { $0.severity == .error }.map(\.code) == ["LB205"])
    #expect(loaded.diagnostics.first { $0.code == "LB205" }?.related.count == 1)
  }

  @Test func `rehearsals are checked although the runbook has errors, without echoes of them`()
    throws
  {
    let broken = Self.runbook.replacing("timeout: 30s}", with: "timeout: 30}")
    let loaded = try load(
      ["a": Self.good.replacing("{outcome: succeeded}", with: "{outcome: held, never: [gone]}")],
      runbook: broken)
    let errors = loaded.diagnostics.filter { $0.severity == .error }.map(\.code)
    #expect(errors == ["LB207", "LB213"], "\(loaded.diagnostics)")
  }

  @Test func `one rehearsal may be named by its file, and finds its runbook`() throws {
    let files = [
      "runbook.yaml": Self.runbook, "environments/lab.yaml": Self.lab,
      "rehearsals/a.yaml": Self.good, "rehearsals/b.yaml": "lifeboat: [",
    ]
    try Samples.withFolder(files) { folder in
      let one = Samples.loader.load(path: "\(folder)/rehearsals/a.yaml")
      #expect(!one.hasErrors && one.runbook?.name == "shop", "\(one.diagnostics)")
      #expect(one.rehearsals.compactMap(\.rehearsal?.name) == ["it goes well"])
      #expect(Samples.loader.load(path: folder).hasErrors)
      // A rehearsal that is broken must not stop a recovery.
      #expect(!Samples.loader.load(path: folder, environment: "lab").hasErrors)
    }
    try Samples.withFolder(["a.yaml": Self.good]) { folder in
      let alone = Samples.loader.load(path: "\(folder)/a.yaml")
      #expect(alone.diagnostics.map(\.code) == ["LB100"])
      #expect(alone.diagnostics.first?.help?.contains("'rehearsals' beside") == true)
    }
  }

  @Test func `the schema names every key and every ending`() {
    let schema = DocumentSchema(catalogue: Samples.catalogue).rehearsal
    let given = schema["properties"]?["given"]?["additionalProperties"]?["properties"]
    #expect(given?.map?.keys.contains("approved_by") == true)
    let words = given?["apply"]?["anyOf"]?.list?.first?["anyOf"]?.list?.first?["enum"]
    #expect(
      words == ["succeeds", "fails", "refused", "unknown", "hangs", "killed"], "\(schema)")
    #expect(schema["properties"]?["expect"]?["required"] == ["outcome"])
  }
}
