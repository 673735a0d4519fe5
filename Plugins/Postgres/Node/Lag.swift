import RunbookModel

/// How far a standby is behind. What is missing or stale is unknown with its reason, never zero.
struct Lag: Sendable, Equatable {
  var bytes: Known<Int64>
  var time: Known<Duration>
  /// How old the primary's last word is, where there is one.
  var messageAge: Duration?

  /// From the standby's own account and, where there is one, the primary's heartbeat row as replicated here.
  init(_ state: NodeState, heartbeat: Known<Duration>?) {
    messageAge = state.standby?.receiver?.messageAge
    guard let standby = state.standby else {
      bytes = .unknown("it is a primary, which has no lag")
      time = bytes.mapUnknown()
      return
    }
    if let reason = Self.whyStale(standby) {
      bytes = .unknown(reason)
      time = heartbeat ?? .unknown(reason)
      return
    }
    guard let end = standby.receiver?.primaryEnd, let replayed = state.position else {
      bytes = .unknown("it has not been told how far the primary's log reaches")
      time = heartbeat ?? bytes.mapUnknown()
      return
    }
    let behind = replayed.behind(end)
    bytes = .known(behind)
    if let heartbeat {
      time = heartbeat
    } else if behind == 0 {
      time = .known(.zero)
    } else if let last = state.replayedCommitAt, let clock = state.clock {
      time = .known(max(clock - last, .zero))
    } else {
      time = .unknown("no transaction has been replayed since it started")
    }
  }

  private static func whyStale(_ standby: NodeState.Standby) -> String? {
    if standby.isReceiverHidden {
      return "the role may not read pg_stat_wal_receiver; grant it pg_monitor"
    }
    guard let receiver = standby.receiver else { return "it receives no log from a primary" }
    guard receiver.status == "streaming" else {
      return "its receiver is '\(receiver.status)', not streaming"
    }
    guard let age = receiver.messageAge else { return "its primary has not said anything yet" }
    guard age <= receiver.longestSilence else {
      return "its primary has been silent for \(age.spoken); a healthy link is never silent longer "
        + "than \(receiver.longestSilence.spoken)"
    }
    return nil
  }
}

/// A figure, or the reason why there is none.
enum Known<Figure: Sendable & Equatable>: Sendable, Equatable {
  case known(Figure)
  case unknown(String)

  var figure: Figure? {
    guard case .known(let figure) = self else { return nil }
    return figure
  }
  var reason: String? {
    guard case .unknown(let reason) = self else { return nil }
    return reason
  }
  func mapUnknown<Other>() -> Known<Other> {
    .unknown(reason ?? "not measured")
  }
}

extension Known<Int64> {
  var value: Value {
    switch self {
    case .known(let number): .int(number)
    case .unknown(let reason): .unknown(reason)
    }
  }
  var spoken: String {
    switch self {
    case .known(let bytes): ByteCount.spoken(bytes)
    case .unknown(let reason): "unknown (\(reason))"
    }
  }
}

extension Known<Duration> {
  var value: Value {
    switch self {
    case .known(let duration): .duration(duration)
    case .unknown(let reason): .unknown(reason)
    }
  }
  var spoken: String {
    switch self {
    case .known(let duration): duration.spoken
    case .unknown(let reason): "unknown (\(reason))"
    }
  }
}
