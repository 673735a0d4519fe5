import RunbookEngine
package import RunbookModel

/// What was known of the incident when the run was started, and how soon somebody responded.
package struct Response: Sendable, Equatable {
  package var facts: IncidentFacts
  /// The first response: when the incident was opened, or the command was given that started the run.
  package var respondedAt: Timestamp?
  /// From the alert to the first response, against what the alert's colour allows.
  package var time: ObjectiveResult

  /// Nil where nobody has said anything of an incident.
  package init?(_ history: RunHistory) {
    guard let opening = history.opening, let facts = opening.incident else { return nil }
    self.init(
      facts, respondedAt: facts.respondedAt ?? opening.declaredAt, words: history.words)
  }

  package init(_ facts: IncidentFacts, respondedAt: Timestamp?, words: Words = .english) {
    self.facts = facts
    self.respondedAt = respondedAt
    let target = facts.colour?.timeToRespond
    let measured: Measured
    let why: String
    switch (facts.alertedAt, respondedAt) {
    case (nil, _):
      why = words.alertNotSaid
      measured = .unknown(why)
    case (_, nil):
      why = words.responseNotSaid
      measured = .unknown(why)
    case (let alerted?, let responded?) where responded < alerted:
      why = words.alertAfterResponse(alerted, responded)
      measured = .unknown(why)
    case (let alerted?, let responded?):
      measured = .exactly(responded - alerted)
      why = words.fromAlert(alerted, responded)
    }
    time = ObjectiveResult(
      target: target, measured: measured,
      verdict: ObjectiveResult.verdict(measured, within: target),
      why: target == nil ? why + words.semicolon + words.noTimeToRespond : why)
  }

  package static let shape = Shape<Response>([
    .maybe("incident", "The incident's id.") { $0.facts.incident },
    .maybeWord("severity", "As stated, else by the share of users affected.") { $0.facts.severity },
    .maybeWord("colour", "The alert's colour, as stated, else by the severity.") {
      $0.facts.colour
    },
    Shape<Response>.Field(
      name: "users_affected_percent", schema: ["type": ["number", "null"]],
      summary: "The share of users affected, as stated."
    ) { $0.facts.usersAffected.map(Value.double) ?? .null },
    .time("alerted_at", "When the alert came, as stated.") { $0.facts.alertedAt },
    .maybe("alert", "The alert's name, where it was given itself.") { $0.facts.alert },
    .time("responded_at", "The first response.") { $0.respondedAt },
    .object("time_to_respond", "From the alert to the first response.", ObjectiveResult.shape) {
      $0.time
    },
  ])
}
