import RunbookAction
import RunbookModel

/// Looks at one server: its role, identity, lag, and how much a failover to it would lose now.
struct PostgresCheck: CheckAction {
  struct Input: ActionInput {
    var node: PostgresNode
    var expect: Expectation?
    var heartbeat: Heartbeat?

    static let fields: [Field] = [
      Field("node", .object(PostgresNode.fields), "the server to look at", need: .required),
      Field(
        "expect", .object(Expectation.fields),
        "what must be so; without it the check holds when the server could be looked at"),
      Heartbeat.field,
    ]
  }

  let page = checkPage

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    let target: Target
    do throws(ActionFailure) {
      target = try input.node.target(in: context)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
    let expect = input.expect ?? Expectation()
    switch await Look.at(target, heartbeat: input.heartbeat, in: context) {
    case .unreachable(let trouble): return unreachable(trouble, expect)
    case .failed(let trouble): return .cannotTell(Evidence(trouble.message))
    case .seen(let state, let heartbeat):
      do throws(ActionFailure) {
        try state.requireIdentity(target.systemIdentifier)
      } catch {
        return .doesNotHold(Evidence(error.message))
      }
      return judge(state, heartbeat, expect, outageAt: context.facts.outageAt)
    }
  }

  private func judge(
    _ state: NodeState, _ heartbeat: Known<Timestamp>?, _ expect: Expectation,
    outageAt: Timestamp?
  ) -> Verdict {
    let lag = Lag(state, heartbeat: heartbeat.map { age(of: $0, at: state.clock) })
    let point = RecoveryPoint.unfenced(
      state, lag: lag, heartbeat: heartbeat, outageAt: outageAt)
    let findings = expect.findings(state, lag)
    var evidence = Evidence(state.sentence, facts: facts(state, lag, point))
    if !state.isInRecovery {
    } else if let figure = lag.bytes.figure {
      evidence.summary +=
        ", \(ByteCount.spoken(figure)) and \(lag.time.spoken) behind its primary's last word"
    } else {
      evidence.summary += ", lag unknown: \(lag.bytes.reason ?? "")"
    }
    if !findings.misses.isEmpty {
      evidence.summary += "; expected otherwise: " + findings.misses.joined(separator: "; ")
      return .doesNotHold(evidence)
    }
    if !findings.unknowns.isEmpty {
      evidence.summary += "; cannot tell: " + findings.unknowns.joined(separator: "; ")
      return .cannotTell(evidence)
    }
    return .holds(evidence)
  }

  private func age(of beat: Known<Timestamp>, at clock: Timestamp?) -> Known<Duration> {
    switch (beat, clock) {
    case (.known(let time), let clock?): .known(max(clock - time, .zero))
    case (.known, nil): .unknown("the server did not tell its time")
    case (.unknown(let reason), _): .unknown(reason)
    }
  }

  private func facts(_ state: NodeState, _ lag: Lag, _ point: RecoveryPoint) -> ValueMap {
    func known(_ value: Value?, _ reason: String) -> Value { value ?? .unknown(reason) }
    let received = state.isInRecovery ? state.received : state.position
    return [
      "accepting": true,
      "role": .string(state.role),
      "system_identifier": .string(state.systemIdentifier.text),
      "timeline": .int(state.timeline),
      "writable": .bool(state.isWritable),
      "lag_bytes": lag.bytes.value,
      "lag_seconds": lag.time.value,
      "recovery_point": point.value,
      "lsn": known(state.position.map { .string($0.description) }, "it has replayed nothing"),
      "received_lsn": known(
        received.map { .string($0.description) }, "it has received nothing"),
      "last_commit_at": known(
        point.lastCommitAt.map { .timestamp($0) },
        state.isInRecovery
          ? "no commit has been replayed since it started" : "it is a primary"),
      "message_age": known(
        lag.messageAge.map { .duration($0) }, lag.bytes.reason ?? "no message has arrived"),
    ]
  }

  private func unreachable(_ trouble: ConnectTrouble, _ expect: Expectation) -> Verdict {
    let evidence = Evidence(trouble.message, facts: ["accepting": trouble.accepting])
    // Where nobody listens nobody can write: that is an answer to whoever needs a writer there.
    if expect.writable == true, case .refused = trouble.kind { return .doesNotHold(evidence) }
    guard let wanted = expect.accepting, let isAccepting = trouble.accepting.bool else {
      return .cannotTell(evidence)
    }
    if wanted != isAccepting { return .doesNotHold(evidence) }
    return expect.asksMoreThanAccepting ? .cannotTell(evidence) : .holds(evidence)
  }
}

extension ConnectTrouble {
  /// Whether it takes sessions. Silence, a broken network and a wrong password do not tell.
  fileprivate var accepting: Value {
    switch kind {
    case .refused, .rejected: .bool(false)
    case .noName, .silentHost, .noRoute, .silentServer, .tls, .authentication, .broken,
      .cutShort:
      .unknown(message)
    }
  }
}
