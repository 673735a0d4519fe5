import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Synchronization
import Testing

/// A lamp that can be switched on, and the ways in which its action breaks the contract.
private struct Lamp: UndoableAction {
  enum Fault: String, CaseIterable, Sendable {
    case planSwitchesOn = "plan changed something"
    case plansDiffer = "asked twice, plan gives two different changes"
    case verifyGuesses = "verify holds before apply"
    case applyDoesNothing = "apply changed nothing"
    case applyAdds = "applied twice it has two effects"
    case planForgets = "after apply, plan does not see"
    case undoDoesNothing = "undo left another world"
    case undoGoesOn = "a second undo changed something"
    case secretShown = "the secret 'key' stands in"
    case outputForgotten = "the output 'level'"
    case outputNotSeen = "its evidence lacks the promised output 'level'"
    case previewEmpty = "the preview does not say"
    case wayBackEmpty = "the way back does not say"
  }

  struct Input: ActionInput {
    var level: Int
    static let fields = [Field("level", .int, "How bright.", need: .required)]
  }
  struct Change: Codable, Equatable, Sendable {
    var level: Int
    var number: Int
  }

  final class World: Sendable {
    let level = Mutex(0)
    let plans = Mutex(0)
    var now: Int { level.withLock { $0 } }
    func set(_ value: Int) { level.withLock { $0 = value } }
  }

  let fault: Fault?
  let world = World()
  let page = ActionPage(
    name: "lamp.on", summary: "Switches a lamp on",
    details: String(repeating: "It is a lamp of a test. ", count: 6), kind: .change,
    fields: Input.fields, outputs: [Output("level", .int, "How bright it is.")],
    expected: .seconds(1), undo: .automatic("switches it off"), byHand: "Switch it to {level}.")

  func plan(_ input: Input, in context: ReadContext) async throws(ActionFailure) -> Planned<Change>
  {
    if world.now == input.level, fault != .planForgets {
      return .alreadyInPlace(Evidence("on", facts: ["level": .int(Int64(input.level))]))
    }
    if fault == .planSwitchesOn { world.set(9) }
    let number = world.plans.withLock { plans in
      plans += 1
      return fault == .plansDiffer ? plans : 0
    }
    let does = fault == .previewEmpty ? [] : ["switch on"]
    return .change(
      Change(level: input.level, number: number),
      Preview(saw: ["off"], does: does, fidelity: .observed))
  }

  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    switch fault {
    case .applyDoesNothing: break
    case .applyAdds: world.set(world.now + change.level)
    default: world.set(change.level)
    }
    let secret = try context.secret(SecretName("key")).reveal()
    return Evidence(
      fault == .secretShown ? "on, with \(secret)" : "on",
      facts: fault == .outputForgotten ? [:] : ["level": .int(Int64(change.level))])
  }

  func verify(_ change: Change, in context: ReadContext) async -> Verdict {
    let isOn = world.now >= change.level || fault == .verifyGuesses
    guard isOn else { return .doesNotHold(Evidence("off")) }
    return .holds(
      Evidence(
        "on", facts: fault == .outputNotSeen ? [:] : ["level": .int(Int64(change.level))]))
  }

  func undo(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    switch fault {
    case .undoDoesNothing: break
    case .undoGoesOn: world.set(world.now > 0 ? 0 : world.now - 1)
    default: world.set(0)
    }
    return Evidence("off")
  }

  func wayBack(_ change: Change) -> WayBack {
    WayBack(goesBackTo: fault == .wayBackEmpty ? [] : ["off"], commands: ["switch it off"])
  }
}

@Suite struct `The conformance suite` {
  private func breaches(_ fault: Lamp.Fault?) async -> [String] {
    let lamp = Lamp(fault: fault)
    var subject = ConformanceCase(
      AnyAction(lamp), input: ["level": 3], contexts: contexts(["key": "open sesame"]),
      fingerprint: { String(lamp.world.now) })
    subject.settle = .milliseconds(100)
    return await subject.breaches()
  }

  @Test func `finds nothing in an action that keeps the contract`() async {
    #expect(await breaches(nil) == [])
  }

  @Test(arguments: Lamp.Fault.allCases)
  fileprivate func `D1, D5: finds each way of breaking it`(fault: Lamp.Fault) async {
    let found = await breaches(fault)
    #expect(found.contains { $0.contains(fault.rawValue) }, "\(found)")
  }

  @Test func `finds what is missing on a page`() {
    var page = Lamp(fault: nil).page
    page.name = "lamp"
    page.details = ""
    page.byHand = "Switch it to {brightness}."
    page.undo = .notNeeded
    page.fields.append(Field("level", .int, ""))
    let found = pageBreaches(page).joined(separator: "; ")
    for part in ["product.verb", "explain nothing", "{brightness}", "no undo", "stands twice"] {
      #expect(found.contains(part), "\(part)")
    }
  }
}

@Suite struct `Blocking calls` {
  @Test func `each get a thread at once, however many hang`() async {
    // Each waits until all have come: fewer threads than calls, and none ever ends well.
    let arrived = Meeting()
    let all = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 {
        group.addTask { await blocking { arrived.comeAndWait(for: 40, atMost: .seconds(8)) } }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    #expect(all)
  }
}

private final class Meeting: Sendable {
  private let count = Mutex(0)

  func comeAndWait(for wanted: Int, atMost limit: Duration) -> Bool {
    count.withLock { $0 += 1 }
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if count.withLock({ $0 }) >= wanted { return true }
      usleep(2000)
    }
    return false
  }
}
