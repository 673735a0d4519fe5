import RunbookAction
import RunbookModel

extension Fence {
  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<Change> {
    let target = try input.node.target(in: context)
    let level = input.level ?? (input.node.stop == nil ? .soft : .stopped)
    if level == .stopped, input.node.stop == nil {
      return .impossible(
        .refused(
          .input, "level is stopped, but the node has no stop command",
          advice: "give the node's stop, or write level: soft"))
    }
    let successorTarget: Target? =
      if let node = input.successor { try node.target(in: context) } else { nil }
    async let successorLook = Self.look(at: successorTarget, in: context)
    let state: FencePrimary
    do throws(ConnectTrouble) {
      state = try await FencePrimary.read(target, in: context).get()
    } catch {
      return try planUnreachable(input, error, await successorLook)
    }
    switch state {
    case .failed(let trouble): throw trouble.failure
    case .seen(let primary):
      return try planReachable(input, level, primary, target, await successorLook, context)
    }
  }

  private static func look(at target: Target?, in context: ReadContext) async -> Look? {
    guard let target else { return nil }
    return await Look.at(target, in: context)
  }

  private func planReachable(
    _ input: Input, _ level: Level, _ primary: FencePrimary.Seen, _ target: Target,
    _ successor: Look?, _ context: ReadContext
  ) throws(ActionFailure) -> Planned<Change> {
    let state = primary.state
    try state.requireIdentity(target.systemIdentifier)
    if state.isInRecovery {
      return .impossible(
        .refused(
          .precondition, "\(state.sentence): only a primary can be fenced",
          advice: "check the node: this may be the server that is to be promoted"))
    }
    var warnings: [String] = []
    if case .seen(let other, _)? = successor {
      try other.requireIdentity(input.successor?.systemIdentifier)
    }
    if let refusal = judge(successor, of: state, &warnings) { return .impossible(refusal) }
    if let missing = primary.missingPermission {
      return .impossible(
        .refused(
          .authentication, "\(target.user) at \(state.address) \(missing)",
          advice: "use a superuser, or grant what is missing"))
    }
    if level == .soft, !primary.overrides.isEmpty {
      return .impossible(
        .refused(
          .precondition,
          "read-only by default would not bind everybody: \(primary.overrides) has a setting of its "
            + "own for default_transaction_read_only",
          advice: "give the node's stop command, or reset that setting"))
    }
    if level == .soft, state.isReadOnly, primary.clients == 0 {
      return .alreadyInPlace(alreadySoft(primary, context))
    }
    let change = Change(
      way: level == .soft ? .readOnly : .stop, node: input.node, successor: input.successor,
      systemIdentifier: state.systemIdentifier, timeline: state.timeline,
      readOnlyBefore: primary.readOnlySetting)
    if primary.readOnlySetting == "on" {
      warnings.append(
        "it is already read-only by ALTER SYSTEM; an undo leaves it as it was: read-only")
    }
    if input.node.stop != nil, level == .stopped, input.node.start == nil {
      warnings.append("the node has no start command, so an undo could not start it again")
    }
    if level == .soft {
      warnings.append(
        "postgres.promote takes a soft fence only where its accept_strength names it")
    }
    warnings.append("the receipt will not prove " + change.way.strength.doesNotProve)
    return .change(
      change,
      Preview(
        saw: [state.sentence, "\(primary.clients) other client sessions, which will be ended"],
        does: steps(of: change), fidelity: .serverChecked, warnings: warnings))
  }

  private func judge(
    _ successor: Look?, of state: NodeState, _ warnings: inout [String]
  ) -> ActionFailure? {
    switch successor {
    case nil: return nil
    case .seen(let other, _):
      if other.systemIdentifier != state.systemIdentifier {
        return .refused(
          .precondition,
          "the successor \(other.address) belongs to cluster \(other.systemIdentifier), the primary "
            + "\(state.address) to \(state.systemIdentifier)",
          advice: "check the addresses: these two are not copies of each other")
      }
      if !other.isInRecovery {
        warnings.append("the successor \(other.address) is a primary already: two may be writing")
      }
      return nil
    case .unreachable(let trouble):
      warnings.append("the successor could not be looked at: \(trouble.message)")
      return nil
    case .failed(let trouble):
      warnings.append("the successor could not be looked at: \(trouble.message)")
      return nil
    }
  }

  private func planUnreachable(
    _ input: Input, _ trouble: ConnectTrouble, _ successor: Look?
  ) throws(ActionFailure) -> Planned<Change> {
    guard input.unreachableIs == .fencedByWitness else {
      var failure = trouble.failure
      if trouble.isDownFromHere || trouble.kind == .silentServer {
        failure.message += ", so it is not known whether it still takes writes"
        failure.advice =
          "if other vantage points agree that it is dead, write unreachable_is: fenced_by_witness"
      }
      throw failure
    }
    var change = Change(
      way: .takeWitnessesWord, node: input.node, successor: input.successor,
      systemIdentifier: input.node.systemIdentifier)
    if trouble.kind == .silentServer, input.node.stop != nil {
      change.way = .stopUnseen
    } else if !trouble.isDownFromHere {
      guard trouble.isSignOfLife else { throw trouble.failure }
      return .impossible(
        .refused(
          .precondition, trouble.message + ", so something is alive there and may still be writing",
          advice: "stop it or cut it off from its network, then try again"))
    }
    var saw = [trouble.message]
    var warnings = ["the receipt will not prove " + change.way.strength.doesNotProve]
    if case .seen(let standby, _)? = successor {
      try standby.requireIdentity(input.successor?.systemIdentifier)
      saw.append(standby.sentence)
      if let declared = change.systemIdentifier, declared != standby.systemIdentifier {
        return .impossible(
          .refused(
            .precondition,
            "the successor \(standby.address) belongs to cluster \(standby.systemIdentifier), but the "
              + "primary is declared for \(declared)", advice: "check the addresses"))
      }
      change.systemIdentifier = standby.systemIdentifier
      if standby.isInRecovery { change.timeline = standby.timeline }
    }
    if change.systemIdentifier == nil {
      warnings.append(
        "the receipt will name no cluster, because nobody could be asked; give the node's "
          + "system_identifier or the successor")
    }
    if trouble.kind == .refused {
      warnings.append(
        "the host answers and only the server is gone: whatever restarts it would bring back a "
          + "second primary")
    }
    return .change(
      change,
      Preview(
        saw: saw, does: steps(of: change), fidelity: .observed, warnings: warnings))
  }

  private func alreadySoft(_ primary: FencePrimary.Seen, _ context: ReadContext) -> Evidence {
    let receipt = Receipt(
      run: context.facts.run, address: primary.state.address, strength: .soft,
      systemIdentifier: primary.state.systemIdentifier, timeline: primary.state.timeline,
      lastPosition: primary.state.position, fencedAt: wallClock())
    return receipt.evidence("\(primary.state.sentence), and has no client sessions")
  }

  private func steps(of change: Change) -> [String] {
    let readOnly = [
      "checkpoint, so that the rest is quick",
      "alter system set default_transaction_read_only = on; select pg_reload_conf()",
      "select pg_terminate_backend(pid) for every client session older than that",
      "read the end of its log",
    ]
    let stop = [
      "run: \((change.node.stop ?? []).joined(separator: " "))",
      "look twice that \(change.node.address) refuses connections",
    ]
    switch change.way {
    case .stop: return readOnly + stop
    case .readOnly: return readOnly
    case .stopUnseen: return stop
    case .takeWitnessesWord:
      return [
        "look twice more that nothing answers at \(change.node.address); nothing is changed there",
        "take the witnesses' word that it is dead or cut off, and write the receipt",
      ]
    }
  }
}

extension Receipt {
  /// The evidence of a fence: its sentence, and the receipt among its outputs.
  func evidence(_ sentence: String, output: String? = nil, droppedBytes: Int = 0) -> Evidence {
    func known(_ value: Value?, _ reason: String) -> Value { value ?? .unknown(reason) }
    return Evidence(
      "\(sentence). Not proven: \(doesNotProve)",
      facts: [
        "receipt": value, "strength": .string(strength.rawValue),
        "fenced_at": .timestamp(fencedAt),
        "system_identifier": known(
          systemIdentifier.map { .string($0.text) }, "nobody could be asked"),
        "timeline": known(timeline.map { .int($0) }, "nobody could be asked"),
        "last_lsn": known(
          lastLSN.map { .string($0) }, "the end of the old primary's log was not seen"),
      ], output: output, droppedBytes: droppedBytes)
  }
}
