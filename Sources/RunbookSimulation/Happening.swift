package import RunbookModel

/// What is told of a simulated run beside its records.
package enum Happening: Sendable {
  case recorded(SimulatedRecord)
  case wentWrong(at: Int64, StepID, Verb, Behaviour.Ending)
  case died(at: Int64, Fault.Death)
  case signalled(at: Int64)
  case cameBack(at: Int64)
}
