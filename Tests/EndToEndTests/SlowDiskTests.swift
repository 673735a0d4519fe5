import Glibc
import RunbookModel
import TestServers
import Testing

/// A disk that takes its time over every sync of the journal, or does not answer at all.
@Suite struct SlowDiskTests {
  @Test func `no change is made before a slow disk holds the record that orders it`() async throws {
    try await Desk.with { desk in
      let disk = desk.path + "/disk"
      try write("150\n", to: disk)
      // Each change asks what the disk held when it began: is its own order in that part of the journal?
      func ordered(_ id: String) -> String {
        "head -c $(cat \(disk).synced) \(desk.state)/runs/*/journal.jsonl"
          + " | grep -q '\"do\":\"apply\",\"step\":\"\(id)\"' && echo \(id) >> log"
      }
      try desk.runbook(
        change("a", ordered("a"), "needs: []"), change("b", ordered("b"), "needs: []"),
        change("c", ordered("c"), "needs: [a, b]"), change("d", ordered("d")))
      let ended = try await desk.start(
        ["drill", desk.book, "-e", "here"],
        with: [try await desk.preload("slow_disk"), "SLOW_DISK=\(disk)"]
      ).end()
      #expect(ended.status == 0, "\(ended)")
      #expect(desk.log.count == 4 && Set(desk.log.suffix(2)) == ["c", "d"], "\(desk.log)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }

  @Test
  func `a disk that gives no answer keeps everything unmade, is left by two signals, and resumed`()
    async throws
  {
    try await Desk.with { desk in
      let disk = desk.path + "/disk"
      try write("0\n", to: disk)
      // The first step's own ending is the first thing that the disk does not take.
      try desk.runbook(checked("a", "echo stuck > \(disk); echo a >> log"), checked("z"))
      let child = try desk.start(
        ["drill", desk.book, "-e", "here"],
        with: [try await desk.preload("slow_disk"), "SLOW_DISK=\(disk)"])
      #expect(
        await eventually(within: .seconds(30)) {
          (try? desk.journal().contains { $0["event"]?["type"] == "step_applied" }) ?? false
        })
      let status = try await desk.lifeboat("status")
      #expect(status.status == 0 && status.output.contains("a"), "\(status)")
      kill(child.pid, SIGTERM)
      #expect(
        await eventually { (child.errorsSoFar).contains("starting nothing more") })
      kill(child.pid, SIGTERM)
      let ended = try await child.end()
      #expect(ended.status == 10, "\(ended)")
      #expect(ended.errors.contains("lifeboat resume"), "\(ended)")
      #expect(desk.log == ["a"])
      let resumed = try await desk.lifeboat("resume")
      #expect(resumed.status == 0 && desk.log == ["a", "z"], "\(resumed)")
      #expect(try await desk.lifeboat("audit", "verify").status == 0)
    }
  }
}
