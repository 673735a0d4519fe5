package import RunbookEngine
package import RunbookModel

/// What one earlier run says of the times of its steps: all that a forecast reads of it.
package struct RunTimes: Sendable, Equatable, Codable {
  package var run: RunID
  package var service: String
  package var runbook: String
  package var environment: String
  package var steps: [StepTimes]

  package init(
    run: RunID, service: String, runbook: String, environment: String, steps: [StepTimes]
  ) {
    self.run = run
    self.service = service
    self.runbook = runbook
    self.environment = environment
    self.steps = steps
  }
}

/// How one step went in one run.
package struct StepTimes: Sendable, Equatable, Codable {
  /// What became of it: only a like ending says how long the next one takes.
  package enum Ending: String, Sendable, Codable, CaseIterable {
    /// A change was made.
    case changed
    case alreadyInPlace = "already_in_place"
    case checked
    case answered
    /// Its `when` was false.
    case skipped
    /// It did not come to a good end of its own: it failed, was left out, or called done by a person.
    case none
  }

  package var step: StepID
  /// The repeated step of which it is a copy.
  package var copyOf: StepID?
  /// `StepDefinition.text` of the step as it was then.
  package var definition: String
  package var ending: Ending
  /// Its own work from the beginning of the attempt that came to a good end, with the delays between attempts, without
  /// the time that people took. Nil where it was not measured in one piece.
  package var worked: Duration?
  /// From the question to the answer that counted.
  package var answered: Duration?
  /// It failed for good at least once, whatever was decided then.
  package var hasFailed: Bool

  package init(
    step: StepID, copyOf: StepID?, definition: String, ending: Ending, worked: Duration?,
    answered: Duration?, hasFailed: Bool
  ) {
    self.step = step
    self.copyOf = copyOf
    self.definition = definition
    self.ending = ending
    self.worked = worked
    self.answered = answered
    self.hasFailed = hasFailed
  }
}

/// What makes a step the same step in another run: its action, its input as written, and the checks after it.
package enum StepDefinition {
  /// A short text that is equal for equal definitions. It tells changes apart; it proves nothing.
  package static func text(of step: PlannedStep) -> String {
    var hash = FNV1a()
    hash.add(Array(step.uses.utf8))
    hash.add((try? JSONText.encode(step.with)) ?? [])
    for check in step.verify {
      hash.add(Array(check.uses.utf8))
      hash.add((try? JSONText.encode(check.with)) ?? [])
    }
    return String(hash.value, radix: 36)
  }

  private struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: [UInt8]) {
      for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
      // An end that no text holds, so that two parts are not one.
      value = (value ^ 0xFF) &* 0x100_0000_01b3
    }
  }
}
