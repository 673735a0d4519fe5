import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// A run that was ended to go on as another variant, and the run that goes on.
///
/// The clocks go on with it: the outage began, and was declared, when it was for the first of them.
struct Continuation {
  let predecessor: StoredRun
  let link: RunSession.Order.Continuing
  let variant: String
  /// What was seen from outside before it, else what it saw itself while that is not over.
  let observedOutage: ObservedOutage?

  /// Of a run that has ended with that decision; refused where it has not, or where its successor is there.
  init(_ stored: StoredRun) throws(Refusal) {
    let run = stored.folder.id
    guard let successor = stored.history.successor else {
      throw Refusal(
        .refused, "run \(run) was not ended to go on as another variant",
        next: "lifeboat switch-variant \(run) VARIANT --reason '...' does that")
    }
    guard stored.history.isClosed, !stored.isDriven else {
      throw Refusal(
        .locked, "run \(run) is to be continued by run \(successor.run), and has not ended yet",
        next: "look at it with: lifeboat status \(run)")
    }
    guard !stored.session.store.hasBegun(successor.run) else {
      throw Refusal(
        .refused, "run \(run) is continued by run \(successor.run) already",
        next: "look at it with: lifeboat status \(successor.run)")
    }
    predecessor = stored
    if let before = stored.history.opening?.observedOutage {
      observedOutage = before
    } else {
      observedOutage = try Self.seen(by: stored)
    }
    variant = successor.variant
    link = RunSession.Order.Continuing(predecessor: run, run: successor.run)
  }

  private static func seen(by stored: StoredRun) throws(Refusal) -> ObservedOutage? {
    let history = stored.history
    guard let outage = Outage(history), outage.lasting == nil, let onset = outage.onset,
      let at = outage.onsetAt,
      let record = history.records.first(where: { record in
        guard case .observed(let seen) = record.event else { return false }
        return seen.observers.contains { $0.changes.contains { $0.at.wall == at } }
      })
    else { return nil }
    do throws(StoreError) {
      var reader = try JournalReader(stored.folder.journal)
      while reader.count <= record.seq, try reader.next() != nil {}
      return ObservedOutage(
        badSince: at, lastGood: outage.lastGood.map { at - (onset - $0) },
        observation: stored.folder.id.text, record: reader.head.hex)
    } catch {
      throw Refusal(storage: error)
    }
  }

  private var opening: RunOpening? { predecessor.history.opening }
  var outageAt: Timestamp? { opening?.outageAt }
  var declaredAt: Timestamp? { opening?.declaredAt }
  var incident: IncidentFacts? { opening?.incident }

  /// It goes on with the same service for the same purpose; anything else is another matter.
  func check(_ plan: Plan) throws(Refusal) {
    let old = predecessor.history.plan
    func refuse(_ what: String, _ was: String, _ now: String) -> Refusal {
      Refusal(
        .refused, "run \(link.predecessor) has the \(what) '\(was)', and this would have '\(now)'",
        next: predecessor.continuing(as: variant))
    }
    if plan.service != old.service { throw refuse("service", old.service, plan.service) }
    if plan.purpose != old.purpose {
      throw refuse("purpose", old.purpose.rawValue, plan.purpose.rawValue)
    }
    if plan.environment.name != old.environment.name {
      throw refuse("environment", old.environment.name, plan.environment.name)
    }
    if plan.variant != variant { throw refuse("next variant", variant, plan.variant ?? "none") }
  }
}

extension StoredRun {
  /// The command line that goes on where this run was ended.
  func continuing(as variant: String) -> String {
    let plan = history.plan
    var words = ["lifeboat", plan.purpose == .drill ? "drill" : "recover", plan.runbook.path]
    words += ["-e", plan.environment.path, "--variant", variant, "--after", folder.id.text]
    for parameter in Self.parameters(of: plan) { words += ["-p", parameter] }
    if plan.purpose == .recovery { words += ["--service", plan.service] }
    return words.map(\.shellQuoted).joined(separator: " ") + " --reason '...'"
  }

  /// The plan's parameters as they are given on a command line.
  static func parameters(of plan: Plan) -> [String] {
    plan.parameters.map { entry in
      let text =
        switch entry.value {
        case .string(let text): text
        case .duration(let duration): duration.text
        case .timestamp(let time): time.description
        case .null, .bool, .int, .double, .list, .map, .secret, .unknown: JSONText.text(entry.value)
        }
      return "\(entry.key)=\(text)"
    }
  }

  /// Where this run comes from and where it goes on, a line each.
  var links: [String] {
    let words = history.words
    var lines: [String] = []
    if let predecessor = history.opening?.predecessor {
      lines.append(words.fromLabel.padded(to: 8) + words.continuesRun(predecessor))
    }
    if let successor = history.successor {
      let hasBegun = session.store.hasBegun(successor.run)
      lines.append(
        words.nextLabel.padded(to: 8)
          + words.continuedBy(successor.variant, successor.run, hasBegun: hasBegun)
          + (hasBegun ? "" : words.colon + continuing(as: successor.variant)))
    }
    return lines
  }
}
