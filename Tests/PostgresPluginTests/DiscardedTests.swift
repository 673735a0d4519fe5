import ActionConformance
import Foundation
import Glibc
import RunbookAction
import RunbookModel
import Synchronization
import Testing

@testable import PostgresPlugin

@Suite struct `Counting what a rewind throws away` {
  /// The primary commits so many purchases that its standby never gets, and dies; the standby takes over.
  private func divergedPair<Answer: Sendable>(
    alone: Int, many: Bool = false, _ body: (Pair) async throws -> Answer
  ) async throws -> Answer {
    try await withPair { pair in
      try pair.buy()
      try await pair.untilCaughtUp()
      if alone > 0 { try await pair.cut() }
      for _ in 0..<alone { try pair.buy() }
      // Several pages of log.
      if many {
        try pair.primary.rows("insert into orders (at) select now() from generate_series(1, 1000)")
      }
      if alone > 0 {
        try await pair.primary.crash()
      } else {
        try Workshop.run(pair.primary.stopCommand)
      }
      try pair.standby.rows("select pg_promote(true, 20)")
      return try await body(pair)
    }
  }

  private func called(
    _ pair: Pair, folder: String? = nil, words: [String]? = nil, user: String = "operator",
    _ more: ValueMap = [:], _ given: TestContexts = contexts()
  ) -> Called {
    let log = folder ?? pair.primary.folder + "/pg_wal"
    let words = words ?? [Workshop.binaries + "/pg_waldump", "-p", log]
    var input: ValueMap = [
      "old": pair.primary.node(["waldump": .list(words.map { .string($0) })]),
      "new": pair.standby.node(user: user),
    ]
    for entry in more { input[entry.key] = entry.value }
    return Called("postgres.discarded", input, given)
  }

  @Test func `what the old primary committed alone is counted, timed and listed`() async throws {
    try await divergedPair(alone: 3) { pair in
      let kept = Mutex<[String]>([])
      var given = contexts()
      given.facts.keep = { text in
        kept.withLock { $0.append(text) }
        return "abc"
      }
      let verdict = await called(pair, [:], given).check()
      #expect(verdict.word == "holds", "\(verdict)")
      let facts = verdict.evidence.facts
      #expect(facts["transactions"] == 3, "\(verdict)")
      let bytes = try #require(facts["bytes"]?.int)
      #expect(bytes > 0 && bytes < 100_000)
      guard case .timestamp(let first)? = facts["first_commit_at"],
        case .timestamp(let last)? = facts["last_commit_at"]
      else {
        Issue.record("\(facts)")
        return
      }
      #expect(first <= last && last <= wallClock() && wallClock() - first < .seconds(120))
      #expect(facts["timeline"] == 1 && facts["attachment"] == "abc")
      #expect(
        facts["sentence"]?.string?.hasPrefix("3 committed transactions in") == true, "\(facts)")
      let listing = try #require(kept.withLock { $0.first })
      #expect(listing.split(separator: "\n").count == 3)
      #expect(listing.split(separator: "\n").allSatisfy { $0.contains("desc: COMMIT") })
      #expect(verdict.evidence.output == listing.trimmed)

      // Where nothing is kept, or it cannot be, the evidence says so.
      let dry = await called(pair).check()
      #expect(dry.evidence.facts["attachment"]?.firstUnknown == "only a run keeps it")
      given.facts.keep = { _ throws(ActionFailure) in throw .refused(.failed, "the disk is full") }
      let full = await called(pair, [:], given).check()
      #expect(full.evidence.summary.contains("NOT KEPT: the disk is full"))

      // A time in another zone is not taken for one in UTC; the count does not suffer.
      let elsewhere = await called(
        pair,
        words: [
          "env", "TZ=CET-1", Workshop.binaries + "/pg_waldump", "-p",
          pair.primary.folder + "/pg_wal",
        ]
      ).check().evidence.facts
      #expect(elsewhere["transactions"] == 3)
      #expect(elsewhere["first_commit_at"]?.firstUnknown?.contains("not in UTC") == true)
      #expect(elsewhere["sentence"]?.string?.contains("times that cannot be read") == true)

      let test = called(pair)
      let breaches = await ConformanceCase(
        test.action, input: test.input, contexts: test.contexts
      ) { try pair.standby.text("select count(*) from orders") ?? "" }.breaches()
      #expect(breaches == [])
    }
  }

  @Test func `after a switchover in good order nothing is thrown away, and that is seen`()
    async throws
  {
    try await divergedPair(alone: 0) { pair in
      let verdict = await called(pair).check()
      #expect(verdict.word == "holds", "\(verdict)")
      #expect(verdict.evidence.facts["transactions"] == 0)
      #expect(verdict.evidence.facts["first_commit_at"]?.firstUnknown != nil)
      let sentence = verdict.evidence.facts["sentence"]?.string ?? ""
      #expect(sentence.hasPrefix("nothing:") || sentence.hasPrefix("no committed"), "\(sentence)")
    }
  }

  @Test func `it needs one function of the server's, and names it where it is missing`()
    async throws
  {
    try await divergedPair(alone: 1) { pair in
      let refused = await called(pair, user: "watcher").check()
      #expect(refused.word == "cannot tell")
      #expect(refused.evidence.summary.contains("pg_read_binary_file(text)"), "\(refused)")
      try pair.standby.rows("grant execute on function pg_read_binary_file(text) to watcher")
      let granted = await called(pair, user: "watcher").check()
      #expect(granted.word == "holds", "\(granted)")
    }
  }

  @Test func `what cannot be read whole is unknown, never zero and never a smaller figure`()
    async throws
  {
    try await divergedPair(alone: 3, many: true) { pair in
      let whole = await called(pair).check().evidence
      #expect(whole.facts["transactions"] == 4)
      let lines = try #require(whole.output?.split(separator: "\n"))
      let second = try #require(lines[1].split(separator: " ").first { $0.hasPrefix("0/") })
      let place = try #require(WALPosition(String(second.dropLast())))
      let fork = try #require(whole.facts["forked_at"]?.string.flatMap { WALPosition($0) })
      func name(_ place: WALPosition) -> String {
        let number = String(place.bytes >> 20, radix: 16, uppercase: true)
        return "00000001" + String(repeating: "0", count: 16 - number.count) + number
      }
      /// The log with something done to the segment that holds the place.
      func spoiled(
        _ label: String, at place: WALPosition, _ spoil: (inout [UInt8], Int) -> Void
      ) throws -> String {
        let folder = pair.primary.folder + "-" + label
        try Workshop.run(["cp", "-a", pair.primary.folder + "/pg_wal", folder])
        let file = folder + "/" + name(place)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        spoil(&bytes, Int(place.bytes & 0xF_FFFF))
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return folder
      }
      func expectUnknown(_ called: Called, _ words: String) async {
        let verdict = await called.check()
        #expect(verdict.word == "cannot tell", "\(words): \(verdict)")
        #expect(verdict.evidence.summary.contains(words), "\(verdict)")
        #expect(verdict.evidence.facts["transactions"] == nil)
      }
      let damaged = try spoiled("damaged", at: place) { $0[$1 + 26] ^= 0xFF }
      await expectUnknown(called(pair, folder: damaged), "at least 1 committed transaction")
      let zeroed = try spoiled("zeroed", at: fork) { bytes, place in
        for byte in (place & ~8191)..<((place & ~8191) + 8192) { bytes[byte] = 0 }
      }
      await expectUnknown(called(pair, folder: zeroed), "is not known")
      // Zeros in the middle look like the end, but there is log behind them.
      let hole = try spoiled("hole", at: fork) { bytes, place in
        let page = (place & ~8191) + 2 * 8192
        for byte in page..<(page + 8192) { bytes[byte] = 0 }
      }
      await expectUnknown(called(pair, folder: hole), "there are records behind that")
      let gone = try spoiled("gone", at: fork) { _, _ in }
      try Workshop.run(["rm", gone + "/" + name(fork)])
      await expectUnknown(called(pair, folder: gone), "could not find file")
      await expectUnknown(called(pair, ["timeline": 7]), "knows no timeline 7")
      await expectUnknown(called(pair, folder: "/nonexistent"), "could not open directory")
      await expectUnknown(called(pair, words: ["false"]), "exit code 1")
      await expectUnknown(called(pair, words: ["true"]), "exit code 0")
      await expectUnknown(called(pair, words: ["echo", "hello"]), "no line of pg_waldump: hello")
      await expectUnknown(called(pair, words: ["/nonexistent/pg_waldump"]), "could not be started")
      await expectUnknown(called(pair, words: []), "no 'waldump' command")
      let slow = await called(pair, words: ["sh", "-c", "sleep 100"]).check(within: .seconds(2))
      #expect(slow.word == "cannot tell" && slow.evidence.summary.contains("in time"), "\(slow)")
    }
  }

  @Test func `a server that still writes, and one that was never promoted, have no final figure`()
    async throws
  {
    try await withPair { pair in
      try pair.buy()
      try await pair.untilCaughtUp()
      let early = await called(pair).check()
      #expect(early.word == "cannot tell" && early.evidence.summary.contains("beside a primary"))
      try await pair.cut()
      try pair.standby.rows("select pg_promote(true, 20)")
      try pair.buy()
      let writing = await called(pair).check()
      #expect(writing.word == "cannot tell", "\(writing)")
      #expect(writing.evidence.summary.contains("takes writes"), "\(writing)")
      try await pair.primary.crash()
      #expect(await called(pair).check().evidence.facts["transactions"] == 1)
    }
    let pair = try await sharedPair()
    let never = await Called(
      "postgres.discarded",
      [
        "old": pair.standby.node(["waldump": ["true"]]), "new": pair.primary.node(),
      ]
    ).check()
    #expect(never.evidence.summary.contains("it was never promoted"), "\(never)")
  }

  @Test func `a history names each timeline and where it was left, and nothing else is one`() throws
  {
    let text = "1\t0/A021C8\tno recovery target specified\n\n2\t1/5000000\tbefore 2026\n"
    let history = try #require(TimelineHistory(text))
    #expect(history.branch(nil)?.timeline == 2 && history.branch(1)?.end == WALPosition("0/A021C8"))
    #expect(history.branch(3) == nil)
    for odd in ["", "1", "x\t0/1\t", "1\tzero\t", "2\t0/1\n1\t0/2", "0\t0/1"] {
      #expect(TimelineHistory(odd) == nil, "\(odd)")
    }
    #expect(TimelineHistory.file(of: 26) == "pg_wal/0000001A.history")
  }

  @Test func `the end of a log is told from everything else that pg_waldump can end with`() {
    func end(_ said: String, _ ending: Program.Ending = .exited(1)) -> WALPosition? {
      let result = Program.Result(ending: ending, output: said, droppedBytes: 0)
      guard case .end(let place) = LogEnd(result, segmentSize: 1 << 20) else { return nil }
      return place
    }
    let head = "pg_waldump: error: error in WAL record at 0/A022D8: "
    #expect(
      end(head + "invalid record length at 0/A02300: wanted 24, got 0\n")?.description == "0/A02300"
    )
    #expect(
      end(head + "invalid record length at 0/A02300: expected at least 24, got 0")?.description
        == "0/A02300")
    let page = "segment 00000001000000000000000A,"
    for words in [
      "invalid magic number 0000 in log \(page) offset 8192",
      "invalid magic number 0000 in WAL \(page) LSN 0/A02000, offset 8192",
      "unexpected pageaddr 0/2000 in log \(page) offset 8192",
    ] {
      #expect(end(head + words)?.description == "0/A02000", "\(words)")
    }
    for other in [
      "invalid record length at 0/A02300: wanted 24, got 23",
      "incorrect resource manager data checksum in record at 0/A02270",
      "record with incorrect prev-link 0/1 at 0/A02270",
      "invalid magic number D10F in log \(page) offset 8192",
      "there is no contrecord flag at 0/A02000",
    ] {
      #expect(end(head + other) == nil, "\(other)")
    }
    #expect(end("pg_waldump: error: could not find a valid record after 0/A02300") == nil)
    #expect(end(head + "invalid record length at 0/A02300: wanted 24, got 0", .late) == nil)
  }
}
