package import RunbookEngine
package import RunbookModel

/// Where the driver writes what has happened, before it acts.
package protocol RecordLog: Sendable {
  /// Adds one record. It may stay in memory until the next `sync`.
  func write(_ record: RunRecord) throws
  /// Shows the records to whoever reads along, and keeps them if only this process dies.
  func show() throws
  /// Returns when every record is durable. After an error nothing more may be promised to anybody.
  func commit() throws
}

extension JournalFile: RecordLog {
  package func write(_ record: RunRecord) throws {
    try append(
      at: record.at, event: try JSONText.encode(record.event),
      commands: try JSONText.encode(record.commands))
  }
  package func show() throws { try flush() }
  package func commit() throws { try sync() }
}

/// One record as the driver and everybody who reads a journal sees it.
package struct RunRecord: Sendable, Equatable {
  package var at: Moment
  package var event: Event
  package var commands: [Command]

  package init(at: Moment, event: Event, commands: [Command]) {
    self.at = at
    self.event = event
    self.commands = commands
  }
}

/// Hears of every record as soon as it is written; shows it to people. Called from the driver's loop: must be quick.
package protocol RunListener: Sendable {
  func wrote(_ record: RunRecord, _ machine: RunMachine)
}

/// Whoever answers questions and decides about a run that holds.
package protocol PeopleDesk: Sendable {
  /// nil when nobody is there: the question stays open, and there is no default answer. Cancelled when somebody else
  /// has answered.
  func answer(_ step: PlannedStep, attempt: Int, _ request: PersonRequest) async -> PersonAnswer?
  /// An order that was given beforehand and has not been used yet; asked when the run stands still at a question that
  /// nobody here answers.
  func takeOrderGiven() -> SteeringOrder?
  /// Asked once the run holds, or a person has paused it, and nothing is under way; nil when nobody is there. Cancelled
  /// when somebody else has decided.
  func decide(_ machine: RunMachine) async -> SteeringOrder?
  /// Nobody here has a say. Returns when nobody elsewhere is expected either: the process then lets go of the run.
  /// Cancelled when the run has moved.
  func linger(_ machine: RunMachine) async
  /// The order could not be carried out; says why.
  func refused(_ order: SteeringOrder, because refusal: SteeringRefusal) async
}
