import Glibc
import RunbookModel
import TestServers
import Testing

/// The journal when it was cut, altered, or has no room.
@Suite struct JournalTests {
  /// The lengths of the journal's lines, with their ends.
  private func lines(_ desk: Desk) throws -> [Int] {
    bytes(of: try desk.run() + "/journal.jsonl").split(separator: 0x0A).map { $0.count + 1 }
  }

  /// The state folder of a run that was killed while its third step looked.
  private func killed(_ desk: Desk) async throws -> String {
    try desk.runbook(
      checked("a"), checked("b"),
      look("slow", "grep -qx b log || exit 1; " + until("go", saying: "begun")), checked("z"))
    let child = try desk.startDrill()
    try await desk.waitFor("begun")
    await child.kill()
    for pid in desk.processes() { kill(pid, SIGKILL) }
    try desk.touch("go")
    let saved = desk.path + "/saved"
    try copyTree(desk.state, to: saved)
    return saved
  }

  @Test func `R16: a journal cut anywhere is read as far as it goes, and the run completes`()
    async throws
  {
    try await Desk.with { desk in
      let saved = try await killed(desk)
      let whole = bytes(of: try desk.run() + "/journal.jsonl")
      let lengths = try lines(desk)
      #expect(lengths.count >= 5)
      var start = 0
      var cuts: [Int] = [whole.count - 1]
      for length in lengths {
        cuts += [start + length / 2, start + length]
        start += length
      }
      for cut in cuts {
        removeTree(desk.state)
        try copyTree(saved, to: desk.state)
        try write("a\nb\n", to: desk.target + "/log")
        // As if the machine had stopped before anything of this was signed.
        unlink(try desk.run() + "/checkpoint")
        try write(whole[..<cut], to: try desk.run() + "/journal.jsonl")
        let ended = try await desk.lifeboat("resume")
        if cut < lengths[0] {
          #expect(ended.status == 2 && ended.errors.contains("holds no record"), "\(cut): \(ended)")
          #expect(desk.log == ["a", "b"])
        } else {
          #expect(ended.status == 0, "cut at \(cut): \(ended)")
          #expect(desk.log == ["a", "b", "z"], "cut at \(cut)")
          #expect(try await desk.lifeboat("audit", "verify").status == 0, "cut at \(cut)")
        }
      }
    }
  }

  @Test func `a torn last line is cut, and the cut is recorded`()
    async throws
  {
    try await Desk.with { desk in
      _ = try await killed(desk)
      let whole = bytes(of: try desk.run() + "/journal.jsonl")
      try write(whole + Array("{\"seq\":99,".utf8), to: try desk.run() + "/journal.jsonl")
      let torn = try await desk.lifeboat("resume")
      #expect(torn.status == 0 && desk.log == ["a", "b", "z"], "\(torn)")
      let resumption = try desk.journal().map { $0["event"] ?? .null }
        .first { $0["type"] == "run_resumed" }
      #expect(resumption?["cutBytes"] == 10, "\(resumption ?? .null)")
    }
  }

  /// A run that waits at a gate, its journal signed.
  private func waiting(_ desk: Desk) async throws -> String {
    try desk.runbook(checked("a"), checked("b"), gate("go"), checked("z"))
    #expect(try await desk.drill().status == 6)
    return try desk.run()
  }

  @Test func `a byte that was changed is found, its record named, and the run not gone on with`()
    async throws
  {
    try await Desk.with { desk in
      let run = try await waiting(desk)
      var all = bytes(of: run + "/journal.jsonl")
      let lengths = try lines(desk)
      // A digit of the third record's time.
      let start = lengths[0] + lengths[1]
      let place = try #require(
        all[start..<(start + lengths[2])].firstIndex { (0x31...0x38).contains($0) })
      all[place] += 1
      try write(all, to: run + "/journal.jsonl")
      let audit = try await desk.lifeboat("audit", "verify")
      #expect(audit.status == 11 && audit.output.contains("record 2"), "\(audit)")
      let one = try await desk.lifeboat("audit", "verify", "latest", "--format", "json")
      #expect(one.status == 11, "\(one)")
      #expect(try JSONText.read(one.output.utf8)["verdict"] == "damaged")
      let resumed = try await desk.lifeboat("resume", "--approve", "go")
      #expect(resumed.status == 70 && desk.log == ["a", "b"], "\(resumed)")
    }
  }

  @Test(arguments: ["cut", "doubled", "swapped", "removed"])
  func `records that are missing, doubled, moved or gone are found`(_ how: String) async throws {
    try await Desk.with { desk in
      let run = try await waiting(desk)
      var lines = bytes(of: run + "/journal.jsonl").split(separator: 0x0A).map { Array($0) }
      switch how {
      case "cut": lines.removeLast()
      case "doubled": lines.insert(lines[1], at: 2)
      case "swapped": lines.swapAt(1, 2)
      default: lines.remove(at: 2)
      }
      try write(lines.flatMap { $0 + [0x0A] }, to: run + "/journal.jsonl")
      let audit = try await desk.lifeboat("audit", "verify")
      #expect(audit.status == 11, "\(audit)")
      let resumed = try await desk.lifeboat("resume", "--approve", "go")
      #expect(resumed.status == 70 && desk.log == ["a", "b"], "\(resumed)")
    }
  }

  @Test func `a run whose folder was taken away shows in the audit`() async throws {
    try await Desk.with { desk in
      let run = try await waiting(desk)
      removeTree(run)
      let audit = try await desk.lifeboat("audit", "verify")
      #expect(audit.status == 11, "\(audit)")
      #expect(audit.output.contains(String(run.split(separator: "/").last ?? "?")), "\(audit)")
    }
  }

  @Test func `a plan that was changed beside its journal is found and not executed`()
    async throws
  {
    try await Desk.with { desk in
      let run = try await waiting(desk)
      let text = try #require(readText(run + "/plan.json"))
      let parts = text.split(separator: "echo z", omittingEmptySubsequences: false)
      #expect(parts.count > 1)
      chmod(run + "/plan.json", 0o600)
      try write(parts.joined(separator: "echo X"), to: run + "/plan.json")
      let audit = try await desk.lifeboat("audit", "verify")
      #expect(audit.status == 11 && audit.output.contains("plan"), "\(audit)")
      let resumed = try await desk.lifeboat("resume", "--approve", "go")
      #expect(resumed.status == 70 && desk.log == ["a", "b"], "\(resumed)")
      #expect(resumed.errors.contains("plan"), "\(resumed)")
    }
  }

  @Test func `looking at runs while one of them is damaged still shows the others`() async throws {
    try await Desk.with { desk in
      let run = try await waiting(desk)
      try write("nonsense\n", to: run + "/journal.jsonl")
      try desk.runbook(checked("c"))
      #expect(try await desk.drill().status == 0)
      let runs = try await desk.lifeboat("runs")
      #expect(runs.status == 0 && runs.output.contains("cannot be read"), "\(runs)")
      #expect(runs.output.contains("succeeded"), "\(runs)")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can mount a small disk"))
  func `a full disk: exit code 70, nothing more is started, and it goes on once there is room`()
    async throws
  {
    try await Desk.with { desk in
      mkdir(desk.state, 0o700)
      guard mount("tmpfs", desk.state, "tmpfs", 0, "size=1m,mode=0700") == 0 else {
        withKnownIssue("no disk can be mounted here: errno \(errno)") { Issue.record() }
        return
      }
      let filler = desk.state + "/filler"
      try desk.runbook(
        checked("a"),
        checked("full", "dd if=/dev/zero of=\(filler) bs=4k 2>/dev/null; echo full >> log"),
        checked("z"))
      let ended = try await desk.drill()
      #expect(ended.status == 70, "\(ended)")
      #expect(desk.log == ["a", "full"])
      #expect(ended.errors.contains("No space left on device"), "\(ended)")
      #expect(ended.errors.contains("lifeboat resume"), "\(ended)")
      unlink(filler)
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 0 && desk.log == ["a", "full", "z"], "\(resumed)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }
}
