import RunbookAction
import RunbookModel

/// Walks up the ramp in all processes together, and stops where anything is not as it must be.
struct ShiftApplier {
  let change: ShiftChange
  let context: WriteContext

  /// What the check between two parts may take.
  static let checkTime = Duration.seconds(10)

  func run() async throws(ActionFailure) -> Evidence {
    let addresses = try readAddresses(change)
    let states = try await readStates(addresses, change.backend, by: context.deadline)
    let before = ShiftReport(change: change, states: states)
    if before.isInPlace { return before.evidence(how: "already") }
    try refuseDrift(before)
    let start = firstPart(before)
    guard context.deadline.remaining > change.holdEach * max(change.length - 1 - start, 0) else {
      throw .refused(
        .input,
        "the ramp takes \(change.holds.spoken) and this attempt has "
          + "\(context.deadline.remaining.spoken); nothing was changed",
        advice: "give the step a longer timeout")
    }
    try await waitForHealth(before)
    for place in start..<change.length {
      try await take(place)
      if place < change.length - 1 { try await hold(place) }
    }
    let after = try await look("after the last weights were set")
    guard after.isInPlace else {
      throw partly(after.differences.joined(separator: "; "), after)
    }
    return after.evidence(how: change.length > 1 ? "in \(change.length) parts" : "at once")
  }

  /// A ramp that was interrupted goes on where all processes have arrived. Where nobody else
  /// carries traffic, parts would change nothing but the time.
  private func firstPart(_ report: ShiftReport) -> Int {
    guard change.isShared(by: report.states) else { return max(change.length - 1, 0) }
    return zip(change.processes, report.states).map { process, state in
      process.stepReached(in: state).map { $0 + change.length - process.steps.count } ?? 0
    }.min() ?? 0
  }

  /// Nobody may have touched the servers since the plan.
  private func refuseDrift(_ report: ShiftReport) throws(ActionFailure) {
    for (process, state) in zip(change.processes, report.states) {
      let strangers = process.strangers(in: state)
      guard strangers.isEmpty else {
        throw .refused(
          .precondition,
          "somebody changed the backend '\(change.backend)' at \(process.address) in the "
            + "meantime: \(strangers.joined(separator: ", ")); nothing was changed",
          advice: "find out who changed it and why; then plan again")
      }
    }
  }

  /// Takes servers out of maintenance without traffic, and waits until enough of the target are
  /// healthy; those that were made ready must have passed a check of their own since.
  private func waitForHealth(_ report: ShiftReport) async throws(ActionFailure) {
    for (process, state) in zip(change.processes, report.states) {
      let waiting = process.makesReady.filter { state[$0]?.mode != .ready }
      let commands = waiting.flatMap { name in
        [
          "set server \(change.backend)/\(name) weight 0",
          "set server \(change.backend)/\(name) state ready",
        ]
      }
      if !commands.isEmpty {
        try await give(commands, to: process, doing: "making servers ready")
      }
    }
    let half = context.deadline.remaining / 2
    let limit = Deadline.after(min(change.waitHealthy, half))
    var now = report
    while true {
      let ill = zip(change.processes, now.states).compactMap { process, state in
        now.illness(in: state, afterCheck: process.makesReady)
      }
      guard let first = ill.first else { return }
      if limit.hasPassed {
        let text = "\(first) (waited \(min(change.waitHealthy, half).spoken))"
        throw now.isBefore
          ? .passing(.precondition, "\(text); nothing was changed") : partly(text, now)
      }
      try await pause(.milliseconds(100), "while waiting for healthy servers")
      now = try await look("while waiting for healthy servers")
    }
  }

  /// Sets the weights of one part in every process and sees that they stand.
  private func take(_ place: Int) async throws(ActionFailure) {
    for process in change.processes {
      guard let step = process.step(place, of: change.length) else { continue }
      try await give(
        process.commands(for: step, in: change.backend), to: process,
        doing: "setting \(step.percent) %")
    }
    try confirm(try await look("after weights were set"), at: place)
  }

  /// The weights of this part stand everywhere, and the target is well.
  private func confirm(_ report: ShiftReport, at place: Int) throws(ActionFailure) {
    for (process, state) in zip(change.processes, report.states) {
      if let step = process.step(place, of: change.length) {
        let wrong = step.weights.filter { state[$0.server]?.weight != $0.weight }.map(\.server)
        guard wrong.isEmpty else {
          throw partly(
            "\(part(place)), \(process.address) does not have the weights that were set (of "
              + "\(wrong.joined(separator: ", "))): HAProxy was restarted, or somebody set them",
            report)
        }
      }
      if let ill = report.illness(in: state) { throw partly("\(part(place)), \(ill)", report) }
    }
  }

  /// Stays at one part of the ramp, watching the target; then asks the check.
  private func hold(_ place: Int) async throws(ActionFailure) {
    let part = part(place)
    let end = Deadline.after(change.holdEach)
    while !end.hasPassed {
      try await pause(min(end.remaining, .milliseconds(500)), part)
      try confirm(try await look(part), at: place)
    }
    guard let check = change.check else { return }
    let verdict = await context.reading.until(.after(Self.checkTime)).check(check)
    switch verdict {
    case .holds: return
    case .doesNotHold(let evidence), .cannotTell(let evidence):
      let report = try await look(part)
      throw partly("\(part), '\(check.uses)' \(verdict.word): \(evidence.summary)", report)
    }
  }

  private func part(_ place: Int) -> String { "at part \(place + 1) of \(change.length)" }

  private func pause(_ time: Duration, _ place: String) async throws(ActionFailure) {
    do {
      try await Task.sleep(for: max(time, .milliseconds(1)))
    } catch {
      throw .unknown(
        .failed, "stopped from outside \(place) of moving '\(change.backend)'",
        advice: "undo the step to put the old weights back")
    }
    if context.deadline.hasPassed {
      throw .unknown(
        .timeout, "the time of this attempt ran out \(place) of moving '\(change.backend)'",
        advice: "try the step again to go on, or undo it to put the old weights back")
    }
  }

  /// Reads all processes in the middle of a change: one that cannot be read leaves the outcome
  /// unknown.
  private func look(_ place: String) async throws(ActionFailure) -> ShiftReport {
    do throws(ActionFailure) {
      let states = try await readStates(
        readAddresses(change), change.backend, by: context.deadline)
      return ShiftReport(change: change, states: states)
    } catch {
      throw .unknown(
        error.kind, "\(place), the weights could not be read: \(error.message)",
        advice: "a HAProxy that was restarted has its configured weights again; look at each")
    }
  }

  /// Gives commands to one process. An answer with words in it is a refusal.
  private func give(
    _ commands: [String], to process: ShiftChange.Process, doing: String
  ) async throws(ActionFailure) {
    let trouble: RuntimeTrouble
    do throws(RuntimeTrouble) {
      try await process.give(commands, by: context.deadline)
      return
    } catch {
      trouble = error
    }
    let report = try await look(
      "after \(doing) at \(process.address) went wrong (\(trouble.text))")
    guard report.isBefore, case .refused = trouble else {
      throw partly("\(doing) went wrong: \(trouble.text)", report)
    }
    throw .refused(
      .refused, "\(doing) went wrong: \(trouble.text); all weights are as they were")
  }

  private func partly(_ reason: String, _ report: ShiftReport) -> ActionFailure {
    .unknown(
      .failed, "the ramp stopped: \(reason). The weights are now, at \(report.weights)",
      advice: "undo the step to put the old weights back, or try it again to go on")
  }
}

extension ShiftChange.Process {
  /// A process that had nothing to ramp takes its only part last.
  func step(_ place: Int, of length: Int) -> ShiftChange.Step? {
    let skipped = length - steps.count
    return place < skipped ? nil : steps[place - skipped]
  }

  /// Commands in one line are done in one go, up to what fits into HAProxy's buffer.
  func give(_ commands: [String], by deadline: Deadline) async throws(RuntimeTrouble) {
    guard let address = RuntimeAddress(address) else {
      throw .refused("'\(address)' is no place of a runtime API")
    }
    var rest = commands[...]
    while !rest.isEmpty {
      var size = 0
      let line = rest.prefix { command in
        size += command.utf8.count + 2
        return size <= 8000
      }
      rest = rest.dropFirst(line.count)
      let answer = try await RuntimeClient(address: address)
        .send(line.joined(separator: "; "), by: deadline)
      let words = RuntimeClient.line(answer)
      if !words.isEmpty { throw .refused("\(address) says: \(words)") }
    }
  }
}

func readAddresses(_ change: ShiftChange) throws(ActionFailure) -> [RuntimeAddress] {
  var addresses: [RuntimeAddress] = []
  for process in change.processes {
    guard let address = RuntimeAddress(process.address) else {
      throw .refused(.input, "'\(process.address)' is no place of a runtime API")
    }
    addresses.append(address)
  }
  return addresses
}
