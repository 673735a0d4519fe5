import Glibc
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// Brings one order to whichever process drives the run, and its answer to the person.
struct Steering {
  let verb: SteeringVerb
  let id: String
  var step: String?
  let by: String?
  let reason: String?
  let format: OutputOptions.Format
  /// For `switch-variant`.
  var variant: String?
  /// For `override`.
  var gate: String?

  func send() throws {
    let console = Console()
    let session = try RunSession.current()
    let folder = try session.store.find(id)
    if verb.needsReason, reason?.trimmed.isEmpty ?? true {
      throw Refusal(
        .invalid,
        "\(verb.rawValue) departs from the plan and needs a reason: it goes into the report",
        next: "add --reason 'why'")
    }
    if let step { _ = try session.readPlan(folder).step(named: step) }
    let order = SteeringOrder(
      verb, step: step.map { StepID($0) }, by: Person.current, named: by, reason: reason,
      variant: variant, gate: gate)
    let answer: SteeringAnswer
    do throws(ControlClient.Failure) {
      answer = try ControlClient(folder).send(
        .order(order), sudoUser: getuid() == 0 ? Person.current : nil)
    } catch {
      throw try refusal(error, folder, session)
    }
    if format == .json {
      console.out(String(decoding: answer.line.dropLast(), as: UTF8.self))
      if let refusal = answer.refusal { throw Self.status(refusal.code) }
      return
    }
    if let refusal = answer.refusal {
      throw Refusal(Self.status(refusal.code), refusal.message, next: refusal.next)
    }
    let object = step.map { step in gate.map { "\(step).\($0)" } ?? step }
    let what = object.map { "\(verb.rawValue) \($0)" } ?? verb.rawValue
    let state = answer.run.map { "; the run is \($0.state) now" } ?? ""
    console.out("\(what): taken\(state). See: lifeboat status \(folder.id)")
  }

  private func refusal(
    _ failure: ControlClient.Failure, _ folder: RunFolder, _ session: RunSession
  ) throws -> Refusal {
    switch failure {
    case .notAllowed(let why):
      return Refusal(
        .refused, "this account may not steer run \(folder.id): \(why)",
        next: "become the account that drives it, or root")
    case .noAnswer(let why):
      return Refusal(
        .internal, "no answer to this order: \(why)",
        changed: "It is not known whether it was taken.",
        next: "look before you order again: lifeboat status \(folder.id)")
    case .notDriven: break
    }
    if case .held(let holder) = folder.driver {
      let who = holder.map { " \($0.pid) on \($0.host)" } ?? ""
      return Refusal(
        .locked, "process\(who) drives run \(folder.id), but takes no orders from here",
        next: "steer it at its own terminal, or look with: lifeboat status \(folder.id)")
    }
    let stored = try StoredRun(folder, session: session)
    if let outcome = try stored.summary(now: nil).outcome {
      return Refusal(
        .refused, "run \(folder.id) has ended (\(outcome.words)); it takes no orders",
        next: verb == .undo ? nil : "see it with: lifeboat report \(folder.id)")
    }
    return Refusal(
      .interrupted, "no process drives run \(folder.id), so there is nobody to take the order",
      next: resumption(folder.id))
  }

  private func resumption(_ run: RunID) -> String {
    let name = StepID(step ?? "").shellText
    return switch verb {
    case .approve, .confirm: "lifeboat resume \(run) --\(verb.rawValue) \(name)"
    case .decline, .retry, .skip, .markDone:
      "lifeboat resume \(run) --\(verb.rawValue) \(name) --reason '...'"
    case .override:
      "lifeboat resume \(run) --override \(name).\(gate ?? "GATE") --reason '...'"
    case .abort: "lifeboat resume \(run) --abort --reason '...'"
    case .undo: "lifeboat undo \(run) --reason '...'"
    case .switchVariant: "lifeboat switch-variant \(run) \(variant ?? "VARIANT") --reason '...'"
    case .pause, .continue: "lifeboat resume \(run)"
    }
  }

  static func status(_ code: SteeringRefusal.Code) -> ExitStatus {
    switch code {
    case .stepNeeded, .takesNoStep, .noSuchStep, .noSuchVariant, .noSuchGate, .reasonNeeded,
      .notUnderstood:
      .invalid
    case .notServed, .wrongRunState, .wrongStepState, .alreadyDecided, .otherAttempt,
      .notYourRole, .samePerson, .nothingToUndo, .notAllowed:
      .refused
    case .lettingGo: .interrupted
    case .journalLost: .internal
    }
  }
}
