import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

/// What a report makes of what observers saw.
struct ObservedTests {
  private func watched(_ observers: (String, Observer.Decision)...) -> RunScript {
    var plan = Plan.shop()
    plan.objectives.soak = .seconds(10)
    plan.observers = observers.map { name, decides in
      Observer(
        name: name, check: CheckCall(uses: "test.check", with: .map([], nil)), every: .seconds(1),
        timeout: .seconds(1), decides: decides)
    }
    return RunScript(plan)
  }

  @Test func `the clock runs from the first bad answer to the first of those that stay good`()
    throws
  {
    var run = watched(("shop", .service))
    try run.open()
    try run.see("shop", .good, by: "site_a")
    run.wait(.seconds(30))
    try run.see("shop", .bad)
    try run.recover()
    run.wait(.seconds(5))
    try run.see("shop", .good, by: "site_b")
    run.wait(.seconds(2))
    try run.see("shop", .bad)
    run.wait(.seconds(3))
    let bad = run.now
    try run.see("shop", .good, by: "site_b")
    run.wait(.seconds(10))
    try run.see("shop", .good, by: "site_b")
    try run.soaked(.lasted)

    let clocks = run.clocks()
    let outage = try #require(clocks.outage)
    #expect(outage.onset == .seconds(30) && outage.relapses == 1)
    #expect(outage.lasting == bad.wall - RunScript.start)
    #expect(clocks.recovered?.isSeen == true)
    #expect(clocks.rto.measured == .exactly(bad.wall - RunScript.start - .seconds(30)))
    #expect(clocks.start.isSeen && clocks.start.definition.contains("seen from outside"))
  }

  @Test func `what a person stated counts before what was seen, and both are shown`() throws {
    var run = watched(("shop", .service))
    try run.open(outageAt: RunScript.start - .seconds(60))
    try run.see("shop", .good)
    run.wait(.seconds(1))
    try run.see("shop", .bad)
    let start = run.clocks().start
    #expect(start.at == RunScript.start - .seconds(60))
    #expect(start.definition.contains("as stated") && start.definition.contains("seen from"))
  }

  @Test func `a service that was bad from the first look on failed earlier: a lower bound`() throws
  {
    var run = watched(("shop", .service))
    try run.open()
    try run.see("shop", .bad)
    try run.recover()
    try run.see("shop", .good)
    run.wait(.seconds(10))
    try run.see("shop", .good)
    try run.soaked(.lasted)
    let clocks = run.clocks()
    #expect(clocks.start.at == nil)
    guard case .atLeast = clocks.rto.measured else {
      Issue.record("\(clocks.rto.measured)")
      return
    }
  }

  @Test func `steps that all succeeded have not recovered a service that is not seen good`() throws
  {
    var run = watched(("shop", .service))
    try run.open()
    try run.see("shop", .good)
    run.wait(.seconds(1))
    try run.see("shop", .bad)
    try run.recover()
    try run.soaked(.notSeen)
    #expect(run.clocks().recovered == nil)
    #expect(try run.summary().state == .holding)
    try run.decide(.abort)
    let clocks = run.clocks()
    #expect(clocks.recovered == nil && clocks.rto.verdict == .notRecovered)
  }

  @Test func `the time in which nobody looked is unknown, and opens no outage`() throws {
    var run = watched(("shop", .service))
    try run.open()
    try run.see("shop", .good)
    run.wait(.seconds(2))
    try run.see("shop", .good)
    run.wait(.seconds(60))
    try run.add(.runResumed(RunResumption(by: "bob", host: "ops2", interrupted: [], cutBytes: 0)))
    try run.see("shop", .good)
    let outage = try #require(run.clocks().outage)
    #expect(outage.onset == nil && outage.unknown == .seconds(60))
  }

  @Test func `the writer clock counts none, one and more than one, which stands first`() throws {
    var run = watched(("a", .writer), ("b", .writer))
    try run.open()
    try run.see("a", .good)
    try run.see("b", .bad)
    run.wait(.seconds(10))
    try run.see("a", .bad)
    run.wait(.seconds(4))
    try run.see("b", .good)
    run.wait(.seconds(7))
    try run.see("a", .good)
    run.wait(.seconds(2))
    try run.see("a", .good)
    try run.see("b", .good)
    let writers = try #require(run.clocks().writers)
    #expect(writers.one == .seconds(17) && writers.none == .seconds(4))
    #expect(writers.several == .seconds(2) && writers.unknown == .zero)
    let doubt = try #require(try run.report().doubts.first)
    #expect(doubt.isUrgent && doubt.text.contains("MORE THAN ONE"))
  }
}

extension RunScript {
  /// Every step of the shop, one after another.
  fileprivate mutating func recover() throws {
    try check("outage_confirmed")
    try approve("go", after: .seconds(1))
    for step: StepID in ["fence_db", "promote_db", "switch_dns"] { try change(step) }
    try check("buy_something")
    try change("told_everyone")
  }

  /// One sample now, as its own record.
  mutating func see(_ observer: String, _ state: ObservedState, by site: String? = nil) throws {
    var samples = SampleCounts()
    samples.count(state)
    let last = history.service.tracks.first { $0.observer.name == observer }?.spans.last
    let isChange = last.map { $0.state != state || $0.answeredBy != site } ?? true
    let change = ObservedChange(
      to: state, at: now, after: last == nil ? nil : now, saw: state.rawValue, answeredBy: site)
    try add(
      .observed(
        Observation([
          ObserverReport(
            observer: observer, changes: isChange ? [change] : [], samples: samples, latency: [],
            last: now)
        ])))
  }

  mutating func soaked(_ result: SoakReport.Result) throws {
    try add(.soakEnded(SoakReport(result, goodSince: nil, waited: .seconds(10))))
  }
}
