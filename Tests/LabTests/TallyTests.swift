import Testing

@testable import lifeboat_lab

@Suite struct TallyTests {
  private func attempt(_ id: String, _ sent: Int64, _ done: Int64, _ acknowledged: Bool) -> Attempt
  {
    Attempt(id: id, sent: sent * 1_000_000, done: done * 1_000_000, acknowledged: acknowledged)
  }

  @Test func `only acknowledged orders that are absent are lost`() {
    let attempts = [
      attempt("kept", 0, 10, true), attempt("lost", 50, 60, true),
      attempt("late", 100, 2100, false),
      attempt("never", 150, 2150, false), attempt("lost too", 2200, 2260, true),
    ]
    let tally = Tally(attempts, present: ["kept", "late", "somebody else's"], database: .siteB)
    #expect(tally.acknowledged == 3)
    #expect(tally.present == 1)
    #expect(tally.lost == 2)
    #expect(tally.presentButNotAcknowledged == 1)
    #expect(tally.lostSeconds == 2.2)
    #expect(tally.firstLost == "1970-01-01T00:00:00.060Z")
  }

  @Test func `an outage lasts from the last good purchase to the next good one`() throws {
    let attempts = [
      attempt("1", 0, 10, true), attempt("2", 50, 2050, false), attempt("3", 100, 2100, false),
      attempt("4", 150, 1150, true), attempt("5", 1200, 1201, false),
      attempt("6", 1250, 1260, true),
    ]
    let tally = Tally(attempts, present: [], database: .siteA)
    #expect(tally.outages == 2)
    let outage = try #require(tally.outage)
    #expect(outage.seconds == 1.14)
    #expect(outage.failures == 2)
    #expect(outage.firstGoodAfter == "1970-01-01T00:00:01.150Z")
  }

  @Test func `an outage that is not over has no length`() throws {
    let tally = Tally(
      [attempt("1", 0, 10, true), attempt("2", 50, 60, false)], present: ["1"], database: .siteA)
    let outage = try #require(tally.outage)
    #expect(outage.seconds == nil)
    #expect(outage.firstGoodAfter == nil)
  }
}

@Suite struct LookupTests {
  private static let answer: [UInt8] =
    [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 4] + Array("shop".utf8) + [0, 0, 1, 0, 1]
    + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 2, 80]

  @Test func `the address is read from an answer with a compressed name`() throws {
    #expect(try Lookup.read(Self.answer, id: 7) == "127.0.2.80")
  }

  @Test func `an answer cut anywhere is refused, and so is another question's`() {
    for length in 0..<Self.answer.count {
      #expect(throws: Lookup.Failure.self) {
        try Lookup.read(Array(Self.answer[..<length]), id: 7)
      }
    }
    #expect(throws: Lookup.Failure.self) { try Lookup.read(Self.answer, id: 8) }
  }
}

@Suite struct ConfinementTests {
  @Test func `a server runs from a copy of its program`() throws {
    let folder = RunningLab.path()
    defer { Files.remove(folder) }
    let copy = try Confinement.copy("/usr/sbin/named", into: folder, log: "/dev/null")
    #expect(copy == "\(folder)/named")
    try Launch([copy, "-v"], in: folder, log: "\(folder)/log").run(atMost: 10)
    #expect(Files.read("\(folder)/log")?.hasPrefix("BIND") == true)
  }
}

@Suite struct RelayModeTests {
  @Test(arguments: ["", "delay", "delay 2", "delay 1h", "pass now", "burn"])
  func `what is no mode is refused`(text: String) {
    #expect(RelayMode(text) == nil)
  }

  @Test func `a mode reads back as it is written`() {
    for mode in [RelayMode.pass, .delay(.milliseconds(1500)), .hold, .drop, .cut] {
      #expect(RelayMode("\(mode)") == mode)
    }
  }
}
