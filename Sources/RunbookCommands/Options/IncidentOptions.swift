import ArgumentParser
import RunbookDriver
import RunbookFormat
import RunbookModel
import RunbookReport

/// The incident that a run belongs to, and what is known of it.
struct IncidentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The incident that this belongs to: its id, or its beginning.", valueName: "id"))
  var incident: String?

  @OptionGroup var severity: SeverityOptions

  /// What the command says, and where it says nothing what the incident's journal says. nil where nothing was said.
  func facts(now: Timestamp, desk: IncidentDesk) throws -> IncidentFacts? {
    let said = try severity.facts(now: now)
    guard let incident = try opened(desk) else { return said }
    let known = incident.opening.facts
    var facts = said ?? IncidentFacts()
    facts.usersAffected = said?.usersAffected ?? known.usersAffected
    facts.statedSeverity = said?.statedSeverity ?? known.statedSeverity
    facts.statedColour = said?.statedColour ?? known.statedColour
    facts.alertedAt = said?.alertedAt ?? known.alertedAt
    facts.alert = said?.alert ?? known.alert
    facts.incident = incident.opening.incident
    facts.respondedAt = incident.openedAt
    return facts
  }

  /// The incident's record, where one is named.
  func opened(_ desk: IncidentDesk) throws -> Incident? {
    try incident.map { try desk.read(desk.store.find($0)) }
  }
}

/// How bad it is, and when the alert came.
struct SeverityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The share of users affected: under 5% is SEV3, 5% to 30% SEV2, over 30% SEV1.",
      valueName: "percent"))
  var usersAffected: String?
  @Option(
    help: ArgumentHelp(
      "SEV1, SEV2 or SEV3, where it does not follow from the share of users.",
      valueName: "severity"))
  var severity: String?
  @Option(
    help: ArgumentHelp(
      "The alert's colour: yellow, orange or red; somebody must respond within 30, 15 or 5 minutes. "
        + "Else by the severity.", valueName: "colour"))
  var alertColour: String?
  @Option(
    help: ArgumentHelp(
      "When the alert came: a UTC time or how long ago (4m30s). The time to respond counts from "
        + "there to this command.", valueName: "time"))
  var alertedAt: String?
  @Option(
    help: ArgumentHelp(
      "The alert itself, as Alertmanager sends or lists it (JSON): gives its name, and its time unless "
        + "--alerted-at does.", valueName: "file"), completion: .file(extensions: ["json"]))
  var alert: String?

  /// nil where nothing was said.
  func facts(now: Timestamp) throws(Refusal) -> IncidentFacts? {
    var facts = IncidentFacts()
    if let text = usersAffected {
      let number = text.hasSuffix("%") ? String(text.dropLast()) : text
      guard let share = Double(number), share >= 0, share <= 100 else {
        throw Refusal(
          .invalid, "--users-affected \(text) is no share of users", next: "write it as 12%")
      }
      facts.usersAffected = share
    }
    if let severity {
      facts.statedSeverity = try word(severity.uppercased(), "--severity", severity)
    }
    if let alertColour {
      facts.statedColour = try word(alertColour.lowercased(), "--alert-colour", alertColour)
    }
    if let alert {
      let read = try AlertFile.read(alert, now: now)
      (facts.alert, facts.alertedAt) = (read.name, read.since)
    }
    if let alertedAt { facts.alertedAt = try PointInTime.read(alertedAt, now: now) }
    return facts == IncidentFacts() ? nil : facts
  }

  private func word<Word: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ option: String, _ given: String
  ) throws(Refusal) -> Word {
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map(\.rawValue)
    throw Refusal(
      .invalid, "\(option) cannot be '\(given)'",
      next: Nearest.word(to: text, among: words).map { "did you mean '\($0)'?" }
        ?? "write one of \(words.joined(separator: ", "))")
  }
}
