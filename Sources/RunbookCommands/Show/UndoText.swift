import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookModel
import RunbookReport

/// The exact undo that is left of a run, for people and for programs: read from the journal, looking at nothing else.
struct UndoText {
  let stored: StoredRun
  let undo: RemainingUndo
  let console: Console

  /// A process is on it now.
  let isDriven: Bool

  init(_ stored: StoredRun, isDriven: Bool, console: Console) {
    self.stored = stored
    self.isDriven = isDriven
    self.console = console
    undo = RemainingUndo(stored.history.machine, stored.session.registry)
  }

  private var machine: RunMachine { stored.history.machine }

  var text: String {
    var lines = [console.styled(headline, .strong), "  " + basis]
    let doubtful = undo.steps.filter { $0.doubt(isDriven: isDriven) != nil }
    if !doubtful.isEmpty {
      let names = doubtful.map(\.step.id.text).joined(separator: ", ")
      lines.append(
        console.styled("  IN DOUBT, look before you take anything back: \(names).", .warning))
    }
    for (number, step) in undo.steps.enumerated() { lines += [""] + describe(number + 1, step) }
    lines.append("")
    if let stop = undo.stop {
      lines.append(console.styled("It ends there: \(stop.step) \(stop.why).", .warning))
    }
    for entry in undo.staying { lines.append("  \(entry.step) stays as it is: \(entry.why).") }
    if undo.stop == nil, !undo.steps.isEmpty {
      lines.append(
        undo.staying.isEmpty
          ? "After that nothing of this run is left changed, as far as the journal knows."
          : "Everything else of this run is then taken back, as far as the journal knows.")
    }
    if let command { lines.append("To have it done: \(command)") }
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    guard undo.steps.isEmpty else {
      let count = undo.steps.count == 1 ? "1 change" : "\(undo.steps.count) changes"
      return "Undo of run \(stored.folder.id): \(count) to take back, in this order."
    }
    return "Undo of run \(stored.folder.id): nothing can be taken back."
  }

  /// What the text rests on. It must not be taken for a look at the world.
  private var basis: String {
    let records = stored.history.records
    let at = stored.history.last.map { " of \($0.text(decimals: 0))" } ?? ""
    let driver =
      isDriven
      ? "A process drives the run now, so this may have moved on."
      : "No process drives the run now."
    return "As the journal says at record \(records.count - 1)\(at); nothing was looked at and "
      + "nothing was changed. " + driver
  }

  private func describe(_ number: Int, _ step: RemainingUndo.Step) -> [String] {
    var lines = [
      "\(number). \(console.styled(step.step.id.text, .strong))  [\(step.step.uses)]  "
        + (step.doubt(isDriven: isDriven).map { console.styled("in doubt: \($0)", .warning) }
          ?? step.standing(isDriven: isDriven))
    ]
    if step.doubt(isDriven: isDriven) != nil {
      let does = preview(step.step.id)
      lines += labelled("look whether", does.isEmpty ? ["its change is in place"] : does)
    }
    switch step.way {
    case .own(let way):
      lines += labelled("goes back", way.goesBackTo)
      lines += labelled("first", way.lookFirst)
      lines += typed(way.commands)
    case .other(let uses, let with, let byHand):
      lines += labelled("goes back", ["by \(uses), which the runbook names for it"])
      if case .map(let fields) = with {
        lines += labelled("with", fields.map { "\($0.key): \(JSONText.text($0.value))" })
      }
      lines += typed(byHand.split(separator: "\n").map(String.init))
    case .untold(let why): lines += labelled("goes back", ["it cannot be put into words: \(why)"])
    }
    return lines
  }

  private func labelled(_ label: String, _ texts: [String]) -> [String] {
    texts.enumerated().map { number, text in
      "   \((number == 0 ? label : "").padded(to: 13))\(text)"
    }
  }

  /// What is to be typed is never broken into lines.
  private func typed(_ commands: [String]) -> [String] {
    commands.isEmpty ? [] : ["   by hand"] + commands.map { "       \($0)" }
  }

  private func preview(_ id: StepID) -> [String] {
    guard let place = stored.history.place(of: id) else { return [] }
    return stored.history.steps[place].acts.last { $0.preview != nil }?.preview?.does ?? []
  }

  /// Nil where there is nothing to have done.
  private var command: String? {
    guard !undo.steps.isEmpty else { return nil }
    let run = stored.folder.id
    // What was under way must be looked at before it can be taken back.
    if !isDriven, machine.isBusy { return "lifeboat resume \(run)   # looks first" }
    if machine.state == .unwinding, isDriven { return "it is being done now" }
    return "lifeboat undo \(run) --reason '...'"
  }
}

// MARK: - For programs

extension UndoText {
  var json: Value {
    var root: ValueMap = [
      "format": .int(1), "run": .string(stored.folder.id.text),
      "record": .int(Int64(stored.history.records.count - 1)),
      "at": stored.history.last.map(Value.timestamp) ?? .null,
      "driven": .bool(isDriven), "state": .string(machine.state.name),
      "steps": .list(undo.steps.map(json)),
    ]
    root["ends_before"] =
      undo.stop.map { ["step": .string($0.step.text), "why": .string($0.why)] } ?? .null
    root["staying"] = .list(
      undo.staying.map { ["step": .string($0.step.text), "why": .string($0.why)] })
    root["command"] = command.map(Value.string) ?? .null
    return .map(root)
  }

  private func json(_ step: RemainingUndo.Step) -> Value {
    let doubt = step.doubt(isDriven: isDriven)
    var map: ValueMap = [
      "step": .string(step.step.id.text), "uses": .string(step.step.uses),
      "is_certain": .bool(doubt == nil),
      "standing": .string(doubt ?? step.standing(isDriven: isDriven)),
      "change": step.change,
    ]
    if doubt != nil { map["look_whether"] = texts(preview(step.step.id)) }
    switch step.way {
    case .own(let way):
      map["goes_back_to"] = texts(way.goesBackTo)
      map["look_first"] = texts(way.lookFirst)
      map["by_hand"] = texts(way.commands)
    case .other(let uses, let with, let byHand):
      map["undo_uses"] = .string(uses)
      map["undo_with"] = with
      map["by_hand"] = texts(byHand.split(separator: "\n").map(String.init))
    case .untold(let why): map["not_in_words"] = .string(why)
    }
    return .map(map)
  }

  private func texts(_ lines: [String]) -> Value { .list(lines.map(Value.string)) }
}

extension RemainingUndo.Step {
  /// Why it is not known whether the change stands; nil when it is known.
  func doubt(isDriven: Bool) -> String? {
    switch state {
    case .inDoubt(_, _, let why, _): why
    case .failed(let failure): failure.effect == .unknown ? failure.failure.message : nil
    case .applying: isDriven ? nil : "its process ended while it was being made"
    case .undoing(_, _, let before):
      isDriven
        ? before.flatMap { $0.effect == .unknown ? $0.failure.message : nil }
        : "its process ended while it was being taken back"
    case .pending, .planning, .gated, .backingOff: "an earlier attempt may be in place"
    case .verifying, .confirming, .succeeded, .skipped, .undone: nil
    }
  }

  /// Where the change stands when that is known.
  func standing(isDriven: Bool) -> String {
    switch state {
    case .applying: "is being made"
    case .verifying: "made; not verified yet"
    case .confirming: "made and verified; waits to be confirmed, else it is taken back by itself"
    case .undoing: "is being taken back"
    case .succeeded(let success):
      switch success.way {
      case .changed: "made and verified"
      case .unverified: "made; nothing verifies it but its own word"
      case .foundInPlace: "found in place after a doubt"
      case .alreadyInPlace, .checked, .approved: "made"
      case .markedDone: "made; a person said that it is done"
      }
    case .failed(let failure):
      failure.isOfUndo
        ? "could not be taken back: \(failure.failure.message)"
        : "made, and not as it must be: \(failure.failure.message)"
    case .skipped: "made; a person left the step out since"
    case .pending, .planning, .gated, .inDoubt, .backingOff, .undone: "perhaps made"
    }
  }
}
