import RunbookAction
import RunbookModel

/// Puts back the weights and states that were there before, at once and in every process.
struct ShiftUndoer {
  let change: ShiftChange
  let context: WriteContext

  func run() async throws(ActionFailure) -> Evidence {
    let addresses = try readAddresses(change)
    let states = try await readStates(addresses, change.backend, by: context.deadline)
    for (process, state) in zip(change.processes, states) {
      let strangers = process.strangers(in: state)
      guard strangers.isEmpty else {
        throw .refused(
          .precondition,
          "somebody changed the backend '\(change.backend)' at \(process.address) since: "
            + "\(strangers.joined(separator: ", ")); nothing was put back",
          advice: "find out who changed it and why; then set the weights by hand")
      }
      try refuseToEmpty(process, state)
    }
    for (process, state) in zip(change.processes, states) where !process.isBefore(state) {
      do throws(RuntimeTrouble) {
        try await process.give(
          process.commandsBack(in: change.backend, from: state), by: context.deadline)
      } catch {
        throw .unknown(
          error.kind, "putting the weights back at \(process.address) went wrong: \(error.text)",
          advice: "undo again: it can be repeated")
      }
    }
    return try await confirm(addresses)
  }

  /// The old weights may rest on servers that are gone; then the traffic stays where it is.
  private func refuseToEmpty(
    _ process: ShiftChange.Process, _ state: BackendState
  ) throws(ActionFailure) {
    let carriers = process.before.filter { setting in
      guard let server = state[setting.server] else { return false }
      return setting.weight > 0 && setting.mode == .ready && !server.isHeldBack
        && (server.operation == 1 || server.operation == 2)
    }
    let untouched = state.servers.contains { server in
      server.isUsable && server.weight > 0 && !process.before.contains { $0.server == server.name }
    }
    guard carriers.isEmpty, !untouched, !process.isBefore(state) else { return }
    let servers = process.before.filter { $0.weight > 0 }.compactMap { state[$0.server]?.text }
    throw .passing(
      .precondition,
      "with the old weights no server of '\(change.backend)' at \(process.address) would be "
        + "left: \(servers.joined(separator: "; ")); nothing was put back",
      advice: "bring such a server back first")
  }

  private func confirm(_ addresses: [RuntimeAddress]) async throws(ActionFailure) -> Evidence {
    let states: [BackendState]
    do throws(ActionFailure) {
      states = try await readStates(addresses, change.backend, by: context.deadline)
    } catch {
      throw .unknown(
        error.kind, "the old weights were sent, but could not be read afterwards: \(error.message)",
        advice: "undo again: it can be repeated")
    }
    let report = ShiftReport(change: change, states: states)
    for (process, state) in zip(change.processes, states) where !process.isBefore(state) {
      throw .unknown(
        .failed,
        "\(process.address) did not keep the old weights; they are now, at \(report.weights)",
        advice: "undo again: it can be repeated")
    }
    return Evidence("the old weights are back, at \(report.weights)")
  }
}
