import RunbookFormat
import RunbookModel
import Testing

/// The rules of disaster recovery, each with a runbook that breaks it and one that does not.
struct RuleTests {
  private func rules(
    _ stages: String, head: String = "", environments: [LoadedEnvironment] = []
  ) -> [String] {
    let loaded = Samples.load(
      Samples.runbook(stages, head: head), environments: environments)
    return loaded.problems.items.map { diagnostic in
      "\(diagnostic.code) \(diagnostic.place?.line ?? 0)"
    }
  }

  private let fence = "    - {step: fence, uses: postgres.fence, with: {node: {address: 'a:1'}}"
  private let promote =
    "    - {step: promote, uses: postgres.promote, point_of_no_return: true, approval: {role: r}, "
    + "with: {node: {address: 'b:1'}, after: '${{ steps.fence.receipt }}'}}\n"
  private let variants = "variants: [failover, switchover]"
  private func stage(_ steps: String, _ name: String = "one") -> String {
    "  - stage: \(name)\n    steps:\n\(steps)"
  }

  // MARK: LB401

  @Test func `a promotion that is handed the proof of a fence before it is in order`() {
    #expect(rules(stage(fence + "}\n" + promote)) == [])
  }

  @Test func `a promotion without any fence is an error`() {
    let bare =
      "    - {step: promote, uses: postgres.promote, point_of_no_return: true, approval: {role: r}, "
      + "with: {node: {address: 'b:1'}}}\n"
    #expect(rules(stage(bare)) == ["LB401 9"])
    #expect(rules(stage(fence + "}\n" + bare)) == ["LB401 10"])
  }

  @Test(arguments: [
    ", only: [failover]}", ", on_failure: continue}", ", when: '${{ purpose == \"drill\" }}'}",
  ])
  func `a fence that may be left out on some path is no proof`(end: String) {
    #expect(rules(stage(fence + end + "\n" + promote), head: variants) == ["LB401 10"])
  }

  @Test func `fences that cover the variants together are a proof`() {
    let other = fence.replacing("step: fence", with: "step: other")
    let both = promote.replacing(
      "'${{ steps.fence.receipt }}'",
      with: "'${{ variant == \"failover\" ? steps.fence.receipt : steps.other.receipt }}'")
    let steps = fence + ", only: [failover]}\n" + other + ", only: [switchover]}\n" + both
    #expect(rules(stage(steps), head: variants) == [])
  }

  @Test func `a fence and a promotion under one condition are in order`() {
    let when = ", when: '${{ purpose == \"drill\" }}'"
    let steps =
      fence + when + "}\n" + promote.replacing("{step: promote", with: "{step: promote\(when)")
    #expect(rules(stage(steps)) == [])
  }

  // MARK: LB402

  private let shift = "    - {step: shift, uses: haproxy.shift, with: {runtime: /run/h}"

  @Test func `traffic that moves beside or before the promotion is an error`() {
    let both = fence + "}\n" + promote
    #expect(rules(stage(both + shift + "}")) == [])
    #expect(rules(stage(both + shift + ", needs: []}")) == ["LB402 11"])
    #expect(rules(stage(both + shift + ", needs: [fence]}")) == ["LB402 11"])
    #expect(rules(stage(shift + "}\n", "zero") + stage(both)) == ["LB402 9"])
    #expect(rules(stage(both) + stage(shift + "}", "two")) == [])
    #expect(rules(stage(shift + "}")) == [])
  }

  @Test func `traffic of a variant without promotion is not looked at`() {
    let steps =
      fence + "}\n" + promote.replacing("point_of", with: "only: [failover], point_of")
      + shift + ", needs: [], only: [switchover]}"
    #expect(rules(stage(steps), head: variants) == [])
  }

  // MARK: LB403

  private let command =
    "    - {step: run, uses: command.run, with: {argv: [x]}, undo: {none: no}, approval: {role: r}"

  @Test func `a command that nothing looks after is a warning`() {
    #expect(rules(stage(command + "}")) == ["LB403 9"])
    #expect(
      rules(stage(command + ", verify: [{uses: tcp.check, with: {address: 'h:1'}}]}")) == [])
    let own = command.replacing("argv: [x]", with: "argv: [x], check: {argv: [y]}")
    #expect(rules(stage(own + "}")) == [])
    let check = "\n    - {step: look, uses: tcp.check, with: {address: 'h:1'}}"
    #expect(rules(stage(command + "}" + check)) == [])
    let warned = Samples.load(Samples.runbook(stage(command + "}")))
    #expect(warned.value != nil)
  }

  // MARK: LB404, LB405

  private func dns(_ ttl: String, name: String = "shop.test", server: String = "10.0.0.53:53")
    -> String
  {
    "    - {step: dns, uses: dns.switch, with: {server: '\(server)', name: \(name), ttl: \(ttl)}}"
  }

  @Test func `a TTL longer than what is left of the RTO is an error`() {
    #expect(rules(stage(dns("30m"))) == [])
    #expect(rules(stage(dns("2h"))) == ["LB404 9"])
    #expect(rules(stage(dns("3599s"))) == [])
    #expect(rules(stage(dns("1h"))) == ["LB404 9"])
    let lab = [Samples.environment("  ttl: 2h")]
    #expect(rules(stage(dns("'${{ env.ttl }}'")), environments: lab) == ["LB404 9"])
  }

  @Test func `a worst case longer than the RTO is a warning at the RTO`() throws {
    let check = "    - {step: look, uses: tcp.check, with: {address: 'h:1'}"
    #expect(rules(stage(check + ", timeout: 59m}")) == [])
    #expect(rules(stage(check + ", timeout: 61m}")) == ["LB405 4"])
    #expect(rules(stage(check + ", timeout: 10m, retry: {attempts: 6, delay: 1s}}")) == ["LB405 4"])
    let beside = check.replacing("look", with: "too") + ", timeout: 40m, needs: []}\n"
    #expect(rules(stage(beside + check + ", timeout: 40m, needs: []}")) == [])
    #expect(rules(stage(beside + check + ", timeout: 40m}")) == ["LB405 4"])
    let text = Samples.runbook(stage(check + ", timeout: 61m, only: [switchover]}"), head: variants)
    let problem = try #require(Samples.with("LB405", text).first)
    #expect(problem.message.contains("1 h 1 min in the variant 'switchover'"))
  }

  // MARK: LB406

  @Test func `an irreversible step is asked for, on it or before it`() {
    let promote = promote.replacing(", approval: {role: r}", with: "")
    let ask = "    - {step: ask, uses: operator.approve, with: {question: Go?}}\n"
    #expect(rules(stage(fence + "}\n" + promote)) == ["LB406 10"])
    #expect(rules(stage(ask + fence + "}\n" + promote)) == [])
    #expect(rules(stage(ask, "zero") + stage(fence + "}\n" + promote)) == [])
    #expect(rules(stage(ask + fence + ", needs: []}\n" + promote)) == ["LB406 11"])
    let some = ask.replacing("{step: ask", with: "{step: ask, only: [failover]")
    #expect(rules(stage(some + fence + "}\n" + promote), head: variants) == ["LB406 11"])
  }

  // MARK: LB408

  @Test(arguments: [
    ("p: {required: true}", false), ("p: {default: x}", false), ("p: {}", true),
    ("p: {default: ''}", true), ("p: {required: true, allow_empty: true}", true),
  ])
  func `a parameter that may be blank must not reach a target`(line: String, isFound: Bool) {
    let step = "    - {step: shift, uses: haproxy.shift, with: {runtime: '${{ params.p }}'}}"
    #expect(
      rules(stage(step), head: "parameters: {\(line)}") == (isFound ? ["LB408 9"] : []))
    let check = "    - {step: look, uses: tcp.check, with: {address: '${{ params.p }}'}}"
    #expect(rules(stage(check), head: "parameters: {\(line)}") == [])
  }

  @Test func `a parameter that is asked for first is trusted`() {
    let step =
      "    - {step: shift, uses: haproxy.shift, with: {runtime: '${{ has(params.p) ? params.p : \"x\" }}'}}"
    #expect(rules(stage(step), head: "parameters: {p: {}}") == [])
  }

  // MARK: LB409

  @Test func `a check after the fence that asks only the lost node is a warning`() {
    let fence = fence.replacing("{address: 'a:1'}", with: "'${{ env.db.primary }}'") + "}\n"
    func look(_ path: String, _ more: String = "") -> String {
      "    - {step: look, uses: tcp.check, with: {address: '${{ \(path) }}'}\(more)}\n"
    }
    let lost = "env.db.primary.address"
    #expect(rules(stage(fence + look(lost)), head: variants) == ["LB409 10"])
    #expect(rules(stage(fence + look("env.db.standby.address")), head: variants) == [])
    #expect(rules(stage(look(lost) + fence), head: variants) == [])
    #expect(rules(stage(fence + look(lost, ", only: [switchover]")), head: variants) == [])
    #expect(rules(stage(fence + look(lost))) == [])
  }

  // MARK: LB410

  @Test(arguments: [
    ("shop.test:53", true), ("NS.Shop.Test.:53", true), ("ns.test:53", false),
    ("10.0.0.53:53", false), ("myshop.test:53", false),
  ])
  func `a change may not reach its target by a name that the run switches`(
    server: String, isFound: Bool
  ) {
    #expect(rules(stage(dns("1s", server: server))) == (isFound ? ["LB410 9"] : []))
    let lab = [Samples.environment("  server: '\(server)'")]
    let text = dns("1s", server: "${{ env.server }}")
    #expect(rules(stage(text), environments: lab) == (isFound ? ["LB410 9"] : []))
  }

  @Test func `a mail address below the name is no target`() {
    let run = command.replacing("argv: [x]", with: "argv: [mail, 'ops@shop.test']")
    let verified = run + ", verify: [{uses: tcp.check, with: {address: 'h:1'}}]}\n"
    #expect(rules(stage(verified + dns("1s"))) == [])
    #expect(
      rules(stage(verified.replacing("ops@", with: "http://ops@") + dns("1s"))) == ["LB410 9"])
  }

  @Test func `a check may use the name that is switched, as a customer does`() {
    let check = "\n    - {step: look, uses: http.check, with: {url: 'http://shop.test/'}}"
    #expect(rules(stage(dns("1s") + check)) == [])
  }

  // MARK: LB411

  @Test(arguments: [
    "{db_password: hunter2}", "{apiToken: abc}", "['--password=hunter2']",
    "{url: 'postgres://me:hunter2@db/x'}", "['-----BEGIN RSA PRIVATE KEY-----']",
    "{id: AKIAIOSFODNN7EXAMPLE}",
  ])
  func `a secret in plain text is found and not shown`(value: String) {
    let step = "    - {step: look, uses: http.check, with: {url: 'http://h', expect: \(value)}}"
    #expect(rules(stage(step)) == ["LB411 9"])
    let shown = Samples.rendered(Samples.runbook(stage(step)))
    #expect(shown.contains("LB411") && shown.contains("•••"))
    #expect(!shown.contains("hunter2") && !shown.contains("AKIA") && !shown.contains("BEGIN RSA"))
  }

  @Test(arguments: [
    "{password_file: /run/x}", "{password: '${{ secrets.tsig }}'}", "{tokens: 3}", "{password: ''}",
    "{url: 'postgres://me@db:5432/x'}", "['--password-file=/run/x']",
  ])
  func `what only looks like a secret is left alone`(value: String) {
    let step = "    - {step: look, uses: http.check, with: {url: 'http://h', expect: \(value)}}"
    #expect(!rules(stage(step)).contains("LB411 9"))
  }

  @Test func `a plain text in a field that is made for a secret is said once`() {
    let step = dns("1s").replacing("ttl:", with: "key: hunter2, ttl:")
    #expect(rules(stage(step)) == ["LB266 9"])
  }

  @Test func `an environment's values are looked at too`() {
    let loaded = Samples.environment("  db: {password: hunter2}").loaded
    #expect(loaded.problems.items.map(\.code) == ["LB411"])
  }

  // MARK: LB412

  @Test func `a drill environment may not share a target with one for recoveries`() {
    let step = "    - {step: look, uses: tcp.check, with: {address: '${{ env.db }}'}}"
    let real = Samples.environment("  db: '10.0.0.1:5432'", name: "production", allows: "recovery")
    func lab(_ value: String) -> LoadedEnvironment {
      Samples.environment("  db: \(value)\n  mail: ops@example.test")
    }
    #expect(rules(stage(step), environments: [lab("'10.0.0.1:5432'"), real]) == ["LB412 7"])
    #expect(rules(stage(step), environments: [lab("'10.0.0.2:5432'"), real]) == [])
    #expect(rules(stage(step), environments: [lab("'10.0.0.1:5432'")]) == [])
  }

  // MARK: Silence and pages

  @Test func `a rule is silenced with a reason, for a step or for all`() {
    let silence = "silence: [{rule: LB403, reason: it prints}]"
    #expect(rules(stage(command + ", \(silence)}")) == [])
    let other = command.replacing("step: run", with: "step: other")
    #expect(rules(stage(command + ", \(silence)}\n" + other + "}")) == ["LB403 10"])
    #expect(rules(stage(command + "}\n" + other + "}"), head: silence) == [])
  }

  @Test func `a silence reaches no other rule and no other kind of error`() {
    let silence = "silence: [{rule: LB401, reason: x}]"
    #expect(rules(stage(command + "}"), head: silence) == ["LB403 9"])
    #expect(
      rules(stage(command + "}"), head: "silence: [{rule: LB201, reason: x}]").contains("LB217 5"))
  }

  @Test func `every rule has a page, and codes are unique`() {
    #expect(Set(RuleBook.all.map(\.code)).count == RuleBook.all.count)
    for rule in RuleBook.all {
      #expect(rule.code.hasPrefix("LB4") && rule.code.count == 5)
      #expect(!rule.title.isEmpty && rule.explanation.count > 100)
      #expect(RuleBook[code: rule.code]?.title == rule.title)
    }
  }

  @Test func `half a file is not judged by the rules`() {
    let text = Samples.runbook(stage(command + "}\n    - {step: b, uses: [\n"))
    #expect(!Samples.load(text).problems.items.contains { $0.code.hasPrefix("LB4") })
  }
}
