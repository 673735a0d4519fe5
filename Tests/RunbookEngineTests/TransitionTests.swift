import Foundation
import RunbookModel
import Testing

@testable import RunbookEngine

/// Every state of a step against everything that can happen to it. The table is reviewed; the drawing in the docs is
/// made from it.
struct TransitionTests {
  private typealias State = (name: String, state: StepState)
  private typealias Happening = (name: String, input: StepMachine.Input)

  // MARK: - What can be

  private static let request = PersonRequest(kind: .approval, text: "Yes?", instructions: [])

  private static func failure(
    _ effect: StepFailure.Effect, ofUndo: Bool = false, isOpen: Bool = false
  ) -> StepFailure {
    var failure = StepFailure(
      failure: refused, effect: effect, change: effect == .unchanged ? nil : change, attempt: 1,
      needsPerson: effect == .unknown)
    failure.isOfUndo = ofUndo
    failure.isUnconfirmed = isOpen
    return failure
  }

  private static let success = StepSuccess(
    way: .changed(change), evidence: Evidence("so"), attempt: 1)

  private static let states: [State] = [
    ("pending", .pending),
    ("planning", .planning(attempt: 1, approved: nil)),
    ("planning (approved)", .planning(attempt: 1, approved: change)),
    ("planning (another was approved)", .planning(attempt: 1, approved: ["to": "c"])),
    ("gated", .gated(attempt: 1, change: change, request: request, approvedBy: [])),
    ("gated (a question alone)", .gated(attempt: 1, change: nil, request: request, approvedBy: [])),
    ("applying", .applying(attempt: 1, change: change)),
    ("verifying", .verifying(attempt: 1, change: change, applied: Evidence("done"))),
    ("in doubt", .inDoubt(attempt: 1, change: change, because: "lost", ordered: false)),
    (
      "in doubt (2nd attempt)",
      .inDoubt(attempt: 2, change: change, because: "lost", ordered: false)
    ),
    ("in doubt (retry ordered)", .inDoubt(attempt: 2, change: change, because: "x", ordered: true)),
    ("backing off", .backingOff(attempt: 1, last: failure(.unchanged))),
    ("confirming", .confirming(success, isLooking: false)),
    ("confirming (its checks decide)", .confirming(success, isLooking: true)),
    (
      "succeeded",
      .succeeded(StepSuccess(way: .changed(change), evidence: Evidence("so"), attempt: 1))
    ),
    ("failed (unchanged)", .failed(failure(.unchanged))),
    ("failed (changed)", .failed(failure(.changed))),
    ("failed (unknown)", .failed(failure(.unknown))),
    ("failed (of the undo)", .failed(failure(.changed, ofUndo: true))),
    ("failed (of the undo, not confirmed)", .failed(failure(.changed, ofUndo: true, isOpen: true))),
    ("skipped", .skipped(.byVariant)),
    ("undoing", .undoing(attempt: 1, change: change, before: nil)),
    (
      "undoing (not confirmed)",
      .undoing(attempt: 1, change: change, before: failure(.changed, isOpen: true))
    ),
    ("undoing (3rd attempt)", .undoing(attempt: 3, change: change, before: nil)),
    ("undone", .undone(Evidence("as before"))),
  ]

  private static func answer(_ decision: PersonAnswer.Decision) -> StepMachine.Input {
    .answered(PersonAnswer(step: "a", attempt: 1, decision: decision, by: "alice"))
  }
  private static func ordered(_ choice: OperatorDecision.Choice) -> StepMachine.Input {
    .ordered(OperatorDecision(choice, by: "alice", reason: "because"))
  }

  private static let happenings: [Happening] = [
    ("started", .started),
    ("planned: a change", .planned(.change(change, preview))),
    ("planned: already in place", .planned(.alreadyInPlace(Evidence("so")))),
    ("planned: skipped", .planned(.skipped("no"))),
    ("planned: asks", .planned(.ask(request))),
    ("planned: refused", .planned(.failed(refused))),
    ("planned: failed for now", .planned(.failed(passing))),
    ("checked: holds", .checked(.verdict(.holds(Evidence("so"))))),
    ("checked: does not hold", .checked(.verdict(.doesNotHold(Evidence("not so"))))),
    ("checked: cannot tell", .checked(.verdict(.cannotTell(Evidence("silence"))))),
    ("checked: skipped", .checked(.skipped("no"))),
    ("checked: error", .checked(.failed(refused))),
    ("applied", .applied(.done(Evidence("done")))),
    ("applied: refused", .applied(.failed(refused))),
    ("applied: failed for now", .applied(.failed(passing))),
    ("applied: result unknown", .applied(.failed(lost))),
    ("verified: holds", .verified(.holds(Evidence("so")))),
    ("verified: does not hold", .verified(.doesNotHold(Evidence("not so")))),
    ("verified: cannot tell", .verified(.cannotTell(Evidence("silence")))),
    ("undone", .undone(.done(Evidence("as before")))),
    ("undone: refused", .undone(.failed(refused))),
    ("undone: failed for now", .undone(.failed(passing))),
    ("undone: result unknown", .undone(.failed(lost))),
    ("timer: next attempt", .timerFired(.backoff, runIsOpen: true)),
    ("timer: next attempt, run not open", .timerFired(.backoff, runIsOpen: false)),
    ("timer: nobody answered", .timerFired(.gate, runIsOpen: true)),
    ("timer: not confirmed in time", .timerFired(.confirm, runIsOpen: true)),
    ("answered: yes", answer(.approve)),
    ("answered: no", answer(.decline)),
    ("ordered: retry", ordered(.retry("a"))),
    ("ordered: skip", ordered(.skip("a"))),
    ("ordered: mark done", ordered(.markDone("a"))),
    ("resumed by another process", .resumed),
    ("resumed with time left to confirm", .resumedToConfirm(left: .seconds(2))),
    ("resumed after the time to confirm", .resumedToConfirm(left: .zero)),
    ("must undo", .mustUndo(change)),
  ]

  private static let kinds: [(name: String, step: PlannedStep)] = [
    ("a change", step("a")),
    (
      "a change with retries", step("a") { $0.retry = RetryPolicy(attempts: 2, delay: .seconds(1)) }
    ),
    (
      "a change that needs approval",
      step("a") { $0.approval = ApprovalPolicy(role: "r", count: 1, timeout: .seconds(60)) }
    ),
    ("a change that may not be repeated", step("a") { $0.isRepeatable = false }),
    ("a change that nothing can see", step("a") { $0.isVerifiable = false }),
    ("a change that must be confirmed", step("a") { $0.commitWithin = .seconds(5) }),
    (
      "a change that its own checks confirm",
      step("a") {
        $0.commitWithin = .seconds(5)
        $0.verify = [CheckCall(uses: "test.check", with: .map([], nil))]
      }
    ),
    ("a check", step("a", .check)),
    ("a question", step("a", .person)),
  ]

  // MARK: - What follows

  /// `state + happening` to `next state [commands]`; what is not listed is refused and changes nothing.
  private func rows(_ step: PlannedStep) -> [(from: String, line: String)] {
    let machine = StepMachine(step: step, seed: 1, bindsChange: false)
    return Self.states.flatMap { from in
      Self.happenings.compactMap { happening in
        // Only a check is checked, and only the others are planned.
        guard !happening.name.hasPrefix(step.kind == .check ? "planned" : "checked") else {
          return nil
        }
        guard let (next, commands) = machine.transition(from: from.state, on: happening.input)
        else { return nil }
        let released = commands.map { $0.short.replacingOccurrences(of: " a#", with: "#") }
        var name = next.name
        if case .failed(let failure) = next { name += " (\(failure.effect.rawValue))" }
        return (
          from.name,
          "\(happening.name) -> \(name)"
            + (released.isEmpty ? "" : " [\(released.joined(separator: ", "))]")
        )
      }
    }
  }

  private var table: String {
    var known: Set<String> = []
    var lines: [String] = []
    for (name, step) in Self.kinds {
      lines.append(lines.isEmpty ? name : "\(name), where it differs")
      var last = ""
      for row in rows(step) where known.insert("\(row.from): \(row.line)").inserted {
        if row.from != last { lines.append("  \(row.from)") }
        last = row.from
        lines.append("    \(row.line)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The states and what leads from one to another, in Mermaid's language.
  private var drawing: String {
    var edges: [(from: String, to: String, on: [String])] = []
    let names = Self.states.map(\.state.name)
    for (_, step) in Self.kinds {
      let machine = StepMachine(step: step, seed: 1, bindsChange: false)
      for from in Self.states {
        for happening in Self.happenings {
          guard let next = machine.transition(from: from.state, on: happening.input)?.next,
            next.name != from.state.name
          else { continue }
          let word = String(happening.name.split(separator: ":")[0])
          if let place = edges.firstIndex(where: {
            $0.from == from.state.name && $0.to == next.name
          }) {
            if !edges[place].on.contains(word) { edges[place].on.append(word) }
          } else {
            edges.append((from.state.name, next.name, [word]))
          }
        }
      }
    }
    func order(_ name: String) -> Int { names.firstIndex(of: name) ?? names.count }
    edges.sort { (order($0.from), order($0.to)) < (order($1.from), order($1.to)) }
    func id(_ name: String) -> String { name.replacingOccurrences(of: " ", with: "_") }
    return
      (["stateDiagram-v2", "  [*] --> pending"]
      + edges.map { "  \(id($0.from)) --> \(id($0.to)): \($0.on.joined(separator: ", "))" })
      .joined(separator: "\n")
  }

  // MARK: - Tests

  @Test func `the whole table of states and happenings is as it was reviewed`() {
    #expect(table == transitionTable, "the table is now:\n\(table)")
  }

  @Test func `the drawing in the docs is that of the table`() throws {
    let docs = URL(filePath: #filePath).resolvingSymlinksInPath()
      .appending(path: "../../../Sources/README.md").standardized
    let text = try String(contentsOf: docs, encoding: .utf8)
    #expect(text.contains("```mermaid\n\(drawing)\n```"), "the drawing is now:\n\(drawing)")
  }

  @Test func `every state stands in the table, and every end of a command is taken somewhere`() {
    let reached = Set(Self.states.map(\.state.name))
    for (_, step) in Self.kinds {
      let machine = StepMachine(step: step, seed: 1, bindsChange: false)
      for from in Self.states {
        for happening in Self.happenings {
          guard let next = machine.transition(from: from.state, on: happening.input)?.next else {
            continue
          }
          #expect(reached.contains(next.name))
        }
      }
    }
    let lines = transitionTable.split(separator: "\n").map { $0.drop { $0 == " " } }
    for happening in Self.happenings {
      #expect(lines.contains { $0.hasPrefix("\(happening.name) -> ") }, "\(happening.name)")
    }
  }

  @Test func `a step that is over is left alone by everything but an order to undo`() {
    let machine = StepMachine(step: step("a"), seed: 1, bindsChange: false)
    for from in Self.states {
      switch from.state {
      case .succeeded, .skipped, .undone:
        for happening in Self.happenings where happening.name != "must undo" {
          #expect(machine.transition(from: from.state, on: happening.input) == nil)
        }
      case .pending, .planning, .gated, .applying, .verifying, .inDoubt, .backingOff, .confirming,
        .failed, .undoing:
        continue
      }
    }
  }
}
