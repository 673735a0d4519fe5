import Glibc
import RunbookModel
import TestServers
import Testing

/// A run with everything, on real files, that died at each of its records in turn.
@Suite struct EveryRecordTests {
  private static let changes = ["a", "b", "c", "d"]

  /// Parallel changes, a retry with its timer, a question, and an end that fails, so that all is taken back.
  private func everything(_ desk: Desk) throws {
    func made(_ id: String, _ more: String) -> String {
      checked(id, "echo \(id) >> made; echo \(id) >> log", "undo: auto\n" + more)
    }
    try desk.runbook(
      made("a", ""), made("b", "needs: [a]"), made("c", "needs: [a]"),
      look(
        "tried", "[ -e tried ] || { touch tried; exit 1; }",
        "needs: [b, c]\nretry: {attempts: 2, delay: 20ms}"),
      gate("go"), made("d", ""), look("proof", "exit 1"), head: "on_failure: unwind")
  }

  /// What had been done to the target when the first records were all there was.
  private struct Target {
    var made: [String] = []
    var undone: [String] = []

    /// `underWayIsMade`: what had been begun and had not ended was made all the same.
    init(after records: ArraySlice<Value>, underWayIsMade: Bool) {
      var begun: [(verb: String, step: String)] = []
      var ended: Set<String> = []
      for record in records {
        if let step = record["event"]?["step"]?.string {
          switch record["event"]?["type"]?.string {
          case "step_applied": ended.insert("apply \(step)")
          case "step_undone": ended.insert("undo \(step)")
          default: break
          }
        }
        for command in record["commands"]?.list ?? [] {
          guard let verb = command["do"]?.string, let step = command["step"]?.string else {
            continue
          }
          if verb == "apply" || verb == "undo" { begun.append((verb, step)) }
        }
      }
      for (verb, step) in begun where underWayIsMade || ended.contains("\(verb) \(step)") {
        if verb == "apply" { made.append(step) } else { undone.append(step) }
      }
    }

    var log: String {
      (made.filter { !undone.contains($0) } + undone.map { "undo_\($0)" })
        .map { $0 + "\n" }.joined()
    }
  }

  /// Resumes until the run ends: says yes at the question, and looks again where nobody could know what was done.
  private func goOn(_ desk: Desk) async throws -> Ended {
    var ended = try await desk.lifeboat("resume")
    for _ in 0..<Self.changes.count where ended.status == 6 {
      if let step = Self.changes.first(where: { ended.everything.contains("--retry \($0) ") }) {
        ended = try await desk.lifeboat("resume", "--retry", step, "--reason", "not made, I looked")
      } else {
        ended = try await desk.lifeboat("resume", "--approve", "go")
      }
    }
    return ended
  }

  @Test(arguments: [true, false])
  func `a death at any record repeats no change, loses no record, and the run ends`(
    _ underWayIsMade: Bool
  ) async throws {
    try await Desk.with { desk in
      try everything(desk)
      let whole = try await desk.drill("--approve", "go")
      #expect(whole.status == 8, "\(whole)")
      let records = try desk.journal()
      let lines = bytes(of: try desk.run() + "/journal.jsonl").split(separator: 0x0A)
        .map { Array($0) + [0x0A] }
      let runs = bytes(of: desk.state + "/runs.jsonl").split(separator: 0x0A)
      let saved = desk.path + "/saved"
      try copyTree(desk.state, to: saved)
      #expect(lines.count > 20 && lines.count == records.count)

      for count in 1..<lines.count {
        let place = "after record \(count - 1) of \(lines.count)"
        removeTree(desk.state)
        try copyTree(saved, to: desk.state)
        // As the dead process left it: nobody had signed that this run has ended.
        for name in ["runs.checkpoint", "runs/\(names(in: saved + "/runs")[0])/checkpoint"] {
          unlink("\(desk.state)/\(name)")
        }
        try write(runs[0] + [0x0A], to: desk.state + "/runs.jsonl")
        try write(lines[..<count].flatMap { $0 }, to: try desk.run() + "/journal.jsonl")
        let target = Target(after: records[..<count], underWayIsMade: underWayIsMade)
        try write(target.log, to: desk.target + "/log")
        try write(target.made.map { $0 + "\n" }.joined(), to: desk.target + "/made")

        let ended = try await goOn(desk)
        // A run that had closed before the death has nothing to go on with.
        let hadClosed = records[..<count].contains {
          $0["commands"]?.list?.contains { $0["do"] == "close" } ?? false
        }
        #expect(hadClosed ? ended.status != 0 : ended.status == 8, "\(place): \(ended)")
        let made = (desk.read("made") ?? "").split(separator: "\n").map(String.init)
        #expect(made.count == Set(made).count, "\(place): made twice: \(made)")
        let log = desk.log
        #expect(!Self.changes.contains { log.contains($0) }, "\(place): \(log)")
        #expect(Set(log) == Set(made.map { "undo_\($0)" }), "\(place): \(log), made \(made)")
        let after = bytes(of: try desk.run() + "/journal.jsonl")
        #expect(after.starts(with: lines[..<count].flatMap { $0 }), "\(place): a record was lost")
        let audit = try await desk.lifeboat("audit", "verify")
        #expect(audit.status == 0, "\(place): \(audit)")
      }
    }
  }
}
