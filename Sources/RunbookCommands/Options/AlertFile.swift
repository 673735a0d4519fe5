import RunbookFormat
import RunbookModel

/// Alerts in a file, as Prometheus Alertmanager writes them: the body of its webhook (`{"alerts": [...]}`), or what
/// `amtool alert query -o json` and `GET /api/v2/alerts` list (`[...]`).
///
/// Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
struct AlertFile {
  /// The names of those that fire, the oldest first.
  var name: String
  /// Since when the oldest of them fires. An alert fires when its condition has been true for a while: what is wrong
  /// began earlier.
  var since: Timestamp

  private static let mostNames = 5

  static func read(_ path: String, now: Timestamp) throws(Refusal) -> AlertFile {
    func refusal(_ what: String) -> Refusal {
      Refusal(
        .invalid, "\(path) \(what)",
        next: "give what Alertmanager sent, or the output of 'amtool alert query -o json', or say "
          + "when the alert came with --alerted-at")
    }
    let bytes: [UInt8]
    switch SourceFile.read(path) {
    case .success(let file): bytes = file.bytes
    case .failure(let problem): throw Refusal(.invalid, problem.message, next: problem.help)
    }
    guard let value = try? JSONText.read(bytes) else { throw refusal("is no JSON") }
    let list: Value? = if case .list = value { value } else { value["alerts"] }
    guard case .list(let alerts)? = list else { throw refusal("has no list 'alerts'") }
    var firing: [(since: Timestamp, name: String)] = []
    for (place, alert) in alerts.enumerated() where isFiring(alert) {
      guard let text = alert["startsAt"]?.string, let since = Timestamp(text) else {
        throw refusal("says nothing readable at alerts[\(place)].startsAt")
      }
      firing.append((since, alert["labels"]?["alertname"]?.string.map(oneLine) ?? "without a name"))
    }
    guard let first = firing.map(\.since).min() else {
      throw refusal("has \(alerts.count) alerts, and none of them fires")
    }
    guard first <= now else { throw refusal("has an alert of the future (\(first))") }
    var names: [String] = []
    for one in firing.sorted(by: { $0.since < $1.since }) where !names.contains(one.name) {
      names.append(one.name)
    }
    let more = names.count > mostNames ? ", and \(names.count - mostNames) more" : ""
    return AlertFile(name: names.prefix(mostNames).joined(separator: ", ") + more, since: first)
  }

  /// It is shown on terminals, and comes from elsewhere.
  private static func oneLine(_ text: String) -> String {
    String(
      text.prefix(100).map { character in
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        return isControl ? " " : character
      })
  }

  /// The webhook says `firing` or `resolved`, the list `{"state": "active"}`; one that is silenced fires all the same.
  private static func isFiring(_ alert: Value) -> Bool {
    if let status = alert["status"]?.string { return status == "firing" }
    return alert["status"]?["state"]?.string.map { $0 != "unprocessed" } ?? true
  }
}
