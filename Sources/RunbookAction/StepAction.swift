public import RunbookModel

/// The input of an action: its declared fields, and the type that their values arrive in.
///
/// The values are checked against `fields` before they are decoded, defaults are filled in, and property names equal
/// field names, so a plain `Decodable` struct is enough.
public protocol ActionInput: Decodable, Sendable {
  static var fields: [Field] { get }
}

/// A change that lifeboat can plan, make and verify.
///
/// `apply` takes the Change, not the Input: what was shown and approved is what is done. The conformance suite in
/// `Tests` holds every action to this contract: plan twice is equal and changes nothing; verify does not hold before
/// apply and holds after it; applying twice has one effect where the page says so; the deadline is honoured.
public protocol StepAction: Sendable {
  associatedtype Input: ActionInput
  associatedtype Change: Codable & Equatable & Sendable

  var page: ActionPage { get }
  /// Reads the live state and says what `apply` would do. A thrown failure means that the state could not be read.
  func plan(_ input: Input, in context: ReadContext) async throws(ActionFailure) -> Planned<Change>
  /// Does exactly the change. Looks once more that the world is as planned where a wrong target would be a disaster.
  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence
  /// Looks whether the change is in place. Called once; the driver asks again until the step's `settle` has passed.
  func verify(_ change: Change, in context: ReadContext) async -> Verdict
}

/// A change that can be taken back from what the Change itself remembers of the state before.
public protocol UndoableAction: StepAction {
  /// Must be repeatable: after a crash it is simply called again. Refuses when somebody else has changed the state since.
  func undo(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence
  /// What `undo` would do, and how a person does it: for when this program cannot. Looks at nothing.
  func wayBack(_ change: Change) -> WayBack
}

/// Looks at something and says whether it is as expected; changes nothing.
public protocol CheckAction: Sendable {
  associatedtype Input: ActionInput
  var page: ActionPage { get }
  nonisolated(nonsending) func check(_ input: Input, in context: ReadContext) async -> Verdict
}

/// Asks a person. The engine does the asking and the waiting; the action says what.
public protocol PersonAction: Sendable {
  associatedtype Input: ActionInput
  var page: ActionPage { get }
  func request(_ input: Input) throws(ActionFailure) -> PersonRequest
}

/// What an action would do, found by looking and changing nothing.
public enum Planned<Change: Sendable>: Sendable {
  /// This is exactly what `apply` will do.
  case change(Change, Preview)
  /// The world is already so; nothing would be done. The evidence carries the same outputs as a change made now.
  case alreadyInPlace(Evidence)
  /// It must not or cannot be done; the failure says why.
  case impossible(ActionFailure)
  /// It cannot be known before something else has happened.
  case unknown(until: String)
}
