public import RunbookModel

/// What will happen: the order, the state seen, the exact change that each step will make. A run executes a Plan, never
/// a Runbook.
public struct Plan: Sendable, Codable, Equatable {
  public static let formatVersion = 1

  public var format = Plan.formatVersion
  /// `p-` and the start of the hash of everything else.
  public var id: String
  public var runbook: Source
  public var environment: Source
  public var title: String
  public var service: String
  public var owner: String?
  public var purpose: Purpose
  public var variant: String?
  /// All variants that the runbook has; nil in plans of before this was kept.
  public var variants: [String]?
  public var parameters: ValueMap
  public var objectives: Objectives
  public var concurrency: Int
  /// How long a run may go on before it asks a person whether it still should; nil: as long as it takes.
  public var deadline: Duration?
  public var stages: [PlannedStage]
  /// Every step in the order in which it stands; a stage's steps are together.
  public var steps: [PlannedStep]
  /// Steps that were written once and stand in `steps` once for each item of a list; nil in a plan of before there were
  /// any.
  public var repeated: [RepeatedStep]?
  /// Who looks from outside, all through the run; nil where nobody does.
  public var observers: [Observer]?
  /// `env.*` as the environment says it; holds secrets by name only.
  public var environmentValues: Value
  public var secrets: [SecretReference]
  public var roles: [RunbookEnvironment.Role]
  public var coolDown: Duration?
  public var signingKeyFile: String?
  public var madeAt: Timestamp
  public var madeBy: String
  public var toolVersion: String
  /// The changes in it were approved as they stand: a run that finds another change stops and shows both.
  public var bindsChanges: Bool

  /// A document that a plan was made from, by the SHA-256 of its bytes.
  public struct Source: Sendable, Codable, Equatable {
    public var name: String
    public var path: String
    public var sha256: String
    public init(name: String, path: String, sha256: String) {
      self.name = name
      self.path = path
      self.sha256 = sha256
    }

    /// The folder in which it lies.
    package var folder: String {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      return slash == path.startIndex ? "/" : String(path[..<slash])
    }
  }

  public init(
    id: String, runbook: Source, environment: Source, title: String, service: String,
    purpose: Purpose, objectives: Objectives, stages: [PlannedStage], steps: [PlannedStep],
    madeAt: Timestamp, madeBy: String, toolVersion: String
  ) {
    self.id = id
    self.runbook = runbook
    self.environment = environment
    self.title = title
    self.service = service
    self.purpose = purpose
    self.objectives = objectives
    self.stages = stages
    self.steps = steps
    self.madeAt = madeAt
    self.madeBy = madeBy
    self.toolVersion = toolVersion
    parameters = [:]
    concurrency = 16
    environmentValues = .map([:])
    secrets = []
    roles = []
    bindsChanges = false
  }
}

public struct PlannedStage: Sendable, Codable, Equatable {
  public var name: String
  public var title: String?
  public var budget: Duration?
  /// It begins when the service was seen to stay good. Nil: it does not wait for that.
  public var afterSoak: Bool?
  /// Where its steps stand in `Plan.steps`.
  public var first: Int
  public var count: Int

  public init(name: String, title: String?, budget: Duration?, first: Int, count: Int) {
    self.name = name
    self.title = title
    self.budget = budget
    self.first = first
    self.count = count
  }

  public var range: Range<Int> { first..<first + count }
}

/// A step with `for_each`: where its copies stand in `Plan.steps`.
public struct RepeatedStep: Sendable, Codable, Equatable {
  /// As the author wrote it: the copies are `step[key]`.
  public var step: StepID
  public var stage: Int
  /// The expression that gave the items.
  public var list: String
  public var first: Int
  /// 0 where the list was empty.
  public var count: Int
  /// So many copies are tried first; nil: none.
  public var canary: Int?
  /// So many copies may be under way at a time; nil: as many as the run allows.
  public var maxParallel: Int?

  public init(step: StepID, stage: Int, list: String, first: Int, count: Int) {
    self.step = step
    self.stage = stage
    self.list = list
    self.first = first
    self.count = count
  }

  public var range: Range<Int> { first..<first + count }
}

extension Plan {
  /// Somebody says from outside whether the service is good.
  package var watchesService: Bool {
    observers?.contains { $0.decides == .service } ?? false
  }

  /// What to name instead of a repeated step, which is itself no step of the run; nil for any other name.
  package func copiesHint(_ id: StepID) -> String? {
    guard let repeated = repeated?.first(where: { $0.step == id }) else { return nil }
    guard repeated.count > 0 else { return "'\(id)' has no copies: its list is empty" }
    let names = steps[repeated.range].prefix(3).map(\.id.shellText).joined(separator: ", ")
    return
      "'\(id)' has \(repeated.count == 1 ? "one copy" : "\(repeated.count) copies"), name one: "
      + names + (repeated.count > 3 ? ", ..." : "")
  }
}

/// One step as a run will do it.
public struct PlannedStep: Sendable, Codable, Equatable {
  public var id: StepID
  public var title: String?
  public var owner: String?
  public var stage: Int
  public var uses: String
  public var kind: ActionKind
  public var with: Template
  public var when: ExpressionText?
  /// Steps that must have ended before, by their place in `Plan.steps`.
  public var needs: [Int]
  /// Repeated steps whose copies must all have ended before, by their place in `Plan.repeated`.
  public var needsCopies: [Int]?
  /// For a copy: its step's place in `Plan.repeated`, and its item.
  public var copyOf: Int?
  public var each: EachItem?
  /// What it makes writable, for the cool-down; unknown where only the run knows. Nil where it promotes nothing.
  public var promotes: Value?
  public var timeout: Duration
  public var settle: Duration
  public var retry: RetryPolicy
  public var verify: [CheckCall]
  public var approval: ApprovalPolicy?
  public var onFailure: FailurePolicy
  public var undo: UndoChoice
  public var pointOfNoReturn: Bool
  /// Its change is undone by itself unless it is confirmed in this time.
  public var commitWithin: Duration?
  public var isRepeatable: Bool
  /// The action can look whether its change is in place; a command without a check cannot.
  public var isVerifiable: Bool
  /// It tells people something and changes no target; nil in plans of before there were such steps.
  public var onlyTells: Bool?
  /// Guards of its action that a person may override; nil where there are none.
  public var gates: [String]?
  public var isCritical: Bool
  public var expected: Duration
  /// `expected` is the author's word; nil: the action's own figure, and in plans of before this was kept.
  public var isExpectedByAuthor: Bool?
  public var byHand: String?
  /// The variant leaves this step out; it is kept so that the report can say so.
  public var isExcluded: Bool
  public var forecast: StepForecast

  public init(
    id: StepID, stage: Int, uses: String, kind: ActionKind, with: Template, timeout: Duration,
    settle: Duration, expected: Duration, forecast: StepForecast
  ) {
    self.id = id
    self.stage = stage
    self.uses = uses
    self.kind = kind
    self.with = with
    self.timeout = timeout
    self.settle = settle
    self.expected = expected
    self.forecast = forecast
    needs = []
    retry = .once
    verify = []
    onFailure = .hold
    undo = .auto
    pointOfNoReturn = false
    isRepeatable = true
    isVerifiable = true
    isCritical = true
    isExcluded = false
  }
}

/// What planning found out about one step. Nothing in it is ever called succeeded.
public struct StepForecast: Sendable, Codable, Equatable {
  public enum Status: String, Sendable, Codable, CaseIterable {
    /// It would make the change shown.
    case wouldChange = "would_change"
    /// The world is already so.
    case alreadyInPlace = "already_in_place"
    /// The check holds now.
    case holdsNow = "holds_now"
    /// The check does not hold now; it may by the time that it runs.
    case doesNotHoldNow = "does_not_hold_now"
    /// The state could not be read.
    case cannotTell = "cannot_tell"
    /// Its `when` is false, or the variant leaves it out.
    case wouldSkip = "would_skip"
    /// Depends on what earlier steps will find.
    case decidedDuringRun = "decided_during_run"
    /// Cannot be done as the world is.
    case impossible
    case asksPerson = "asks_person"
  }

  public var status: Status
  /// Why, in one sentence.
  public var summary: String
  public var preview: Preview?
  public var change: Value?

  public init(
    _ status: Status, _ summary: String, preview: Preview? = nil, change: Value? = nil
  ) {
    self.status = status
    self.summary = summary
    self.preview = preview
    self.change = change
  }
}
