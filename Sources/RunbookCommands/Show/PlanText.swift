import RunbookEngine
import RunbookForecast
import RunbookModel
import RunbookReport

/// A plan as people and programs read it. Nothing in it is called done.
struct PlanText {
  let plan: Plan
  let console: Console
  private let idWidth: Int
  /// What the environment's cool-down has against it.
  private let coolDown: [String]
  /// Beside the plan, never part of it: it is not approved, and it may be another one tomorrow.
  private let forecast: TimeForecast?

  init(
    plan: Plan, console: Console, coolDown: [String] = [], forecast: TimeForecast? = nil
  ) {
    self.coolDown = coolDown
    self.forecast = forecast
    self.plan = plan
    self.console = console
    idWidth = min(plan.steps.map(\.id.text.count).max() ?? 0, 32)
  }

  /// What would stop the run if it were started now, a line each.
  var obstacles: [String] {
    // A check after a change says nothing yet: the change may be what makes it hold.
    let firstChange = plan.steps.firstIndex {
      $0.kind == .change && $0.forecast.status != .wouldSkip
    }
    let firstDependent = firstChange.map { $0 + 1 } ?? plan.steps.endIndex
    let guarded = coolDown.map {
      "the cool-down: \($0); it needs --acknowledge-cool-down '...'"
    }
    return guarded
      + plan.steps.enumerated().compactMap { place, step in
        switch step.forecast.status {
        case .impossible: "\(step.id): \(step.forecast.summary)"
        case .doesNotHoldNow where step.onFailure != .continue && place < firstDependent:
          "\(step.id) does not hold now: \(step.forecast.summary)"
        case .cannotTell where step.onFailure != .continue && place < firstDependent:
          "\(step.id) cannot be seen: \(step.forecast.summary)"
        case .wouldChange, .alreadyInPlace, .holdsNow, .doesNotHoldNow, .cannotTell, .wouldSkip,
          .decidedDuringRun, .asksPerson:
          nil
        }
      }
  }

  /// The label stands before the first line, the others line up under it.
  private func labelled(_ label: String, _ lines: [String], _ indent: String) -> [String] {
    let inner = indent + String(repeating: " ", count: label.count)
    return lines.enumerated().map { number, line in
      let text = wrapped(line, width: 110, indent: inner)
      return number == 0 ? indent + label + Substring(text.utf8.dropFirst(inner.utf8.count)) : text
    }
  }

  var text: String {
    let timing = PlanTiming(plan)
    var lines = [
      console.styled("\(plan.title)", .strong)
        + "  (\(plan.runbook.name)\(plan.variant.map { ", \($0)" } ?? ""))",
      "A \(plan.purpose.rawValue) in '\(plan.environment.name)' for the service '\(plan.service)'. "
        + "Only looked at: nothing was changed.",
    ]
    for (number, stage) in plan.stages.enumerated() {
      lines.append("")
      let budget = stage.budget.map { "  (budget \($0.spoken))" } ?? ""
      lines.append(
        console.styled(stage.name, .strong) + (stage.title.map { ": \($0)" } ?? "") + budget
          + (stage.afterSoak == true
            ? "  (after the soak: when the service was seen to stay good)" : ""))
      lines += steps(of: stage, number)
    }
    lines += contacts
    lines.append("")
    lines += summary(timing)
    return lines.joined(separator: "\n")
  }

  /// Whom to call: what is wrong in it must be seen before the night.
  private var contacts: [String] {
    let contacts = Contacts(plan.environmentValues)
    guard !contacts.roles.isEmpty else { return [] }
    let width = contacts.roles.map(\.name.count).max() ?? 0
    return ["", console.styled("Contacts", .strong)]
      + contacts.roles.flatMap { role, people in
        people.map { person in
          "  \(role.padded(to: width))  \(person.words)"
            + (person.standIn.map { "; stands in: \($0)" } ?? "")
        }
      }
  }

  /// The steps of a stage in order, with a word before the copies of a repeated one, also when there is none.
  private func steps(of stage: PlannedStage, _ number: Int) -> [String] {
    var lines: [String] = []
    var repeated = (plan.repeated ?? []).filter { $0.stage == number }[...]
    for place in stage.range {
      while let next = repeated.first, next.first <= place {
        lines.append(describe(next))
        repeated.removeFirst()
      }
      lines += describe(plan.steps[place])
    }
    return lines + repeated.map { describe($0) }
  }

  private func describe(_ repeated: RepeatedStep) -> String {
    let items =
      switch repeated.count {
      case 0: console.styled("no items, so NO STEPS: the list is empty", .warning)
      case 1: "1 item"
      default: "\(repeated.count) items"
      }
    var order = ""
    if let canary = repeated.canary, repeated.count > canary {
      order = "; \(canary) first, the rest when \(canary == 1 ? "it has" : "they have") succeeded"
    }
    if let most = repeated.maxParallel { order += "; at most \(most) at a time" }
    return "  \(repeated.step.text.padded(to: idWidth))  "
      + "for each of \(repeated.list): \(items)\(order)"
  }

  private func describe(_ step: PlannedStep) -> [String] {
    let forecast = step.forecast
    let word = forecast.status.words
    let style: Console.Style =
      switch forecast.status {
      case .wouldChange: .strong
      case .holdsNow, .alreadyInPlace: .good
      case .impossible: .bad
      case .doesNotHoldNow, .cannotTell: .warning
      case .wouldSkip, .decidedDuringRun, .asksPerson: .faint
      }
    let proof = forecast.preview.map { "  proof: \($0.fidelity.rawValue)" } ?? ""
    let worst = step.waitsWithoutLimit ? "as long as people take" : step.worst.spoken
    let times =
      forecast.status == .wouldSkip ? "" : "  expected \(step.likely.spoken), at worst \(worst)"
    var lines = [
      "  \(step.id.text.padded(to: idWidth))  \(console.styled(word, style))  [\(step.uses)]"
        + console.styled(proof + times, .faint)
    ]
    let indent = "      "
    if let preview = forecast.preview {
      lines += labelled("saw   ", preview.saw, indent)
      lines += labelled("does  ", preview.does, indent)
      lines += preview.warnings.map {
        console.styled(wrapped("warning: \($0)", width: 110, indent: indent), .warning)
      }
    } else {
      lines.append(wrapped(forecast.summary, width: 110, indent: indent))
    }
    if let approval = step.approval {
      lines.append(
        indent + "asks  \(approval.count) \(approval.role)"
          + (approval.timeout.map { " within \($0.spoken), else \(approval.onTimeout.rawValue)" }
            ?? ""))
    }
    var policy: [String] = []
    if step.kind == .change {
      policy.append("on failure: \(step.onFailure.rawValue)")
      if step.pointOfNoReturn { policy.append("POINT OF NO RETURN") }
      if let time = step.commitWithin {
        policy.append(
          "EXPIRES \(time.spoken) after it is made: taken back by itself unless confirmed in that time "
            + (step.verify.isEmpty
              ? "(lifeboat confirm)" : "(lifeboat confirm, or its verify holding at the end)"))
      }
      if case .none(let reason) = step.undo { policy.append("no undo: \(reason)") }
    }
    if step.retry.attempts > 1 { policy.append("up to \(step.retry.attempts) attempts") }
    if !policy.isEmpty, forecast.status != .wouldSkip {
      lines.append(console.styled(indent + policy.joined(separator: "; "), .faint))
    }
    return lines
  }

  private func summary(_ timing: PlanTiming) -> [String] {
    var lines: [String] = []
    let rto = plan.objectives.rto
    var time = "Time     expected \(timing.expected.spoken), at worst \(timing.worst.spoken)"
    if !timing.unbounded.isEmpty {
      time += " plus what people take (\(timing.unbounded.map(\.text).joined(separator: ", ")))"
    }
    if let rto {
      time += "; RTO \(rto.spoken), counted from the \(plan.objectives.clock.words)"
      if timing.worst > rto { time += console.styled(" - the worst case is later", .warning) }
    }
    lines.append(time)
    if let forecast {
      lines +=
        ForecastText(forecast: forecast, clock: plan.objectives.clock, console: console).inPlan
    }
    if let deadline = plan.deadline {
      lines.append(
        "Limit    after \(deadline.spoken), pauses not counted, nothing more is started until a person "
          + "says so")
    }
    if forecast == nil, !timing.criticalPath.isEmpty {
      lines.append("Longest  \(timing.criticalPath.map(\.text).joined(separator: " > "))")
    }
    for observer in plan.observers ?? [] {
      let decides: String =
        switch observer.decides {
        case .service: ", decides whether the service is good"
        case .writer: ", decides whether a store takes writes"
        case nil: ""
        }
      lines.append(
        "Watched  \(observer.name): \(observer.check.uses) every \(observer.every.spoken)\(decides)"
      )
    }
    if let soak = plan.objectives.soak {
      lines.append("Soak     recovered is what stays good for \(soak.spoken), seen from outside")
    }
    lines.append("Proof    \(coverage)")
    if !plan.id.isEmpty { lines.append("Plan     \(plan.id)") }
    let obstacles = obstacles
    if obstacles.isEmpty {
      lines.append("Could it run now: nothing that can be seen stands against it.")
    } else {
      lines.append(console.styled("Could it run now: no.", .bad))
      lines += obstacles.map { wrapped($0, width: 110, indent: "  ") }
    }
    return lines
  }

  private var coverage: String {
    var counts: [(String, Int)] = []
    func count(_ name: String, _ fits: (StepForecast) -> Bool) {
      // By its place: a step is much to copy.
      let number = plan.steps.indices.count { fits(plan.steps[$0].forecast) }
      if number > 0 { counts.append((name, number)) }
    }
    for fidelity in Fidelity.allCases.reversed() {
      count("\(fidelity.rawValue)") { $0.preview?.fidelity == fidelity }
    }
    count("looked at") { [.holdsNow, .doesNotHoldNow, .alreadyInPlace].contains($0.status) }
    count("not to be seen") { [.cannotTell, .impossible].contains($0.status) }
    count("decided during the run") { $0.status == .decidedDuringRun }
    count("asks a person") { $0.status == .asksPerson }
    count("skipped") { $0.status == .wouldSkip }
    return counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }

  /// The plan for other programs, with what follows from it.
  var json: String {
    let timing = PlanTiming(plan)
    var value = (try? ValueEncoder().encode(plan)) ?? .null
    if case .map(var map) = value {
      map["timing"] = [
        "expected": .duration(timing.expected), "worst": .duration(timing.worst),
        "critical_path": .list(timing.criticalPath.map { .string($0.text) }),
        "unbounded": .list(timing.unbounded.map { .string($0.text) }),
      ]
      if let forecast { map["time_forecast"] = forecast.json }
      map["obstacles"] = .list(obstacles.map(Value.string))
      value = .map(map)
    }
    return JSONText.text(value, style: .plain, pretty: true)
  }
}

extension StepForecast.Status {
  var words: String {
    switch self {
    case .wouldChange: "would change"
    case .alreadyInPlace: "already in place"
    case .holdsNow: "holds now"
    case .doesNotHoldNow: "does not hold now"
    case .cannotTell: "cannot be seen"
    case .wouldSkip: "would be skipped"
    case .decidedDuringRun: "decided during the run"
    case .impossible: "not possible"
    case .asksPerson: "asks a person"
    }
  }
}

extension Objectives.Clock {
  var words: String {
    switch self {
    case .outage: "outage"
    case .declaration: "declaration"
    case .run: "start of the run"
    }
  }
}
