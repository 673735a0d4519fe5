import RunbookAction
import RunbookModel

/// `haproxy.shift`: moves a backend's new traffic to some of its servers, by weights at run time.
struct HAProxyShift: UndoableAction {
  var page: ActionPage { haproxyShiftPage }

  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<ShiftChange> {
    do throws(ActionFailure) {
      return try await ShiftPlanner(order: Order(input), deadline: context.deadline).plan()
    } catch {
      guard error.effect == .unchanged(retryable: false) else { throw error }
      return .impossible(error)
    }
  }

  func apply(
    _ change: ShiftChange, in context: WriteContext
  ) async throws(ActionFailure) -> Evidence {
    try await ShiftApplier(change: change, context: context).run()
  }

  func verify(_ change: ShiftChange, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let states = try await readStates(
        readAddresses(change), change.backend, by: context.deadline)
      let report = ShiftReport(change: change, states: states)
      var evidence = report.evidence(how: "")
      if report.isInPlace {
        evidence.summary = "HAProxy shows these weights, at \(report.weights)"
        return .holds(evidence)
      }
      evidence.summary = report.differences.joined(separator: "; ")
      if !report.isBefore { evidence.summary = "partly in place: \(evidence.summary)" }
      return .doesNotHold(evidence)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  func undo(
    _ change: ShiftChange, in context: WriteContext
  ) async throws(ActionFailure) -> Evidence {
    try await ShiftUndoer(change: change, context: context).run()
  }

  func wayBack(_ change: ShiftChange) -> WayBack {
    WayBack(
      goesBackTo: change.processes.map { process in
        let before = process.before.map { "\($0.server) \($0.weight) (\($0.mode.rawValue))" }
        return "the weights of '\(change.backend)' at \(process.address) back to: "
          + before.joined(separator: ", ")
      },
      lookFirst: [
        "a server that had weight before must be healthy: else nobody would be left to answer"
      ],
      commands: change.processes.flatMap { process in
        process.commandsBack(in: change.backend).map {
          "echo \($0.shellQuoted) | socat stdio \(process.socatAddress)"
        }
      })
  }
}
