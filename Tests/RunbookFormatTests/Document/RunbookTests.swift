import RunbookFormat
import RunbookModel
import Testing

/// A good runbook becomes exactly what its author wrote, with every default filled in.
struct RunbookTests {
  static let whole = """
    lifeboat: 1
    runbook: shop_failover
    title: Move the shop to site B
    description: Site A is lost.
    service: shop
    owner: payments-sre
    tags: [tier-1]
    objectives: {rto: 2h, rpo: 5s, mtpd: 4h, clock: outage}
    variants: [failover, switchover]
    on_failure: stop
    concurrency: 4
    parameters:
      incident: {type: string, required: true, pattern: '^INC-[0-9]+$', description: Number}
      size: {type: word, default: 3}
    stages:
      - stage: confirm
        title: Be sure
        budget: 1m
        on_failure: hold
        steps:
          - step: confirmed
            uses: quorum.check
            with:
              at_least: 2
              of:
                - {uses: tcp.check, with: {address: '${{ env.db.primary.address }}'}}
                - {uses: http.check, with: {url: 'http://10.0.0.1/${{ params.incident }}'}}
            only: [failover]
          - step: go
            uses: operator.approve
            with: {question: 'Lose ${{ recovery_point.loss }}?'}
            approval: {role: commander, count: 1, timeout: PT10M, on_timeout: hold}
      - stage: database
        steps:
          - step: fence_db
            uses: postgres.fence
            with: {node: '${{ env.db.primary }}'}
            retry: {attempts: 3, delay: 2s, backoff: 1.5, max_delay: 1m, jitter: 0.5, on: [timeout]}
          - step: promote_db
            uses: postgres.promote
            when: ${{ variant == 'failover' }}
            with: {node: {address: 'b:5432'}, after: '${{ steps.fence_db.receipt }}'}
            timeout: 60s
            settle: 30s
            point_of_no_return: true
            expected: 3s
            critical: false
            by_hand: Call the DBA.
          - step: aside
            uses: command.run
            needs: []
            with: {argv: [/bin/true]}
            verify: [{uses: tcp.check, with: {address: 'b:5432'}}]
            undo: {uses: haproxy.shift, with: {runtime: /run/h}}
            on_failure: continue
    """

  private func whole() throws -> Runbook {
    let text = Self.whole.replacing("type: word, default: 3", with: "type: int, default: 3")
    let loaded = Samples.load(
      text,
      environments: [
        Samples.environment("  db: {primary: {address: 'a:5432'}, standby: {address: 'b:5432'}}")
      ])
    return try #require(loaded.value, "\(loaded.problems.items)")
  }

  @Test func `the head arrives as written`() throws {
    let runbook = try whole()
    #expect(runbook.name == "shop_failover" && runbook.service == "shop")
    #expect(runbook.title == "Move the shop to site B" && runbook.owner == "payments-sre")
    #expect(runbook.tags == ["tier-1"] && runbook.variants == ["failover", "switchover"])
    #expect(runbook.objectives.rto == .seconds(7200) && runbook.objectives.rpo == .seconds(5))
    #expect(runbook.objectives.mtpd == .seconds(14400) && runbook.objectives.clock == .outage)
    #expect(runbook.onFailure == .stop && runbook.concurrency == 4)
    #expect(runbook.parameters.map(\.name) == ["incident", "size"])
    #expect(runbook.parameters[0].required && runbook.parameters[0].pattern == "^INC-[0-9]+$")
    #expect(runbook.parameters[1].defaultValue == .int(3))
    #expect(runbook.stages.map(\.name) == ["confirm", "database"])
    #expect(runbook.stages[0].budget == .seconds(60))
  }

  @Test func `steps arrive as written, and needs are resolved`() throws {
    let steps = try whole().steps
    #expect(steps.map(\.id.text) == ["confirmed", "go", "fence_db", "promote_db", "aside"])
    #expect(steps.map { $0.needs.map(\.text) } == [[], ["confirmed"], [], ["fence_db"], []])
    #expect(steps[0].only == ["failover"])
    #expect(
      steps[1].approval
        == ApprovalPolicy(role: "commander", count: 1, timeout: .seconds(600), onTimeout: .hold))
    #expect(
      steps[2].retry
        == RetryPolicy(
          attempts: 3, delay: .seconds(2), backoff: 1.5, maxDelay: .seconds(60), jitter: 0.5,
          kinds: [.timeout]))
    #expect(steps[3].timeout == .seconds(60) && steps[3].settle == .seconds(30))
    #expect(steps[3].pointOfNoReturn && !steps[3].critical && steps[3].expected == .seconds(3))
    #expect(steps[3].byHand == "Call the DBA.")
    #expect(steps[3].when?.source == "variant == 'failover'")
    #expect(steps[4].verify.map(\.uses) == ["tcp.check"])
    guard case .explicit(let call) = steps[4].undo else {
      Issue.record("the undo is \(steps[4].undo)")
      return
    }
    #expect(call.uses == "haproxy.shift")
  }

  @Test func `on_failure comes from the step, else its stage, else the runbook`() throws {
    #expect(try whole().steps.map(\.onFailure) == [.hold, .hold, .stop, .stop, .continue])
  }

  @Test func `an action that cannot be undone keeps its reason after a point of no return`() throws
  {
    #expect(
      try whole().steps[3].undo == .none(reason: "a promoted standby has a history of its own"))
  }

  @Test func `an expression alone keeps its place and source, inside text it is a part`() throws {
    let with = try whole().steps[0].with
    guard case .list(let checks, _)? = with["of"],
      case .expression(let alone)? = checks[0]["with"]?["address"],
      case .text(let parts, _)? = checks[1]["with"]?["url"]
    else {
      Issue.record("the input is \(with)")
      return
    }
    #expect(alone.source == "env.db.primary.address")
    let column = "            - {uses: tcp.check, with: {address: '${{ env".count - 2
    #expect(alone.place == SourcePlace(file: "runbook.yaml", line: 26, column: column, length: 22))
    #expect(parts.count == 2)
    #expect(parts.first == .literal("http://10.0.0.1/"))
  }

  @Test(arguments: [
    ("'${{ {\"a\": {\"b\": 1}} }}'", "{\"a\": {\"b\": 1}}"), ("'${{ ''}}'' }}'", "'}}'"),
    ("\"${{ \\\"}}\\\" }}\"", "\"}}\""), ("'${{x}}'", "x"),
  ])
  func `braces in strings and maps do not end an expression`(text: String, source: String) throws {
    let found = Samples.loader.runbook(
      Samples.file(
        Samples.steps("    - step: a\n      uses: command.run\n      when: \(text)")))
    let codes = found.problems.items.map(\.code)
    #expect(!codes.contains("LB113") && !codes.contains("LB202"), "\(found.problems.items)")
  }

  @Test func `a doubled dollar sign stands for the mark itself`() throws {
    let text = Samples.steps(
      "    - {step: a, uses: command.run, with: {argv: ['$${{ x }} ${{ run.id }}']}, undo: {none: ok}}"
    )
    let runbook = try #require(Samples.load(text).value)
    guard case .list(let items, _)? = runbook.steps[0].with["argv"],
      case .text(let parts, _) = items[0]
    else {
      Issue.record("\(runbook.steps[0].with)")
      return
    }
    #expect(parts.first == .literal("${{ x }} "))
  }

  @Test func `each expression of a text has its own place, in folded and quoted texts too`() throws
  {
    let text = Samples.steps(
      """
          - step: a
            uses: command.run
            undo: {none: ok}
            with:
              argv:
                - 'ä ${{ run.id }} and ${{  run.by }}'
                - >-
                  first ${{ run.id }}
                  then ${{ run.by }}
                - "\\t${{ run.id }}"
      """)
    let runbook = try #require(Samples.load(text).value)
    guard case .list(let items, _)? = runbook.steps[0].with["argv"] else {
      Issue.record("\(runbook.steps[0].with)")
      return
    }
    let places = items.map { item -> [String] in
      guard case .text(let parts, _) = item else { return [] }
      return parts.compactMap { part in
        guard case .expression(let text) = part, let place = text.place else { return nil }
        return "\(text.source) \(place.line):\(place.column)+\(place.length)"
      }
    }
    #expect(
      places == [
        ["run.id 14:20+6", "run.by 14:39+6"], ["run.id 16:23+6", "run.by 17:22+6"],
        ["run.id 18:20+6"],
      ])
  }

  @Test(arguments: [
    ("dns.switch", "commit_within: 5m", [String]()),
    ("dns.switch", "commit_within: 25h", ["LB208 12:22"]),
    ("dns.switch", "commit_within: 5", ["LB207 12:22"]),
    ("dns.switch", "commit_within: 5m, undo: {none: it is so}", ["LB307 12:22"]),
    ("dns.switch", "commit_within: 5m, point_of_no_return: true", ["LB307 12:22"]),
  ])
  func `a change that takes itself back must be able to`(
    uses: String, keys: String, problems: [String]
  ) {
    let lines = keys.split(separator: ", ").map { "      \($0)" }.joined(separator: "\n")
    let text = Samples.steps(
      "    - step: a\n      uses: \(uses)\n      with: {server: 'h:53', name: x.example}\n\(lines)")
    let found = Samples.problems(text).filter { !$0.hasPrefix("LB4") }
    #expect(found == problems)
  }

  @Test func `a check cannot take itself back, and the problem says so with its place`() throws {
    let text = Samples.steps(
      "    - step: a\n      uses: tcp.check\n      with: {address: 'h:1'}\n      commit_within: 5m")
    let problem = try #require(Samples.with("LB307", text).first)
    #expect(problem.message.contains("'tcp.check' changes nothing"))
    #expect(problem.help?.contains("the step that makes the change") ?? false)
  }

  @Test func `a deadline is a duration, and none where it is not written`() throws {
    let step = "    - {step: a, uses: tcp.check, with: {address: 'h:1'}}"
    #expect(try #require(Samples.load(Samples.steps(step)).value).deadline == nil)
    let limited = Samples.steps(step, head: "deadline: 1h30m")
    #expect(try #require(Samples.load(limited).value).deadline == .seconds(5400))
    #expect(Samples.problems(Samples.steps(step, head: "deadline: 90")) == ["LB207 5:11"])
  }

  @Test func `a message holds nobody up and needs no undo, unless its author says otherwise`()
    throws
  {
    let text = Samples.steps(
      """
          - {step: told, uses: message.send, with: {body: hi}}
          - {step: vital, uses: message.send, with: {body: hi}, on_failure: hold, critical: true}
      """)
    #expect(Samples.problems(text) == [])
    let steps = try #require(Samples.load(text).value?.steps)
    #expect(steps.map(\.onFailure) == [.continue, .hold])
    #expect(steps.map(\.critical) == [false, true])
    #expect(steps[0].undo == .none(reason: "what was sent cannot be unsent"))
  }
}
