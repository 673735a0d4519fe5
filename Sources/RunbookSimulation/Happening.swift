package import RunbookEngine
package import RunbookModel

/// What is told of a simulated run beside its records.
package enum Happening: Sendable {
  case recorded(SimulatedRecord)
  case wentWrong(at: Int64, StepID, Verb, Behaviour)
  case died(at: Int64, Fault.Death)
  case orderRefused(at: Int64, SteeringOrder, SteeringRefusal)
  case signalled(at: Int64)
  case cameBack(at: Int64)
}
