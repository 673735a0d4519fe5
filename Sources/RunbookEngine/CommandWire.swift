import RunbookModel

/// Commands as they stand in the journal: one object with the verb under `do`.
extension Command: Codable {
  private enum Verb: String, Codable {
    case plan
    case check
    case apply
    case verify
    case undo
    case ask
    case startTimer = "start_timer"
    case startDeadline = "start_deadline"
    case soak
    case close
  }
  private enum Key: String, CodingKey {
    case verb = "do"
    case step
    case attempt
    case change
    case request
    case purpose
    case after
    case outcome
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    func write(_ verb: Verb, _ step: StepID, _ attempt: Int, _ change: Value? = nil) throws {
      try container.encode(verb, forKey: .verb)
      try container.encode(step, forKey: .step)
      try container.encode(attempt, forKey: .attempt)
      try container.encodeIfPresent(change, forKey: .change)
    }
    switch self {
    case .plan(let step, let attempt): try write(.plan, step, attempt)
    case .check(let step, let attempt): try write(.check, step, attempt)
    case .apply(let step, let attempt, let change): try write(.apply, step, attempt, change)
    case .verify(let step, let attempt, let change): try write(.verify, step, attempt, change)
    case .undo(let step, let attempt, let change): try write(.undo, step, attempt, change)
    case .ask(let step, let attempt, let request):
      try write(.ask, step, attempt)
      try container.encode(request, forKey: .request)
    case .startTimer(let step, let attempt, let purpose, let after):
      try write(.startTimer, step, attempt)
      try container.encode(purpose, forKey: .purpose)
      try container.encode(after, forKey: .after)
    case .startDeadline(let after):
      try container.encode(Verb.startDeadline, forKey: .verb)
      try container.encode(after, forKey: .after)
    case .soak(let time):
      try container.encode(Verb.soak, forKey: .verb)
      try container.encode(time, forKey: .after)
    case .close(let outcome):
      try container.encode(Verb.close, forKey: .verb)
      try container.encode(outcome, forKey: .outcome)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func step() throws -> StepID { try container.decode(StepID.self, forKey: .step) }
    func attempt() throws -> Int { try container.decode(Int.self, forKey: .attempt) }
    func change() throws -> Value { try container.decode(Value.self, forKey: .change) }
    switch try container.decode(Verb.self, forKey: .verb) {
    case .plan: self = .plan(try step(), attempt: try attempt())
    case .check: self = .check(try step(), attempt: try attempt())
    case .apply: self = .apply(try step(), attempt: try attempt(), change: try change())
    case .verify: self = .verify(try step(), attempt: try attempt(), change: try change())
    case .undo: self = .undo(try step(), attempt: try attempt(), change: try change())
    case .ask:
      self = .ask(
        try step(), attempt: try attempt(),
        try container.decode(PersonRequest.self, forKey: .request))
    case .startTimer:
      self = .startTimer(
        try step(), attempt: try attempt(),
        try container.decode(TimerPurpose.self, forKey: .purpose),
        after: try container.decode(Duration.self, forKey: .after))
    case .startDeadline:
      self = .startDeadline(after: try container.decode(Duration.self, forKey: .after))
    case .soak: self = .soak(for: try container.decode(Duration.self, forKey: .after))
    case .close: self = .close(try container.decode(Outcome.self, forKey: .outcome))
    }
  }
}
