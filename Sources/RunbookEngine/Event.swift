public import RunbookModel

/// What has happened: the only input of the machines, in the past tense. Time comes beside it, never from a clock.
public enum Event: Sendable, Equatable {
  case runOpened(RunOpening)
  /// Another process took the run over; the commands that had no ending then are `interrupted`.
  case runResumed(RunResumption)
  case stepPlanned(StepReport<PlanResult>)
  case stepChecked(StepReport<CheckResult>)
  case stepApplied(StepReport<ApplyResult>)
  case stepVerified(StepReport<Verdict>)
  case stepUndone(StepReport<ApplyResult>)
  case timerFired(TimerReport)
  /// The run has gone on for as long as its runbook allows without a person's word.
  case deadlineReached(DeadlineReport)
  case personAnswered(PersonAnswer)
  case operatorDecided(OperatorDecision)
  /// A signal or a lost terminal: nothing more is started.
  case interrupted(Interruption)
  /// Somebody ordered what does not fit. It changes nothing but the record.
  case orderRefused(RefusedOrder)
  /// What observers have seen from outside. It changes nothing but the record.
  case observed(Observation)
  /// The service was waited for, at the end of the run.
  case soakEnded(SoakReport)
}

public struct RunOpening: Sendable, Equatable, Codable {
  public var run: RunID
  public var plan: String
  /// SHA-256 of the plan's bytes as stored beside the journal.
  public var planHash: String
  public var purpose: Purpose
  public var runbook: String
  public var service: String
  public var environment: String
  public var variant: String?
  public var by: String
  public var host: String
  public var reason: String?
  /// When the outage began, if anybody has said so.
  public var outageAt: Timestamp?
  public var declaredAt: Timestamp?
  public var toolVersion: String
  /// Seeds what is random in the run: jitter.
  public var seed: Int64
  /// Guards that stood against the run, and why it was started all the same. Nil: none did.
  public var acknowledged: [Acknowledgement]?
  /// The run of another variant that this one continues.
  public var predecessor: RunID?
  /// What `lifeboat observe` had seen of the outage before this run. Nil: nobody watched, or there was none.
  public var observedOutage: ObservedOutage?
  /// SHA-256 of the forecast made when it began, which is among the run's attachments. Nil where none was kept.
  public var forecast: String?
  /// What was known of the incident. Nil: nobody has said anything.
  public var incident: IncidentFacts?

  public init(
    run: RunID, plan: String, planHash: String, purpose: Purpose, runbook: String,
    service: String, environment: String, variant: String?, by: String, host: String,
    reason: String?, outageAt: Timestamp?, declaredAt: Timestamp?, toolVersion: String,
    seed: Int64
  ) {
    self.run = run
    self.plan = plan
    self.planHash = planHash
    self.purpose = purpose
    self.runbook = runbook
    self.service = service
    self.environment = environment
    self.variant = variant
    self.by = by
    self.host = host
    self.reason = reason
    self.outageAt = outageAt
    self.declaredAt = declaredAt
    self.toolVersion = toolVersion
    self.seed = seed
  }
}

/// A guard's word against a run, and a person's reason to start it all the same.
public struct Acknowledgement: Sendable, Equatable, Codable {
  /// The environment's key: `cool_down`.
  public var `guard`: String
  public var finding: String
  public var reason: String

  public init(guard: String, finding: String, reason: String) {
    self.guard = `guard`
    self.finding = finding
    self.reason = reason
  }
}

extension RunOpening {
  /// When the outage began: as stated, else as it was seen from outside.
  public var knownOutage: Timestamp? { outageAt ?? observedOutage?.badSince }
}

/// The beginning of an outage, as somebody who watched from outside has seen it.
public struct ObservedOutage: Sendable, Equatable, Codable {
  /// The first sample that was bad.
  public var badSince: Timestamp
  /// The last one that was good before it; nil: it was bad from the first one on, and began earlier.
  public var lastGood: Timestamp?
  /// The observation that holds it, and the hash of its record.
  public var observation: String
  public var record: String

  public init(badSince: Timestamp, lastGood: Timestamp?, observation: String, record: String) {
    self.badSince = badSince
    self.lastGood = lastGood
    self.observation = observation
    self.record = record
  }
}

public struct RunResumption: Sendable, Equatable, Codable {
  public var by: String
  public var host: String
  /// Steps whose last command had no ending: what they did is not known.
  public var interrupted: [StepID]
  /// Bytes of a torn last line that were cut from the journal.
  public var cutBytes: Int
  /// What is left of the time in which changes must be confirmed; nil where none waits.
  public var toConfirm: [TimeLeft]?

  /// How long one step may still wait; zero: its time ran out while no process was there.
  public struct TimeLeft: Sendable, Equatable, Codable {
    public var step: StepID
    public var left: Duration

    public init(step: StepID, left: Duration) {
      self.step = step
      self.left = left
    }
  }

  public init(
    by: String, host: String, interrupted: [StepID], cutBytes: Int, toConfirm: [TimeLeft] = []
  ) {
    self.toConfirm = toConfirm.isEmpty ? nil : toConfirm
    self.by = by
    self.host = host
    self.interrupted = interrupted
    self.cutBytes = cutBytes
  }
}

/// The ending of one command for one step.
public struct StepReport<Result: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
  public var step: StepID
  public var attempt: Int
  public var result: Result

  public init(_ step: StepID, attempt: Int, _ result: Result) {
    self.step = step
    self.attempt = attempt
    self.result = result
  }
}

/// The ending of `plan`.
public enum PlanResult: Sendable, Equatable {
  case change(Value, Preview)
  case alreadyInPlace(Evidence)
  /// `when` is false.
  case skipped(String)
  case ask(PersonRequest)
  case failed(ActionFailure)
}

/// The ending of `check`.
public enum CheckResult: Sendable, Equatable {
  case verdict(Verdict)
  case skipped(String)
  /// The check could not be asked: its `when` or its input is an error, or its time ran out.
  case failed(ActionFailure)
}

/// The ending of `apply` and of `undo`.
public enum ApplyResult: Sendable, Equatable {
  case done(Evidence)
  case failed(ActionFailure)
}

public struct TimerReport: Sendable, Equatable, Codable {
  public var step: StepID
  public var attempt: Int
  public var purpose: TimerPurpose

  public init(_ step: StepID, attempt: Int, _ purpose: TimerPurpose) {
    self.step = step
    self.attempt = attempt
    self.purpose = purpose
  }
}

public struct DeadlineReport: Sendable, Equatable, Codable {
  /// How long the run has gone on since it began, or since a person last extended it.
  public var ran: Duration
  /// How long it has been paused in all, which does not count.
  public var paused: Duration

  public init(ran: Duration, paused: Duration) {
    self.ran = ran
    self.paused = paused
  }
}

public enum TimerPurpose: String, Sendable, Codable {
  /// The delay before the next attempt is over.
  case backoff
  /// Nobody answered in time.
  case gate
  /// The time in which a change had to be confirmed is over.
  case confirm
}

/// What a person said to an `ask`.
public struct PersonAnswer: Sendable, Equatable, Codable {
  public enum Decision: String, Sendable, Codable {
    case approve
    case decline
  }
  public var step: StepID
  /// The ask that it answers: an answer given for another one counts for nothing.
  public var attempt: Int
  public var decision: Decision
  /// The account, as the operating system says.
  public var by: String
  public var reason: String?
  /// The name that the person gave, where several share the account.
  public var named: String?

  public init(
    step: StepID, attempt: Int, decision: Decision, by: String, reason: String? = nil,
    named: String? = nil
  ) {
    self.named = named
    self.step = step
    self.attempt = attempt
    self.decision = decision
    self.by = by
    self.reason = reason
  }
}

/// What a person decided about a run.
public struct OperatorDecision: Sendable, Equatable, Codable {
  public enum Choice: Sendable, Equatable {
    /// Start nothing more until somebody says continue.
    case pause
    /// Go on where the run stopped, after a pause.
    case `continue`
    /// Look again, and make another attempt where the step did not hold.
    case retry(StepID)
    /// Leave the step out; whatever needs it goes on.
    case skip(StepID)
    /// A person has done it: it counts as done, on their word.
    case markDone(StepID)
    /// Look again, with this one guard of the step waived up to what it had found.
    case override(StepID, Gate)
    /// Undo what was done, last first.
    case unwind
    /// End here; nothing is undone.
    case abort
    /// End here; nothing is undone, and the run of that id goes on as the runbook's other variant.
    case switchVariant(String, successor: RunID)
  }
  public var choice: Choice
  /// The account, as the operating system says.
  public var by: String
  public var reason: String?
  /// The name that the person gave, where several share the account.
  public var named: String?

  public init(_ choice: Choice, by: String, reason: String?, named: String? = nil) {
    self.named = named
    self.choice = choice
    self.by = by
    self.reason = reason
  }
}

extension PersonAnswer {
  /// Who said it, for people to read.
  public var who: String { named.map { "\($0) (account \(by))" } ?? by }
}

extension OperatorDecision {
  /// Who decided it, for people to read.
  public var who: String { named.map { "\($0) (account \(by))" } ?? by }
}

public struct Interruption: Sendable, Equatable, Codable {
  /// `SIGINT`, `SIGTERM`, `SIGHUP`, or why the process must let go.
  public var cause: String
  /// A step that is only being looked at does not go on to its change. Nil in records of before this was so.
  public var holdsBack: Bool?

  public init(cause: String, holdsBack: Bool? = true) {
    self.cause = cause
    self.holdsBack = holdsBack
  }
}

extension Event {
  /// The step that the event is about; nil for what is about the run, a refused order included: it moved nothing.
  package var step: StepID? {
    switch self {
    case .stepPlanned(let report): report.step
    case .stepChecked(let report): report.step
    case .stepApplied(let report), .stepUndone(let report): report.step
    case .stepVerified(let report): report.step
    case .timerFired(let report): report.step
    case .personAnswered(let answer): answer.step
    case .operatorDecided(let decision):
      switch decision.choice {
      case .retry(let step), .skip(let step), .markDone(let step), .override(let step, _): step
      case .pause, .continue, .unwind, .abort, .switchVariant: nil
      }
    case .runOpened, .runResumed, .deadlineReached, .interrupted, .orderRefused, .observed,
      .soakEnded:
      nil
    }
  }
}
