/// How bad an incident is: from the share of users that it affects.
///
/// Under 5 % is SEV3, from 5 % to 30 % (both included) SEV2, over 30 % SEV1: whoever cannot serve a third of the customers
/// is treated as if all were affected.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
  case sev3 = "SEV3"
  case sev2 = "SEV2"
  case sev1 = "SEV1"

  /// `share` in percent, 0 to 100.
  public init(usersAffected share: Double) {
    self = share < 5 ? .sev3 : share <= 30 ? .sev2 : .sev1
  }

  /// The alert's colour where the alert itself says none.
  public var colour: AlertColour {
    switch self {
    case .sev3: .yellow
    case .sev2: .orange
    case .sev1: .red
    }
  }

  /// SEV1 is worse than SEV3.
  public static func < (left: Severity, right: Severity) -> Bool {
    allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
  }
}

/// The colour of an alert says how soon somebody must have begun to respond.
public enum AlertColour: String, Sendable, Codable, CaseIterable {
  case yellow
  case orange
  case red

  public var timeToRespond: Duration {
    switch self {
    case .yellow: .seconds(30 * 60)
    case .orange: .seconds(15 * 60)
    case .red: .seconds(5 * 60)
    }
  }
}

/// What was known of the incident when a run was started, or an incident opened.
public struct IncidentFacts: Sendable, Codable, Equatable {
  /// In percent; nil: nobody has said.
  public var usersAffected: Double?
  /// As somebody said it; else it follows from the share of users.
  public var statedSeverity: Severity?
  public var statedColour: AlertColour?
  /// When the alert came.
  public var alertedAt: Timestamp?
  /// What the alert is called by who sent it; nil where only its time was said.
  public var alert: String?
  /// The first response, where it came before the command that started the run: when the incident was opened.
  public var respondedAt: Timestamp?
  /// The incident's id.
  public var incident: String?

  public init() {}

  public var severity: Severity? {
    statedSeverity ?? usersAffected.map { Severity(usersAffected: $0) }
  }
  public var colour: AlertColour? { statedColour ?? severity?.colour }

  /// `SEV2, 12 % of users, orange`
  public var words: String? {
    guard let severity else { return statedColour.map(\.rawValue) }
    var parts = [severity.rawValue]
    if let usersAffected {
      let whole = Int64(usersAffected)
      parts.append(
        "\(Double(whole) == usersAffected ? "\(whole)" : "\(usersAffected)") % of users")
    }
    if let colour { parts.append(colour.rawValue) }
    return parts.joined(separator: ", ")
  }
}
