import RunbookAction
import RunbookModel

/// `wait.for`: asks another check again and again until it holds, and holds for long enough.
struct WaitFor: CheckAction {
  struct Input: ActionInput {
    var check: NestedCall
    var every: Duration
    var stable: Duration
    var lookTimeout: Duration

    enum CodingKeys: String, CodingKey {
      case check, every, stable
      case lookTimeout = "look_timeout"
    }

    static let fields = [
      Field("check", .check, "The check to wait for, with `uses` and `with`.", need: .required),
      Field(
        "every", .duration, "How long from the start of one look to the next; at least 10ms.",
        need: .defaulted(.duration(.seconds(1)))),
      Field(
        "stable", .duration,
        "How long it must hold in every look without a break; 0s: one look is enough.",
        need: .defaulted(.duration(.zero))),
      Field(
        "look_timeout", .duration, "How long one look may take, so that one that hangs is not all.",
        need: .defaulted(.duration(.seconds(10)))),
    ]
  }

  let page = ActionPage(
    name: "wait.for",
    summary: "Waits until another check holds, and keeps holding",
    details: """
      Asks `check` every `every` until it has held in every look for `stable`. The step's `timeout` ends the waiting. \
      A look that does not hold or cannot tell starts the `stable` time again.

      When the time is over, the last look decides: a check that does not hold, or that held but not for long enough, \
      gives "does not hold"; one that could not tell gives "cannot tell". `stable` counts from the end of the first \
      look that held to the start of the last, so nothing between looks is claimed.
      """,
    kind: .check, fields: Input.fields,
    outputs: [
      Output("looks", .int, "How many times it was asked."),
      Output("waited", .duration, "How long the whole waiting took."),
      Output("last", .string, "What the last look saw."),
    ],
    timeout: .seconds(60), expected: .seconds(5), undo: .notNeeded,
    byHand: "Make the check under 'check' again and again until it holds.")

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    let every = max(input.every, .milliseconds(10))
    let context = context.withReserve
    let clock = ContinuousClock()
    var watch = Watch(began: clock.now)
    while true {
      let start = clock.now
      let look = context.until(.after(max(input.lookTimeout, .milliseconds(10))))
      watch.take(await look.check(input.check), start, clock.now)
      if watch.hasHeld(for: input.stable) { return .holds(watch.evidence(input)) }
      // A dry run says how it is now; it does not wait for what only the run would bring about.
      if context.facts.run == nil { break }
      let next = start.advanced(by: every)
      guard next < context.deadline.instant, !Task.isCancelled else { break }
      do { try await clock.sleep(until: next, tolerance: .zero) } catch { break }
    }
    switch watch.last {
    case .holds, .doesNotHold: return .doesNotHold(watch.evidence(input))
    case .cannotTell: return .cannotTell(watch.evidence(input))
    }
  }

  /// The looks so far.
  private struct Watch {
    let began: ContinuousClock.Instant
    var counts = (holding: 0, against: 0, silent: 0)
    var last = Verdict.cannotTell(Evidence("there was no time to look"))
    /// From the end of the first look of the unbroken row that held to the start of its last.
    var held: (from: ContinuousClock.Instant, to: ContinuousClock.Instant)?

    init(began: ContinuousClock.Instant) { self.began = began }

    mutating func take(
      _ verdict: Verdict, _ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant
    ) {
      last = verdict
      switch verdict {
      case .holds:
        counts.holding += 1
        held = held.map { ($0.from, start) } ?? (end, end)
      case .doesNotHold:
        counts.against += 1
        held = nil
      case .cannotTell:
        counts.silent += 1
        held = nil
      }
    }

    func hasHeld(for wanted: Duration) -> Bool {
      guard let held else { return false }
      return held.to - held.from >= wanted
    }

    func evidence(_ input: Input) -> Evidence {
      let looks = counts.holding + counts.against + counts.silent
      let waited = ContinuousClock.now - began
      let row = held.map { " and has held for \(($0.to - $0.from).spoken)" } ?? ""
      let wanted = input.stable > .zero ? " of \(input.stable.spoken) wanted" : ""
      return Evidence(
        "after \(looks) look\(looks == 1 ? "" : "s") in \(waited.spoken) (\(counts.holding) held, \(counts.against) did "
          + "not, \(counts.silent) could not tell) \(input.check.uses) \(last.word)\(row)"
          + "\(row.isEmpty ? "" : wanted): \(last.evidence.summary)",
        facts: [
          "looks": .int(Int64(looks)), "waited": .duration(waited),
          "last": .string(last.evidence.summary), "last_facts": .map(last.evidence.facts),
        ],
        output: last.evidence.output, droppedBytes: last.evidence.droppedBytes)
    }
  }
}
