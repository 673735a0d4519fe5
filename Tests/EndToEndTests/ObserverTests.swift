import Glibc
import RunbookModel
import TestServers
import Testing

/// Services that are watched from outside, by the real program.
@Suite struct ObserverTests {
  private static let watched = """
    on_failure: hold
    observers:
      - observer: front
        uses: command.check
        with: {argv: [test, -e, '${{ env.target }}/up']}
        every: 50ms
        decides: service
    """

  /// The desk's small runbook, watched; the clock is the customers'.
  private func runbook(_ desk: Desk, soak: String = "300ms", _ steps: String...) throws {
    try desk.runbook(steps.joined(separator: "\n"), head: Self.watched)
    let text = readText(desk.book + "/runbook.yaml") ?? ""
    try write(
      text.replacing("clock: run}", with: "clock: outage, soak: \(soak)}"),
      to: desk.book + "/runbook.yaml")
  }

  @Test func `the time to recover is the customers', not that of the steps`() async throws {
    try await Desk.with { desk in
      try desk.touch("up")
      try runbook(
        desk, change("breaks", "sleep 0.5; rm up; sleep 0.5"),
        change("mends", "touch up; until test -e seen; do sleep 0.02; done"))
      let child = try desk.startDrill()
      // The last step goes on until long after the service is good again.
      #expect(
        await eventually(within: .seconds(30)) {
          child.outputSoFar.split(separator: "front is BAD").last?.contains("front is GOOD") == true
            && child.outputSoFar.contains("front is BAD")
        })
      try desk.touch("seen")
      let ended = try await child.end()
      #expect(ended.status == 0, "\(ended)")
      #expect(ended.output.contains("front is BAD") && ended.output.contains("stays good"))
      let clocks = try #require(try await desk.report()["clocks"])
      guard case .double(let onset)? = clocks["outage"]?["onset_seconds"],
        case .double(let lasting)? = clocks["outage"]?["lasting_seconds"],
        case .double(let measured)? = clocks["rto"]?["measured_seconds"],
        case .double(let run)? = clocks["phases"]?["run_seconds"]
      else {
        Issue.record("\(clocks)")
        return
      }
      #expect(abs(measured - (lasting - onset)) < 0.001, "\(clocks)")
      #expect(lasting < run, "\(clocks)")
      #expect(clocks["recovered"]?["seen_from_outside"] == true)
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test func `an outage that was seen before the run is where the clock starts`() async throws {
    try await Desk.with { desk in
      try desk.touch("up")
      try runbook(desk, change("mends", "touch up"))
      let watch = try desk.start(["observe", desk.book, "-e", "here"])
      #expect(await eventually(within: .seconds(30)) { watch.outputSoFar.contains("GOOD") })
      unlink(desk.target + "/up")
      #expect(await eventually(within: .seconds(30)) { watch.outputSoFar.contains("BAD") })
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended)")
      #expect(ended.output.contains("seen from outside before the run"), "\(ended)")
      let opening = try desk.journal().first?["event"]?["observedOutage"]
      #expect(opening?["badSince"] != nil && opening?["lastGood"] != nil, "\(opening as Any)")
      watch.signal(SIGTERM)
      #expect(try await watch.end().status == 0)
      #expect(try await desk.lifeboat("audit", "verify").status == 0)

      // What the clock rests on is under the same proof as the run.
      let folder = desk.state + "/observed/small"
      let name = try #require(names(in: folder).first { $0.hasSuffix(".jsonl") })
      let seen = readText("\(folder)/\(name)") ?? ""
      try write(seen.replacing("\"to\":\"bad\"", with: "\"to\":\"odd\""), to: "\(folder)/\(name)")
      let audit = try await desk.lifeboat("audit", "verify")
      #expect(audit.status == 11 && audit.output.contains("observed of small"), "\(audit)")
    }
  }

  @Test func `an observation of another environment says nothing about this one`() async throws {
    try await Desk.with { desk in
      try runbook(desk, change("mends", "touch up"))
      let watch = try await desk.lifeboat("observe", desk.book, "-e", "here", "--for", "500ms")
      #expect(watch.status == 0 && watch.output.contains("front is BAD"), "\(watch)")
      let here = readText(desk.book + "/environments/here.yaml") ?? ""
      try write(
        here.replacing("environment: here", with: "environment: there"),
        to: desk.book + "/environments/there.yaml")
      let ended = try await desk.start(["drill", desk.book, "-e", "there"]).end()
      #expect(ended.status == 0, "\(ended)")
      #expect(!ended.output.contains("seen from outside before the run"), "\(ended)")
    }
  }

  @Test func `a run that watches is let go of by a signal, and watches again when it is resumed`()
    async throws
  {
    try await Desk.with { desk in
      try runbook(desk, checked("a"))
      let child = try desk.startDrill()
      #expect(
        await eventually(within: .seconds(30)) { child.outputSoFar.contains("is watched from") })
      child.signal(SIGTERM)
      let ended = try await child.end()
      #expect(ended.status == 10, "\(ended)")
      try desk.touch("up")
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 0 && desk.log == ["a"], "\(resumed)")
      // The service was bad from the first look on, so the outage began earlier.
      #expect(resumed.output.contains("at least"), "\(resumed)")
    }
  }

  @Test func `a run that is ended before the service was good has not met its objective`()
    async throws
  {
    try await Desk.with { desk in
      try runbook(desk, checked("a"))
      let child = try desk.startDrill()
      #expect(
        await eventually(within: .seconds(30)) { child.outputSoFar.contains("is watched from") })
      let abort = try await desk.lifeboat("abort", "latest", "--reason", "it is mended by hand")
      #expect(abort.status == 0, "\(abort)")
      let ended = try await child.end()
      #expect(ended.status == 3 && ended.output.contains("NOT seen to be good"), "\(ended)")
    }
  }

  @Test func `a runbook without observers cannot be watched, and that is said`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      let ended = try await desk.lifeboat("observe", desk.book, "-e", "here")
      #expect(ended.status == 2 && ended.errors.contains("has no observers"), "\(ended)")
    }
  }

  @Test func `what an observer sees of a secret is masked in the journal and on the screen`()
    async throws
  {
    try await Desk.with { desk in
      try write("s3cr3t-w0rd", to: desk.path + "/secret")
      try desk.runbook(
        change("a", "sleep 1"),
        head: """
          on_failure: hold
          observers:
            - observer: front
              uses: command.check
              with: {argv: [sh, -c, 'cat \(desk.path)/secret; exit 1']}
              every: 50ms
          """)
      try desk.environment("secrets: {word: {file: '\(desk.path)/secret'}}")
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended)")
      let journal = readText(try desk.run() + "/journal.jsonl") ?? ""
      #expect(journal.contains("\"observer\":\"front\""))
      #expect(!journal.contains("s3cr3t-w0rd") && !ended.everything.contains("s3cr3t-w0rd"))
    }
  }
}
