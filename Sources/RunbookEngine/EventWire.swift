import RunbookModel

/// Events as they stand in the journal: one object with its name under `type` and its facts beside it.
extension Event: Codable {
  private enum Name: String, Codable {
    case runOpened = "run_opened"
    case runResumed = "run_resumed"
    case stepPlanned = "step_planned"
    case stepChecked = "step_checked"
    case stepApplied = "step_applied"
    case stepVerified = "step_verified"
    case stepUndone = "step_undone"
    case timerFired = "timer_fired"
    case deadlineReached = "deadline_reached"
    case personAnswered = "person_answered"
    case operatorDecided = "operator_decided"
    case interrupted
    case orderRefused = "order_refused"
    case observed
    case soakEnded = "soak_ended"
  }
  private enum Key: String, CodingKey {
    case type
  }

  public func encode(to encoder: any Encoder) throws {
    let (name, facts): (Name, any Encodable) =
      switch self {
      case .runOpened(let facts): (.runOpened, facts)
      case .runResumed(let facts): (.runResumed, facts)
      case .stepPlanned(let facts): (.stepPlanned, facts)
      case .stepChecked(let facts): (.stepChecked, facts)
      case .stepApplied(let facts): (.stepApplied, facts)
      case .stepVerified(let facts): (.stepVerified, facts)
      case .stepUndone(let facts): (.stepUndone, facts)
      case .timerFired(let facts): (.timerFired, facts)
      case .deadlineReached(let facts): (.deadlineReached, facts)
      case .personAnswered(let facts): (.personAnswered, facts)
      case .operatorDecided(let facts): (.operatorDecided, facts)
      case .interrupted(let facts): (.interrupted, facts)
      case .orderRefused(let facts): (.orderRefused, facts)
      case .observed(let facts): (.observed, facts)
      case .soakEnded(let facts): (.soakEnded, facts)
      }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .type)
    try facts.encode(to: encoder)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch try container.decode(Name.self, forKey: .type) {
    case .runOpened: self = .runOpened(try RunOpening(from: decoder))
    case .runResumed: self = .runResumed(try RunResumption(from: decoder))
    case .stepPlanned: self = .stepPlanned(try StepReport(from: decoder))
    case .stepChecked: self = .stepChecked(try StepReport(from: decoder))
    case .stepApplied: self = .stepApplied(try StepReport(from: decoder))
    case .stepVerified: self = .stepVerified(try StepReport(from: decoder))
    case .stepUndone: self = .stepUndone(try StepReport(from: decoder))
    case .timerFired: self = .timerFired(try TimerReport(from: decoder))
    case .deadlineReached: self = .deadlineReached(try DeadlineReport(from: decoder))
    case .personAnswered: self = .personAnswered(try PersonAnswer(from: decoder))
    case .operatorDecided: self = .operatorDecided(try OperatorDecision(from: decoder))
    case .interrupted: self = .interrupted(try Interruption(from: decoder))
    case .orderRefused: self = .orderRefused(try RefusedOrder(from: decoder))
    case .observed: self = .observed(try Observation(from: decoder))
    case .soakEnded: self = .soakEnded(try SoakReport(from: decoder))
    }
  }
}

extension PlanResult: Codable {
  private enum Word: String, Codable {
    case change
    case alreadyInPlace = "already_in_place"
    case skipped
    case ask
    case failed
  }
  private enum Key: String, CodingKey {
    case found
    case change
    case preview
    case evidence
    case reason
    case request
    case failure
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .change(let change, let preview):
      try container.encode(Word.change, forKey: .found)
      try container.encode(change, forKey: .change)
      try container.encode(preview, forKey: .preview)
    case .alreadyInPlace(let evidence):
      try container.encode(Word.alreadyInPlace, forKey: .found)
      try container.encode(evidence, forKey: .evidence)
    case .skipped(let reason):
      try container.encode(Word.skipped, forKey: .found)
      try container.encode(reason, forKey: .reason)
    case .ask(let request):
      try container.encode(Word.ask, forKey: .found)
      try container.encode(request, forKey: .request)
    case .failed(let failure):
      try container.encode(Word.failed, forKey: .found)
      try container.encode(failure, forKey: .failure)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch try container.decode(Word.self, forKey: .found) {
    case .change:
      self = .change(
        try container.decode(Value.self, forKey: .change),
        try container.decode(Preview.self, forKey: .preview))
    case .alreadyInPlace:
      self = .alreadyInPlace(try container.decode(Evidence.self, forKey: .evidence))
    case .skipped: self = .skipped(try container.decode(String.self, forKey: .reason))
    case .ask: self = .ask(try container.decode(PersonRequest.self, forKey: .request))
    case .failed: self = .failed(try container.decode(ActionFailure.self, forKey: .failure))
    }
  }
}

extension CheckResult: Codable {
  private enum Key: String, CodingKey {
    case skipped
    case failure
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .verdict(let verdict): try verdict.encode(to: encoder)
    case .skipped(let reason): try container.encode(reason, forKey: .skipped)
    case .failed(let failure): try container.encode(failure, forKey: .failure)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let reason = try container.decodeIfPresent(String.self, forKey: .skipped) {
      self = .skipped(reason)
    } else if let failure = try container.decodeIfPresent(ActionFailure.self, forKey: .failure) {
      self = .failed(failure)
    } else {
      self = .verdict(try Verdict(from: decoder))
    }
  }
}

extension ApplyResult: Codable {
  private enum Key: String, CodingKey {
    case evidence
    case failure
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .done(let evidence): try container.encode(evidence, forKey: .evidence)
    case .failed(let failure): try container.encode(failure, forKey: .failure)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let failure = try container.decodeIfPresent(ActionFailure.self, forKey: .failure) {
      self = .failed(failure)
    } else {
      self = .done(try container.decode(Evidence.self, forKey: .evidence))
    }
  }
}

extension OperatorDecision.Choice: Codable {
  private enum Word: String, Codable {
    case pause
    case `continue`
    case retry
    case skip
    case markDone = "mark_done"
    case override
    case unwind
    case abort
    case switchVariant = "switch_variant"
  }
  private enum Key: String, CodingKey {
    case order
    case step
    case waives
    case variant
    case successor
  }

  public func encode(to encoder: any Encoder) throws {
    let (word, step): (Word, StepID?) =
      switch self {
      case .pause: (.pause, nil)
      case .continue: (.continue, nil)
      case .retry(let step): (.retry, step)
      case .skip(let step): (.skip, step)
      case .markDone(let step): (.markDone, step)
      case .override(let step, _): (.override, step)
      case .unwind: (.unwind, nil)
      case .abort: (.abort, nil)
      case .switchVariant: (.switchVariant, nil)
      }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(word, forKey: .order)
    try container.encodeIfPresent(step, forKey: .step)
    if case .override(_, let gate) = self { try container.encode(gate, forKey: .waives) }
    if case .switchVariant(let variant, let successor) = self {
      try container.encode(variant, forKey: .variant)
      try container.encode(successor, forKey: .successor)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let step = { try container.decode(StepID.self, forKey: .step) }
    switch try container.decode(Word.self, forKey: .order) {
    case .pause: self = .pause
    case .continue: self = .continue
    case .retry: self = .retry(try step())
    case .skip: self = .skip(try step())
    case .markDone: self = .markDone(try step())
    case .override: self = .override(try step(), try container.decode(Gate.self, forKey: .waives))
    case .unwind: self = .unwind
    case .abort: self = .abort
    case .switchVariant:
      self = .switchVariant(
        try container.decode(String.self, forKey: .variant),
        successor: try container.decode(RunID.self, forKey: .successor))
    }
  }
}
