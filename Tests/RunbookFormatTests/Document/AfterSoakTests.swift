import RunbookFormat
import RunbookModel
import Testing

/// `after_soak`: a last stage that tells people what observers have seen.
struct AfterSoakTests {
  private func runbook(_ stages: String) -> Loaded<Runbook> {
    Samples.load(
      """
      lifeboat: 1
      runbook: r
      title: T
      service: s
      objectives: {rto: 1h, clock: run}
      stages:
        - stage: work
          steps: [{step: a, uses: tcp.check, with: {address: 'h:1'}}]
      \(stages)
      """)
  }

  @Test func `a last stage of messages may wait for the soak`() throws {
    let loaded = runbook(
      """
        - stage: tell
          after_soak: true
          steps: [{step: told, uses: message.send, with: {body: it is over}}]
      """)
    #expect(loaded.problems.items.filter { $0.severity == .error }.isEmpty)
    #expect(loaded.value?.stages.map(\.afterSoak) == [false, true])
  }

  @Test
  func `what changes or looks at something comes before the soak, and so does every stage of it`()
    throws
  {
    let changes = runbook(
      """
        - stage: late
          after_soak: true
          steps: [{step: ran, uses: command.run, with: {argv: [x]}, undo: none}]
      """)
    let problem = try #require(changes.problems.items.first { $0.code == "LB223" })
    #expect(problem.message.contains("'ran' does more than tell people something"))
    let behind = runbook(
      """
        - stage: tell
          after_soak: true
          steps: [{step: told, uses: message.send, with: {body: it is over}}]
        - stage: more
          steps: [{step: b, uses: tcp.check, with: {address: 'h:1'}}]
      """)
    #expect(
      behind.problems.items.first { $0.code == "LB223" }?.message
        == "the stage 'more' comes behind one with 'after_soak'")
  }
}
