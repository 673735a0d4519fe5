import RunbookAction
import RunbookModel

/// What the processes show, held against a change.
struct ShiftReport {
  let change: ShiftChange
  let states: [BackendState]

  /// Every process has the last weights, and its target is healthy and gets everything.
  var isInPlace: Bool { differences.isEmpty }

  /// Nothing of the change is to be seen anywhere.
  var isBefore: Bool { zip(change.processes, states).allSatisfy { $0.isBefore($1) } }

  /// What is not as it should be in the end, a phrase for each process.
  var differences: [String] {
    zip(change.processes, states).compactMap { process, state in
      let last = process.steps.last?.weights ?? []
      let wrong = last.compactMap { weight -> String? in
        guard let server = state[weight.server] else { return "\(weight.server) is gone" }
        guard server.weight != weight.weight else { return nil }
        return "\(server.name) has weight \(server.weight) and should have \(weight.weight)"
      }
      if !wrong.isEmpty { return "at \(state.process), \(wrong.joined(separator: ", "))" }
      if let ill = illness(in: state) { return ill }
      guard state.share(of: change.target) != 100 else { return nil }
      return "at \(state.process), others get a part of the traffic"
    }
  }

  /// Too few servers of the target are usable, or those named here have not passed a check; nil
  /// when enough are well.
  func illness(in state: BackendState, afterCheck checked: [String] = []) -> String? {
    func isWell(_ server: ServerState) -> Bool {
      guard server.isUsable else { return false }
      return !checked.contains(server.name) || !server.hasCheck || server.hasPassedCheck
    }
    let servers = change.target.compactMap { state[$0] }
    let usable = servers.filter(isWell)
    guard usable.count < change.minHealthy else { return nil }
    let ill = servers.filter { !isWell($0) }.map(\.text).joined(separator: "; ")
    return "\(usable.count) of \(change.target.count) servers are healthy at \(state.process), "
      + "\(change.minHealthy) are needed: \(ill)"
  }

  /// The weights as they are, for a sentence.
  var weights: String {
    states.map { state in
      let touched = Set(change.processes.flatMap(\.before).map(\.server))
      let servers = state.servers.filter { touched.contains($0.name) }
      let list = servers.map { server in
        "\(server.name) \(server.weight)\(server.isUsable ? "" : " (\(server.status))")"
      }
      return "\(state.process): \(list.joined(separator: ", "))"
    }.joined(separator: "; ")
  }

  func evidence(how: String) -> Evidence {
    let share = states.map { $0.share(of: change.target) ?? 0 }.min() ?? 0
    let open = leaving
    let rest = open == 0 ? "" : "; \(open) sessions are still open at the others"
    return Evidence(
      "\(change.target.joined(separator: ", ")) \(change.target.count == 1 ? "gets" : "get") "
        + "\(percent(share)) of the new traffic of \(change.backend), \(how) "
        + "(weights at \(weights))\(rest)",
      facts: facts(share))
  }

  private func facts(_ share: Double) -> ValueMap {
    [
      "share": .double(share),
      "open_sessions_elsewhere": .int(Int64(leaving)),
      "servers": .list(
        states.flatMap { state in
          state.servers.map { server in
            [
              "process": .string(state.process.description), "server": .string(server.name),
              "status": .string(server.status), "weight": .int(Int64(server.weight)),
              "sessions": .int(Int64(server.sessions)),
            ]
          }
        }),
    ]
  }

  private var leaving: Int {
    states.flatMap(\.servers).filter { !change.target.contains($0.name) }
      .reduce(0) { $0 + $1.sessions }
  }
}
