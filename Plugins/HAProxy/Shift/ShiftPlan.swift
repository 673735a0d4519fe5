import RunbookAction
import RunbookModel

/// Reads every process and works out the weights.
struct ShiftPlanner {
  let order: HAProxyShift.Order
  let deadline: Deadline

  func plan() async throws(ActionFailure) -> Planned<ShiftChange> {
    let states = try await readStates(order.processes, order.backend, by: deadline)
    try await refuseWithoutPermission()
    try refuseDifferentProcesses(states)
    for state in states { try refuseTheImpossible(state) }
    let change = ShiftChange(
      backend: order.backend, target: order.target, minHealthy: order.minHealthy,
      holdEach: order.holdEach, waitHealthy: order.waitHealthy, check: order.check,
      processes: states.map(process))
    let report = ShiftReport(change: change, states: states)
    if report.isInPlace { return .alreadyInPlace(report.evidence(how: "already")) }
    return .change(change, preview(change, states))
  }

  private func refuseWithoutPermission() async throws(ActionFailure) {
    for process in order.processes {
      let level: String
      do throws(RuntimeTrouble) {
        level = try await RuntimeClient(address: process).level(by: deadline)
      } catch {
        throw .passing(error.kind, error.text)
      }
      guard level == "admin" else {
        throw .refused(
          .authentication, "\(process) lets us look but not change anything (level '\(level)')",
          advice: "use a socket that is configured with 'level admin'")
      }
    }
  }

  private func refuseDifferentProcesses(_ states: [BackendState]) throws(ActionFailure) {
    let first = Set(states[0].servers.map(\.name))
    for state in states.dropFirst() {
      let names = Set(state.servers.map(\.name))
      guard names == first else {
        let odd = names.symmetricDifference(first).sorted().joined(separator: ", ")
        throw .refused(
          .precondition,
          "\(states[0].process) and \(state.process) do not have the same servers in "
            + "the backend '\(order.backend)': \(odd)",
          advice: "bring both to the same configuration first")
      }
    }
  }

  private func refuseTheImpossible(_ state: BackendState) throws(ActionFailure) {
    for name in order.target {
      guard let server = state[name] else {
        let names = state.servers.map(\.name).joined(separator: ", ")
        throw .refused(
          .precondition,
          "the backend '\(order.backend)' at \(state.process) has no server '\(name)'; "
            + "it has \(names)")
      }
      guard !server.isHeldBack else {
        throw .refused(
          .precondition,
          "\(server.text) is held back by HAProxy itself at \(state.process): a server "
            + "it follows, or a name that does not resolve")
      }
      if server.isBackup, order.ramp != [100] {
        throw .refused(
          .input, "'\(name)' is a backup server: it gets nothing before the others have nothing",
          advice: "write ramp: [100]")
      }
    }
    if state.algorithm == "static-rr", order.ramp != [100] {
      throw .refused(
        .input,
        "the backend '\(order.backend)' shares out by 'static-rr', which cannot be moved in parts",
        advice: "write ramp: [100], or configure 'balance roundrobin'")
    }
  }

  /// Who gains, who loses, in steps: from weights alone, so that it stays the same while health
  /// changes. Servers that an administrator took out are left as they are, and so are backups,
  /// unless the traffic is to go to one of these.
  private func process(_ state: BackendState) -> ShiftChange.Process {
    let target = order.target.compactMap { state[$0] }
    let toBackup = target.contains(where: \.isBackup)
    let losing = state.servers.filter {
      !order.target.contains($0.name) && !$0.isOff && (toBackup || !$0.isBackup)
    }
    let sharing = Sharing(
      target: target.map { ($0.name, Self.weight(of: $0)) },
      others: losing.map { ($0.name, $0.weight) })
    let ramp = losing.isEmpty ? [100] : order.ramp
    return ShiftChange.Process(
      address: state.process.description,
      before: (target + losing).map {
        ShiftChange.Setting(server: $0.name, weight: $0.weight, mode: $0.mode)
      },
      makesReady: target.filter { $0.mode != .ready }.map(\.name),
      steps: ramp.map { ShiftChange.Step(percent: $0, weights: sharing.weights(for: $0)) })
  }

  /// The configured weight; where that is zero, the present one, and where that is zero too, 100.
  private static func weight(of server: ServerState) -> Int {
    if server.initialWeight > 0 { return server.initialWeight }
    return server.weight > 0 ? server.weight : 100
  }
}

extension ShiftPlanner {
  private func preview(_ change: ShiftChange, _ states: [BackendState]) -> Preview {
    var saw: [String] = []
    for state in states {
      let share = state.share(of: change.target).map { "\(percent($0)) of new traffic" }
      saw.append(
        "\(state.process), backend \(change.backend) \(state.status): "
          + "\(change.target.joined(separator: ", ")) gets \(share ?? "nothing: none is usable")"
      )
      saw += state.servers.map { "  \($0.text)\($0.isBackup ? ", backup" : "")" }
    }
    return Preview(
      saw: saw, does: does(change, states), fidelity: .observed, warnings: warnings(change, states))
  }

  private func does(_ change: ShiftChange, _ states: [BackendState]) -> [String] {
    let parts = order.ramp.map { "\($0) %" }.joined(separator: ", ")
    var does = [
      "new traffic of \(change.backend) goes to \(change.target.joined(separator: ", ")): \(parts)"
    ]
    for (process, state) in zip(change.processes, states) {
      does.append("at \(process.address):")
      for name in process.makesReady {
        does.append("  set server \(change.backend)/\(name) weight 0")
        does.append("  set server \(change.backend)/\(name) state ready")
        if state[name]?.hasCheck == true { does.append("  then waits until its check has passed") }
      }
      for step in process.steps {
        does.append("  \(step.percent) %:")
        does += process.commands(for: step, in: change.backend).map { "    \($0)" }
      }
    }
    guard change.length > 1 else { return does }
    let check = change.check.map { ", and '\($0.uses)' must hold before the next" } ?? ""
    does.append(
      "each part is held \(change.holdEach.spoken)\(check); \(change.holds.spoken) or more in all"
    )
    return does
  }

  private func warnings(_ change: ShiftChange, _ states: [BackendState]) -> [String] {
    var warnings = [
      "weights set at run time are lost when HAProxy is reloaded or restarted: change its "
        + "configuration too"
    ]
    let first = change.processes[0]
    for process in change.processes.dropFirst() where process.before != first.before {
      warnings.append("\(process.address) has other weights than \(first.address)")
    }
    for (process, state) in zip(change.processes, states) {
      let names = process.before.map(\.server)
      for server in state.servers where names.contains(server.name) {
        if change.target.contains(server.name), !server.hasCheck {
          warnings.append(
            "\(server.name) has no health check at \(state.process): nothing tells whether it works"
          )
        }
        if change.target.contains(server.name), !server.isUsable, server.mode == .ready {
          warnings.append(
            "not healthy now at \(state.process): \(server.text); nothing moves before it is, and "
              + "after \(change.waitHealthy.spoken) the step gives up")
        }
        if server.hasAgent {
          warnings.append(
            "\(server.name) has an agent at \(state.process), which may set its weight too")
        }
      }
    }
    if order.ramp.count > 1, !change.isShared(by: states) {
      warnings.append("no other server carries traffic now: where that stays so, all goes at once")
    }
    if change.holds >= haproxyShiftPage.timeout {
      let text = (change.holds + .seconds(60)).text
      warnings.append("the ramp takes \(change.holds.spoken): give the step timeout: \(text)")
    }
    return warnings
  }
}

/// Reads all processes at once; the first that cannot be read is a failure that changed nothing.
func readStates(
  _ processes: [RuntimeAddress], _ backend: String, by deadline: Deadline
) async throws(ActionFailure) -> [BackendState] {
  let results = await inParallel(processes) { process -> Result<BackendState, RuntimeTrouble> in
    do throws(RuntimeTrouble) {
      return .success(try await RuntimeClient(address: process).state(of: backend, by: deadline))
    } catch {
      return .failure(error)
    }
  }
  var states: [BackendState] = []
  for result in results {
    switch result {
    case .success(let state): states.append(state)
    case .failure(.refused(let text)): throw .refused(.precondition, text)
    case .failure(let trouble): throw .passing(trouble.kind, trouble.text)
    }
  }
  return states
}

/// `12.5 %`, `100 %`.
func percent(_ share: Double) -> String {
  let tenths = Int((share * 10).rounded())
  return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}
