/// What should happen: a runbook as its author wrote it, checked, with every id resolved and every default filled in.
public struct Runbook: Sendable, Codable, Equatable {
  public var name: String
  public var title: String
  public var description: String?
  public var service: String
  public var owner: String?
  public var tags: [String]
  public var objectives: Objectives
  public var variants: [String]
  public var onFailure: FailurePolicy
  public var concurrency: Int
  /// After this time nothing more is started until a person says so.
  public var deadline: Duration?
  public var parameters: [Parameter]
  public var observers: [Observer]
  public var stages: [Stage]

  public init(name: String, title: String, service: String, objectives: Objectives) {
    self.name = name
    self.title = title
    self.service = service
    self.objectives = objectives
    tags = []
    variants = []
    onFailure = .hold
    concurrency = 16
    parameters = []
    observers = []
    stages = []
  }

  /// Every step in the order in which it stands.
  public var steps: [Step] { stages.flatMap(\.steps) }
}

/// What the recovery must reach, and from when it is counted.
public struct Objectives: Sendable, Codable, Equatable {
  public var rto: Duration?
  public var rpo: Duration?
  public var mtpd: Duration?
  public var clock: Clock
  public var soak: Duration?

  /// What starts the RTO clock.
  public enum Clock: String, Sendable, Codable, CaseIterable {
    case outage
    case declaration
    case run
  }

  public init(
    rto: Duration?, rpo: Duration?, mtpd: Duration? = nil, clock: Clock, soak: Duration? = nil
  ) {
    self.rto = rto
    self.rpo = rpo
    self.mtpd = mtpd
    self.clock = clock
    self.soak = soak
  }
}

/// What a run does when a step has failed.
public enum FailurePolicy: String, Sendable, Codable, CaseIterable {
  /// Start nothing more, ask a person.
  case hold
  /// Undo what was done, last first.
  case unwind
  /// Record it and go on.
  case `continue`
  /// Start nothing more, undo nothing, end.
  case stop
}

/// A value that whoever starts the run gives.
public struct Parameter: Sendable, Codable, Equatable {
  public var name: String
  public var type: FieldType
  public var required: Bool
  public var defaultValue: Value?
  public var pattern: String?
  public var allowsEmpty: Bool
  public var description: String?

  public init(name: String, type: FieldType, required: Bool) {
    self.name = name
    self.type = type
    self.required = required
    allowsEmpty = false
  }
}

/// A sample taken all through a run, from outside.
public struct Observer: Sendable, Codable, Equatable {
  public var name: String
  public var check: CheckCall
  /// From the start of one sample to the start of the next.
  public var every: Duration
  /// For one sample; one that takes longer is unknown or bad, as its check says.
  public var timeout: Duration
  /// What its answer counts for; nil: it is only shown.
  public var decides: Decision?

  public enum Decision: String, Sendable, Codable, CaseIterable {
    /// Its failures open the outage, its lasting recovery stops the RTO clock.
    case service
    /// It watches one store: where it holds, that store takes writes.
    case writer
  }

  public init(
    name: String, check: CheckCall, every: Duration, timeout: Duration, decides: Decision?
  ) {
    self.name = name
    self.check = check
    self.every = every
    self.timeout = timeout
    self.decides = decides
  }
}

/// A group of steps; stages run strictly one after another.
public struct Stage: Sendable, Codable, Equatable {
  public var name: String
  public var title: String?
  public var description: String?
  public var budget: Duration?
  /// It begins when the service was seen to stay good: it tells people so.
  public var afterSoak = false
  public var steps: [Step]
  public var place: SourcePlace?

  public init(name: String, steps: [Step] = []) {
    self.name = name
    self.steps = steps
  }
}

/// An action with its input, named: a check after a step, or an undo that the author wrote.
public struct CheckCall: Sendable, Codable, Equatable {
  public var uses: String
  public var with: Template
  public var place: SourcePlace?

  public init(uses: String, with: Template, place: SourcePlace? = nil) {
    self.uses = uses
    self.with = with
    self.place = place
  }
}

/// One step as written. `needs` is resolved: it holds the step above where the author wrote nothing.
public struct Step: Sendable, Codable, Equatable {
  public var id: StepID
  public var title: String?
  public var description: String?
  public var owner: String?
  public var uses: String
  public var with: Template
  public var needs: [StepID]
  public var when: ExpressionText?
  public var only: [String]
  /// The step is made once for each item of a list.
  public var forEach: Repetition?
  public var timeout: Duration?
  public var settle: Duration?
  public var retry: RetryPolicy
  public var verify: [CheckCall]
  public var approval: ApprovalPolicy?
  /// The step's own word, else its stage's, else the runbook's.
  public var onFailure: FailurePolicy
  public var undo: UndoChoice
  public var pointOfNoReturn: Bool
  /// Its change is undone by itself unless it is confirmed in this time.
  public var commitWithin: Duration?
  public var expected: Duration?
  public var critical: Bool
  public var byHand: String?
  public var place: SourcePlace?

  public init(id: StepID, uses: String, with: Template) {
    self.id = id
    self.uses = uses
    self.with = with
    needs = []
    only = []
    retry = .once
    verify = []
    onFailure = .hold
    undo = .auto
    pointOfNoReturn = false
    critical = true
  }
}

/// `for_each`: one copy of a step for each item of a list.
public struct Repetition: Sendable, Codable, Equatable {
  /// A list or a map that is known when the plan is made.
  public var list: ExpressionText
  /// So many copies are tried first; the rest starts when they have succeeded.
  public var canary: Int?
  /// So many copies may be under way at a time; as many as the run allows where missing.
  public var maxParallel: Int?
  /// The step's title and `by_hand` where they hold expressions; each copy has its own.
  public var title: Template?
  public var byHand: Template?

  public init(list: ExpressionText) { self.list = list }

  /// How often copies start together, one batch after another, when all take equally long.
  package func batches(of count: Int) -> Int {
    let width = max(1, maxParallel ?? .max)
    func batches(_ count: Int) -> Int { count / width + (count % width > 0 ? 1 : 0) }
    let first = min(canary ?? 0, count)
    return batches(first) + batches(count - first)
  }
}

/// One item of a `for_each`: `each.key` and `each.value` in its copy's expressions.
public struct EachItem: Sendable, Codable, Equatable {
  public var key: String
  public var value: Value

  public init(key: String, value: Value) {
    self.key = key
    self.value = value
  }
}

/// When a failed attempt is made again. Only failures that changed nothing are retried.
public struct RetryPolicy: Sendable, Codable, Equatable {
  /// All attempts together, the first included; at least 1.
  public var attempts: Int
  public var delay: Duration
  /// The factor by which the delay grows from one attempt to the next.
  public var backoff: Double
  public var maxDelay: Duration
  /// The share of the delay, 0 to 1, by which it is shortened at random.
  public var jitter: Double
  /// The kinds of failure that are retried; empty means every kind that says it may be.
  public var kinds: [FailureKind]

  public init(
    attempts: Int, delay: Duration = .seconds(1), backoff: Double = 2,
    maxDelay: Duration = .seconds(30), jitter: Double = 0, kinds: [FailureKind] = []
  ) {
    self.attempts = attempts
    self.delay = delay
    self.backoff = backoff
    self.maxDelay = maxDelay
    self.jitter = jitter
    self.kinds = kinds
  }

  public static let once = RetryPolicy(attempts: 1)
}

/// What kind of thing went wrong; `retry.on` names these.
public enum FailureKind: String, Sendable, Codable, CaseIterable {
  /// The attempt's time ran out.
  case timeout
  /// No connection could be made, or it broke.
  case unreachable
  /// The other side answered and said no: a guard, a conflict, a busy server.
  case refused
  /// The other side did not accept who we are.
  case authentication
  /// The world is not as it must be for this change.
  case precondition
  /// The input cannot mean anything here.
  case input
  /// The other side failed while it worked.
  case failed
}

/// A person's yes, asked before the step and bound to its planned change.
public struct ApprovalPolicy: Sendable, Codable, Equatable {
  public var role: String
  public var count: Int
  public var timeout: Duration?
  public var onTimeout: TimeoutChoice

  public enum TimeoutChoice: String, Sendable, Codable, CaseIterable {
    case deny
    case hold
  }

  public init(role: String, count: Int = 1, timeout: Duration?, onTimeout: TimeoutChoice = .deny) {
    self.role = role
    self.count = count
    self.timeout = timeout
    self.onTimeout = onTimeout
  }
}

/// How a step is undone.
public enum UndoChoice: Sendable, Codable, Equatable {
  /// By the action itself, from the state that it captured.
  case auto
  /// Not at all, for the reason given.
  case none(reason: String)
  /// By another action.
  case explicit(CheckCall)
}

/// Where a runbook runs: addresses, ids, references to secrets, and what is allowed there.
public struct RunbookEnvironment: Sendable, Codable, Equatable {
  public var name: String
  public var allows: [Purpose]
  public var coolDown: Duration?
  public var blackouts: [Blackout]
  public var roles: [Role]
  /// `env.*`; may name secrets by expression, holds none.
  public var values: Template
  public var secrets: [SecretReference]
  /// The private key that signs checkpoints of runs here; a file's path.
  public var signingKeyFile: String?

  public struct Blackout: Sendable, Codable, Equatable {
    public var from: Timestamp
    public var to: Timestamp
    public var purposes: [Purpose]
    public init(from: Timestamp, to: Timestamp, purposes: [Purpose]) {
      self.from = from
      self.to = to
      self.purposes = purposes
    }
  }

  public struct Role: Sendable, Codable, Equatable {
    public var name: String
    public var people: [String]
    public init(name: String, people: [String]) {
      self.name = name
      self.people = people
    }
  }

  public init(name: String, allows: [Purpose]) {
    self.name = name
    self.allows = allows
    blackouts = []
    roles = []
    values = .map([], nil)
    secrets = []
  }
}

/// Where a secret is to be read from, at the start of a run and no earlier.
public struct SecretReference: Sendable, Codable, Equatable {
  public var name: SecretName
  public var source: Source
  public var place: SourcePlace?

  /// How long a command may take; nil for the usual time.
  public var timeout: Duration?

  public enum Source: Sendable, Codable, Equatable {
    case file(String)
    case environmentVariable(String)
    /// A program with its arguments; what it prints is the secret.
    case command([String])
  }

  public init(name: SecretName, source: Source, place: SourcePlace?) {
    self.name = name
    self.source = source
    self.place = place
  }
}
