import RunbookEngine
import RunbookModel
import RunbookSimulation
import Testing

/// Rehearsals: what each word does in the model, and that each expectation can fail.
@Suite struct RehearsalTests {
  /// A check, a question, a change that may be tried twice, and a check.
  static let plan = Self.plan()

  static func plan(_ adjust: (inout PlannedStep) -> Void = { _ in }) -> Plan {
    var plan = Plans.plan([
      Plans.step("look", .check),
      Plans.step("go", .person, needs: [0]) {
        $0.approval = ApprovalPolicy(role: "commander", timeout: .seconds(300))
      },
      Plans.step("move", needs: [1], stage: 1) {
        $0.retry = RetryPolicy(attempts: 2)
        adjust(&$0)
      },
      Plans.step("proof", .check, needs: [2], stage: 2),
    ])
    plan.objectives = Objectives(rto: .seconds(600), rpo: nil, clock: .run)
    return plan
  }

  static func rehearsal(_ adjust: (inout Rehearsal) -> Void) -> Rehearsal {
    var rehearsal = Rehearsal(name: "test", environment: "lab")
    adjust(&rehearsal)
    return rehearsal
  }

  static func play(_ plan: Plan = plan, _ adjust: (inout Rehearsal) -> Void) -> RehearsedRun {
    RehearsedRun.play(rehearsal(adjust), plan, catalogue: ActionCatalogue([]))
  }

  static func given(_ step: StepID, _ verb: Rehearsal.Verb, _ acts: Rehearsal.Act...)
    -> Rehearsal.Given
  {
    var given = Rehearsal.Given(step: step, place: nil)
    given.acts[verb] = acts
    return given
  }

  static func answered(_ answers: Rehearsal.Answer...) -> Rehearsal.Given {
    var given = Rehearsal.Given(step: "go", place: nil)
    given.answers = answers
    return given
  }

  static func order(_ word: Rehearsal.Order.Word, _ step: StepID? = nil) -> Rehearsal.Order {
    Rehearsal.Order(word, step: step, after: nil, place: nil)
  }

  // MARK: - What is expected

  /// For each key a right expectation of the calm run, and a wrong one with what is said of it.
  static let expectations:
    [(
      right: @Sendable (inout Rehearsal.Expectation) -> Void,
      wrong: @Sendable (inout Rehearsal.Expectation) -> Void, expected: String, happened: String
    )] =
      [
        (
          { $0.outcome = .succeeded }, { $0.outcome = .held }, "outcome: held",
          "succeeded: the run succeeded"
        ),
        ({ $0.never = [] }, { $0.never = ["move"] }, "never: move", "it was changed at T+31"),
        ({ $0.never = [] }, { $0.never = ["go"] }, "never: go", "it was begun at T+1"),
        ({ $0.done = ["move"] }, { $0.undone = ["move"] }, "undone: move", "it is done"),
        ({ $0.changed = ["move"] }, { $0.changed = [] }, "changed: []", "changed: [move]"),
        (
          { $0.order = ["look", "go", "move", "proof"] }, { $0.order = ["move", "go"] },
          "order: move before go", "go was begun first"
        ),
        ({ $0.within = .seconds(60) }, { $0.within = .seconds(3) }, "within: 3s", "it took 33"),
        (
          { $0.heldBefore = nil }, { $0.heldBefore = .seconds(60) }, "held_before: 1m",
          "the run never held"
        ),
        ({ $0.rto = .met }, { $0.rto = .missed }, "rto: missed", "met: recovered after 33"),
      ]

  @Test(arguments: expectations.indices)
  func `each expectation holds when it is right, and says what happened when it is wrong`(
    index: Int
  ) {
    let row = Self.expectations[index]
    let right = Self.play { row.right(&$0.expect) }
    #expect(right.hasPassed, "\(right.mismatches)")
    let wrong = Self.play { row.wrong(&$0.expect) }
    #expect(wrong.mismatches.map(\.expected) == [row.expected])
    #expect(
      wrong.mismatches.first?.happened.hasPrefix(row.happened) == true, "\(wrong.mismatches)")
  }

  @Test func `the reason of a hold, and when it came, can be right and wrong`() {
    let given = Self.given("move", .verify, Rehearsal.Act(.cannotTell))
    let right = Self.play {
      $0.given = [given]
      $0.expect.outcome = .held
      $0.expect.because = ["move"]
      $0.expect.heldBefore = .seconds(60)
      $0.expect.never = ["proof"]
      $0.expect.rto = .missed
    }
    #expect(right.hasPassed, "\(right.mismatches)")
    let wrong = Self.play {
      $0.given = [given]
      $0.expect.because = ["proof"]
      $0.expect.heldBefore = .seconds(5)
      $0.expect.done = ["move"]
    }
    #expect(
      wrong.mismatches.map(\.expected) == ["because: [proof]", "done: move", "held_before: 5s"])
    #expect(wrong.mismatches.first?.happened == "because: [move]")
  }

  @Test func `an outage that began before the run counts, where the clock is the outage's`() {
    var plan = Self.plan
    plan.objectives.clock = .outage
    let late = Self.play(plan) {
      $0.outageAt = .seconds(590)
      $0.expect.rto = .missed
    }
    #expect(late.hasPassed, "\(late.mismatches)")
    let early = Self.play(plan) {
      $0.outageAt = .seconds(60)
      $0.expect.rto = .met
    }
    #expect(early.hasPassed, "\(early.mismatches)")
  }

  // MARK: - What is given

  typealias Act = Rehearsal.Act
  static let words: [(Rehearsal.Verb, [Act], String, changed: [StepID])] = [
    (.plan, [Act(.refused)], "held", []),
    (.plan, [Act(.fails)], "succeeded", ["move"]),
    (.plan, [Act(.hangs), Act(.hangs)], "held", []),
    (.apply, [Act(.fails)], "succeeded", ["move"]),
    (.apply, [Act(.fails), Act(.fails)], "held", []),
    (.apply, [Act(.refused)], "held", []),
    (.apply, [Act(.unknown)], "succeeded", ["move"]),
    (.apply, [Act(.unknown, isMade: false)], "succeeded", ["move"]),
    (.apply, [Act(.unknown, isMade: false), Act(.hangs, isMade: false)], "held", []),
    (.apply, [Act(.hangs)], "succeeded", ["move"]),
    (.apply, [Act(.killed)], "succeeded", ["move"]),
    (.apply, [Act(.killed, isMade: false)], "succeeded", ["move"]),
    // The look after it finds the lie.
    (.apply, [Act(.succeeds, isMade: false)], "held", []),
    (.verify, [Act(.doesNotHold)], "held", ["move"]),
    (.verify, [Act(.cannotTell)], "held", ["move"]),
    (.verify, [Act(.hangs)], "held", ["move"]),
    (.verify, [Act(.killed)], "succeeded", ["move"]),
    (.verify, [Act(takes: .seconds(5))], "succeeded", ["move"]),
  ]

  @Test(arguments: words.indices)
  func `each word does in the model what its page says`(index: Int) {
    let (verb, acts, outcome, changed) = Self.words[index]
    let run = Self.play {
      var given = Rehearsal.Given(step: "move", place: nil)
      given.acts[verb] = acts
      $0.given = [given]
      $0.expect.changed = changed
    }
    #expect(run.account.ending.outcomeWord == outcome, "\(verb) \(acts)")
    #expect(run.hasPassed, "\(verb) \(acts): \(run.mismatches)")
  }

  @Test func `a change that may not be repeated is not made again in doubt`() {
    let once = Self.plan { $0.isRepeatable = false }
    let run = Self.play(once) {
      $0.given = [Self.given("move", .apply, Act(.unknown, isMade: false))]
      $0.expect.outcome = .held
      $0.expect.changed = []
    }
    #expect(run.hasPassed, "\(run.mismatches)")
  }

  @Test func `a change that is another one than was approved holds`() {
    let agreed = Self.plan { $0.approval = ApprovalPolicy(role: "commander", timeout: nil) }
    let run = Self.play(agreed) {
      $0.given = [Self.given("move", .plan, Act(), Act(.differs))]
      $0.expect.outcome = .held
      $0.expect.because = ["move"]
      $0.expect.never = ["move"]
    }
    #expect(run.hasPassed, "\(run.mismatches)")
  }

  @Test func `a process that is killed leaves a minute in which nobody drives the run`() {
    let calm = Self.play { _ in }
    let killed = Self.play {
      $0.given = [Self.given("move", .apply, Act(.killed, takes: .milliseconds(300)))]
    }
    #expect(killed.account.deaths == 1)
    #expect(killed.took - calm.took > .seconds(58))
    #expect(killed.took - calm.took < .seconds(62))
  }

  @Test func `a question may be answered late, with no, with nothing, and by nobody`() {
    typealias Answer = Rehearsal.Answer
    let rows: [(Answer, String, Int)] = [
      (Answer(.approved(by: "alice"), after: .seconds(90)), "succeeded", 93),
      (Answer(.declined(by: "bob")), "held", 31), (Answer(.none), "held", 301),
      (Answer(.unattended), "waiting", 1),
    ]
    for (answer, outcome, seconds) in rows {
      let run = Self.play { $0.given = [Self.answered(answer)] }
      #expect(run.hasPassed, "\(answer): \(run.mismatches)")
      #expect(run.account.ending.outcomeWord == outcome)
      #expect(Int(run.took / .seconds(1)) == seconds, "\(answer): \(run.took)")
    }
  }

  @Test func `what lasts beyond its deadline is not seen to end`() {
    let run = Self.play {
      $0.given = [
        Self.given("look", .check, Act(.holds, takes: .seconds(60))),
        Self.given("move", .apply, Act(.succeeds, takes: .seconds(60))),
      ]
      $0.expect.outcome = .held
      $0.expect.because = ["look"]
    }
    // The check has no second attempt; nobody came to the change.
    #expect(run.mismatches.map(\.expected) == ["'apply' of move comes to pass, as given"])
  }

  // MARK: - Orders

  @Test
  func `orders are taken at each hold in turn, and one that does not fit fails the rehearsal`() {
    let failing = [Self.given("move", .apply, Act(.refused), Act(.refused), Act(.succeeds))]
    let run = Self.play {
      $0.given = failing
      $0.orders = [Self.order(.retry, "move"), Self.order(.retry, "move")]
      $0.expect.outcome = .succeeded
    }
    #expect(run.hasPassed, "\(run.mismatches)")
    let wrong = Self.play {
      $0.given = failing
      $0.orders = [Self.order(.skip, "look")]
      $0.expect.outcome = .held
    }
    #expect(wrong.mismatches.map(\.expected) == ["the order 'skip' is taken"])
    let unused = Self.play { $0.orders = [Self.order(.undo)] }
    #expect(unused.mismatches.map(\.expected) == ["the order 'undo' comes to pass, as given"])
  }

  @Test func `an undo takes back, and what cannot be taken back is left with a reason`() {
    let undone = Self.play {
      $0.given = [Self.given("proof", .check, Act(.doesNotHold))]
      $0.orders = [Self.order(.undo)]
      $0.expect.outcome = .failedUndone
      $0.expect.because = ["proof"]
      $0.expect.undone = ["move"]
      $0.expect.changed = []
    }
    #expect(undone.hasPassed, "\(undone.mismatches)")
    let stuck = Self.play {
      $0.given = [
        Self.given("proof", .check, Act(.doesNotHold)), Self.given("move", .undo, Act(.refused)),
      ]
      $0.orders = [Self.order(.undo)]
      $0.expect.outcome = .held
      $0.expect.because = ["move", "proof"]
      $0.expect.changed = ["move"]
    }
    #expect(stuck.hasPassed, "\(stuck.mismatches)")
  }

  @Test func `what was given and never came to pass fails; what was left of a list does not`() {
    let never = Self.play { $0.given = [Self.given("move", .undo, Act(.fails))] }
    #expect(never.mismatches.map(\.expected) == ["'undo' of move comes to pass, as given"])
    let rest = Self.play {
      $0.given = [Self.given("move", .verify, Act(.cannotTell), Act(.doesNotHold))]
      $0.expect.outcome = .held
    }
    #expect(rest.hasPassed, "\(rest.mismatches)")
  }

  @Test func `a change that takes itself back unless it is confirmed is confirmed, or is gone`() {
    let plan = Plans.plan([
      Plans.step("link") { $0.commitWithin = .seconds(90) }, Plans.step("next", needs: [0]),
    ])
    let confirmed = Self.play(plan) { $0.expect.changed = ["link", "next"] }
    #expect(confirmed.hasPassed, "\(confirmed.mismatches)")
    let silent = Self.play(plan) {
      var given = Rehearsal.Given(step: "link", place: nil)
      given.answers = [Rehearsal.Answer(.none)]
      $0.given = [given]
      $0.expect.outcome = .held
      $0.expect.because = ["link"]
      $0.expect.never = ["next"]
      $0.expect.changed = []
    }
    #expect(silent.hasPassed, "\(silent.mismatches)")
  }

  // MARK: - Copies

  @Test func `a repeated step stands for all its copies, and a copy for itself`() {
    var plan = Plans.plan(
      ["north", "south"].map { key in
        Plans.step(StepID("node[\(key)]"), needs: key == "north" ? [] : [0]) {
          $0.each = EachItem(key: key, value: .null)
          $0.copyOf = 0
        }
      } + [Plans.step("proof", .check, needs: [1], stage: 1)])
    plan.repeated = [RepeatedStep(step: "node", stage: 0, list: "env.nodes", first: 0, count: 2)]
    let all = Self.play(plan) {
      $0.given = [Self.given("node", .apply, Act(takes: .seconds(5)))]
      $0.expect.done = ["node"]
      $0.expect.changed = ["node"]
      $0.expect.order = ["node[north]", "node[south]", "proof"]
      $0.expect.within = .seconds(12)
    }
    #expect(all.hasPassed, "\(all.mismatches)")
    let one = Self.play(plan) {
      $0.given = [Self.given("node[south]", .apply, Act(.refused))]
      $0.expect.outcome = .held
      $0.expect.because = ["node[south]"]
      $0.expect.changed = ["node[north]"]
    }
    #expect(one.hasPassed, "\(one.mismatches)")
    let none = Self.play(plan) { $0.expect.done = ["node[west]"] }
    #expect(none.mismatches.map(\.expected) == ["the plan has a step node[west]"])
  }
}
