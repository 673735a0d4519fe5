import RunbookModel

/// How much may be lost; nil where nothing was said.
struct LossLimit: Codable, Equatable, Sendable {
  var time: Duration?
  var bytes: Int64?

  /// From what a runbook says: a duration, a size, or both in a map.
  init(_ value: Value?) throws(ActionFailure) {
    switch value {
    case nil, .null?: break
    case .duration(let time)?: self.time = time
    case .int(let bytes)?: self.bytes = bytes
    case .string(let text)?:
      time = Duration(text: text)
      bytes = ByteCount.read(text)
      if time == nil, bytes == nil { throw Self.unreadable(value) }
    case .map(let map)?:
      time = try LossLimit(map["time"]).time
      bytes = try LossLimit(map["bytes"]).bytes
      if time == nil, bytes == nil { throw Self.unreadable(value) }
    case .bool?, .double?, .timestamp?, .list?, .secret?, .unknown?: throw Self.unreadable(value)
    }
    if let time, time < .zero { throw Self.unreadable(value) }
    if let bytes, bytes < 0 { throw Self.unreadable(value) }
  }

  private static func unreadable(_ value: Value?) -> ActionFailure {
    .refused(
      .input, "max_data_loss is \(value?.kind ?? "nothing"), not a duration, a size, or both",
      advice: "write for example 5s, 16MiB, or {time: 5s, bytes: 16MiB}")
  }

  /// Why the possible loss is too much; nil when it is not. What is not known is too much, unless that was accepted.
  func excess(of point: RecoveryPoint, beyond accepted: AcceptedLoss? = nil) -> String? {
    let found = [timeExcess(point, accepted), bytesExcess(point, accepted)].compactMap(\.self)
    return found.isEmpty ? nil : found.joined(separator: "; ")
  }

  private func timeExcess(_ point: RecoveryPoint, _ accepted: AcceptedLoss?) -> String? {
    guard let time, accepted?.covers(point.loss, accepted?.time) != true else { return nil }
    switch point.loss {
    case .known(let loss) where loss > time:
      return "up to \(loss.spoken) of commits could be lost, and at most \(time.spoken) may be"
    case .known: return nil
    case .unknown(let reason):
      return "it is not known how much would be lost, and at most \(time.spoken) may be: \(reason)"
    }
  }

  private func bytesExcess(_ point: RecoveryPoint, _ accepted: AcceptedLoss?) -> String? {
    guard let bytes, accepted?.covers(point.bytes, accepted?.bytes) != true else { return nil }
    switch point.bytes {
    case .known(let behind) where behind > bytes:
      return "up to \(ByteCount.spoken(behind)) of log could be lost, and at most "
        + "\(ByteCount.spoken(bytes)) may be"
    case .known: return nil
    case .unknown(let reason):
      return "it is not known how much log would be lost, and at most "
        + "\(ByteCount.spoken(bytes)) may be: \(reason)"
    }
  }

  /// The name of the guard: the field that sets it.
  static let gate = "max_data_loss"
}

/// The loss that a person has accepted by overriding `max_data_loss`: what was shown then, and no more.
struct AcceptedLoss: Codable, Equatable, Sendable {
  /// Nil: it was not known, and that was accepted.
  var time: Duration?
  var bytes: Int64?

  /// From what the guard had found; nil when it is another guard, or none, that was overridden.
  init?(_ waived: Gate?) {
    guard let waived, waived.name == LossLimit.gate else { return nil }
    time = waived.measure["time"]?.duration
    bytes = waived.measure["bytes"]?.int
  }

  /// What the guard has found, as it is shown to people and compared with later.
  static func measure(_ point: RecoveryPoint) -> Value {
    ["time": point.loss.value, "bytes": point.bytes.value]
  }

  fileprivate func covers<Figure: Comparable>(
    _ found: Known<Figure>, _ accepted: Figure?
  ) -> Bool {
    guard let accepted else { return true }
    return found.figure.map { $0 <= accepted } ?? false
  }

  var sentence: String {
    let parts = [
      time.map { "\($0.spoken) of commits" }, bytes.map { "\(ByteCount.spoken($0)) of log" },
    ]
    .compactMap(\.self)
    return parts.isEmpty ? "a loss that was not known" : "up to " + parts.joined(separator: " and ")
  }
}
