import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

struct ResponseTests {
  @Test(
    arguments: [
      (0, .sev3), (4.99, .sev3), (5, .sev2), (30, .sev2), (30.01, .sev1), (100, .sev1),
    ] as [(Double, Severity)])
  func `severity follows from the share of users`(share: Double, severity: Severity) {
    #expect(Severity(usersAffected: share) == severity)
  }

  @Test func `a stated severity and colour go before what follows from figures`() {
    var facts = IncidentFacts()
    #expect(facts.severity == nil && facts.colour == nil && facts.words == nil)
    facts.usersAffected = 12
    #expect(facts.words == "SEV2, 12 % of users, orange")
    #expect(facts.colour?.timeToRespond == .seconds(900))
    facts.statedColour = .red
    #expect(facts.colour?.timeToRespond == .seconds(300))
    facts.statedSeverity = .sev1
    facts.usersAffected = 12.5
    #expect(facts.words == "SEV1, 12.5 % of users, red")
    facts = IncidentFacts()
    facts.statedColour = .yellow
    #expect(facts.words == "yellow" && facts.colour?.timeToRespond == .seconds(1800))
  }

  private let alert = Timestamp(nanoseconds: 1_000_000_000_000)

  @Test func `the time to respond counts from the alert and is met, missed or unknown`() {
    var facts = IncidentFacts()
    facts.statedColour = .orange
    facts.alertedAt = alert
    let inTime = Response(facts, respondedAt: alert + .seconds(900))
    #expect(inTime.time.verdict == .met && inTime.time.measured == .exactly(.seconds(900)))
    let late = Response(facts, respondedAt: alert + .seconds(901))
    #expect(late.time.verdict == .missed)
    let backwards = Response(facts, respondedAt: alert - .seconds(1))
    #expect(backwards.time.verdict == .unknown && backwards.time.why.contains("lies after"))
    facts.alertedAt = nil
    let unsaid = Response(facts, respondedAt: alert)
    #expect(unsaid.time.verdict == .unknown)
    #expect(unsaid.time.measured == .unknown("when the alert came was not said"))
    facts = IncidentFacts()
    facts.alertedAt = alert
    let noTarget = Response(facts, respondedAt: alert + .seconds(60))
    #expect(noTarget.time.verdict == .noTarget && noTarget.time.measured == .exactly(.seconds(60)))
  }
}
