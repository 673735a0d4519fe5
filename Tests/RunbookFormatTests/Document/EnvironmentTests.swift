import RunbookFormat
import RunbookModel
import Testing

/// Environments: where, who may, and references to secrets.
struct EnvironmentTests {
  private func load(_ text: String, path: String = "environments/lab.yaml") -> LoadedEnvironment {
    Samples.loader.environment(Samples.file(text, path))
  }

  private func problems(_ lines: String) -> [String] {
    load("lifeboat: 1\nenvironment: lab\nallows: [drill]\n" + lines).loaded.problems
      .sorted(files: []).map(Samples.short)
  }

  @Test func `a whole environment arrives as written`() throws {
    let environment = try #require(
      load(
        """
        lifeboat: 1
        environment: lab
        description: On one machine.
        allows: [drill, recovery]
        guards:
          blackout:
            - {from: '2026-12-24T00:00Z', to: '2026-12-27T00:00Z', purposes: [drill]}
            - {from: '2027-01-01T00:00Z', to: '2027-01-02T00:00Z'}
        roles: {commander: [alice, bob]}
        values: {db: {address: 'h:1', password: '${{ secrets.db }}'}, count: 3}
        secrets:
          db: {file: /run/secrets/db}
          tsig: {env: TSIG}
          token: {command: [vault, read, x], timeout: 30s}
        signing_key: {file: /etc/key}
        """
      ).environment)
    #expect(environment.allows == [.drill, .recovery])
    #expect(environment.blackouts.map(\.purposes) == [[.drill], [.drill, .recovery]])
    #expect(environment.roles == [.init(name: "commander", people: ["alice", "bob"])])
    #expect(environment.secrets.map(\.name.name) == ["db", "tsig", "token"])
    #expect(
      environment.secrets.map(\.source) == [
        .file("/run/secrets/db"), .environmentVariable("TSIG"), .command(["vault", "read", "x"]),
      ])
    #expect(environment.secrets.map(\.timeout) == [nil, nil, .seconds(30)])
    #expect(environment.signingKeyFile == "/etc/key")
    #expect(environment.values["count"]?.constant == .int(3))
  }

  @Test(arguments: [
    ("secrets: {db: hunter2}", "LB212 4:15"), ("secrets: {db: {}}", "LB203 4:15"),
    ("secrets: {db: {file: a, env: B}}", "LB216 4:15"),
    ("secrets: {db: {command: []}}", "LB208 4:25"), ("secrets: {db: {fil: a}}", "LB201 4:16"),
    ("secrets: {Db: {file: a}}", "LB204 4:11"), ("values: [a]", "LB202 4:9"),
    ("values: {a: '${{ env.b }}'}", "LB250 4:18"),
    ("values: {a: '${{ secrets.b }}'}", "LB250 4:18"),
    ("roles: {commander: []}", "LB208 4:20"), ("roles: {commander: alice}", "LB202 4:20"),
    ("guards: {cool_down: 60}", "LB207 4:21"),
    ("secrets: {db: {command: [vault, read, x], timeout: 1h}}", "LB208 4:52"),
    ("secrets: {db: {file: a, timeout: 1s}}", "LB216 4:34"),
    ("guards: {cooldown: 60m}", "LB201 4:10"),
    ("guards: {blackout: [{from: now, to: '2026-12-27T00:00Z'}]}", "LB202 4:28"),
    ("guards: {blackout: [{from: '2026-12-27T00:00Z', to: '2026-12-24T00:00Z'}]}", "LB216 4:53"),
    ("signing_key: {}", "LB203 4:14"), ("signing_key: x", "LB202 4:14"),
    ("allow: [drill]", "LB201 4:1"), ("silence: [{rule: LB1, reason: x}]", "LB217 4:18"),
  ])
  func `a wrong line is one error at its place`(line: String, problem: String) {
    #expect(problems(line).contains(problem))
  }

  @Test func `a literal secret is refused without being shown`() {
    let source = Samples.file(
      "lifeboat: 1\nenvironment: lab\nallows: [drill]\nsecrets: {db: hunter2}\n", "lab.yaml")
    let loaded = Samples.loader.environment(source)
    let text = DiagnosticRenderer(files: [source]).text(loaded.loaded.problems.items)
    #expect(text.contains("LB212") && text.contains("/run/secrets/db"))
    #expect(!text.contains("hunter2"))
  }

  @Test func `nothing may be allowed by an empty list or an unknown word`() {
    for list in ["[]", "[test]", "drill"] {
      #expect(load("lifeboat: 1\nenvironment: lab\nallows: \(list)\n").environment == nil)
    }
  }

  @Test func `a file that is called otherwise than its environment is refused`() {
    let text = "lifeboat: 1\nenvironment: lab\nallows: [drill]\n"
    #expect(load(text).environment != nil)
    #expect(load(text, path: "lab.yml").environment != nil)
    #expect(load(text, path: "environments/production.yaml").environment == nil)
  }
}
