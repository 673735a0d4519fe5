package import RunbookEngine

/// One record of a simulated run.
package struct SimulatedRecord: Sendable, Equatable {
  /// Nanoseconds since the run began.
  package var at: Int64
  package var event: Event
  package var commands: [Command]
}

/// A journal as a disk keeps it: what is written may be lost, what is shown outlives the process, what is synced
/// outlives the machine.
struct SimulatedJournal: Sendable {
  private(set) var records: [SimulatedRecord] = []
  private(set) var shown = 0
  private(set) var durable = 0

  mutating func write(_ record: SimulatedRecord) { records.append(record) }
  mutating func show() { shown = records.count }
  mutating func sync() {
    shown = records.count
    durable = records.count
  }

  mutating func lose(_ death: Fault.Death) {
    records.removeLast(records.count - (death.takesMachine ? durable : shown))
    sync()
  }
}
