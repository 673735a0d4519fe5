import Glibc
import RunbookDriver
import RunbookJournal
import RunbookModel
import Testing

@Suite struct `The store of runs` {
  @Test func `an id is its time and four characters`() {
    let id = RunStore.newID(at: Timestamp("2026-11-21T01:35:07.9Z")!)
    #expect(id.text.hasPrefix("20261121-013507-"))
    #expect(id.text.count == 20)
    #expect(id != RunStore.newID(at: Timestamp("2026-11-21T01:35:07.9Z")!))
  }

  @Test func `an id that is taken is not taken twice`() throws {
    let run = try TestRun()
    func again() -> StoreError? {
      error {
        _ = try run.store.create(holder(), service: "s", plan: [], key: run.key, at: moment(0))
      }
    }
    #expect(again()?.kind == .held(by: holder()), "it is just being started")
    try run.append(1)
    try run.journal.flush()
    #expect(again()?.kind == .alreadyExists)
  }

  @Test func `an id whose start died before its first record is taken by the next`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let store = RunStore(folder.state)
    let key = try SigningKeys(folder.state).own()
    func start(_ plan: String) throws -> RunStore.Driven {
      try store.create(
        holder(), service: "shop", plan: Array(plan.utf8), key: key, at: moment(0))
    }
    _ = try start("{}")
    #expect(!store.hasBegun(holder().run))
    let second = try start("[]")
    #expect(try second.folder.readPlan() == Array("[]".utf8))
    try second.journal.append(event: ["n": 1], commands: [], at: moment(1))
    try store.seal(second, at: moment(1))
    #expect(store.hasBegun(holder().run))
    #expect(try StoreAudit(folder.state).verifyAll().verdict == .intact)
  }

  @Test func `a run that held records once is not begun again, whatever became of them`() throws {
    let sealed = try TestRun()
    try sealed.append(2)
    try sealed.store.seal(sealed.driven, at: moment(2))
    let aside = try TestRun()
    for (run, rest) in [(sealed, nil), (aside, "checkpoint.rejected-at-0")] {
      let folder = run.driven.folder
      unlink(folder.checkpoint)
      #expect(truncate(folder.journal, 0) == 0)
      if let rest { write(Array("?".utf8), to: "\(folder.path)/\(rest)") }
      unlink(folder.path + "/lock")
      #expect(run.store.hasBegun(folder.id))
      let failure = error {
        _ = try run.store.create(
          holder(), service: "s", plan: [], key: run.key, at: moment(3))
      }
      #expect(failure?.kind == .alreadyExists)
    }
  }

  @Test func `of a run that was begun again its last plan counts, whichever log names it`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let store = RunStore(folder.state)
    let key = try SigningKeys(folder.state).own()
    for plan in ["{}", "[]"] {
      let run = try store.create(
        holder(), service: "shop", plan: Array(plan.utf8), key: key, at: moment(0))
      if plan == "[]" {
        try run.journal.append(event: ["n": 1], commands: [], at: moment(1))
        try store.seal(run, at: moment(1))
      } else {
        // It is set aside, and a new one begins.
        write(bytes(of: folder.state.log) + Array("?\n".utf8), to: folder.state.log)
      }
    }
    let audit = try StoreAudit(folder.state).verify(store.run(holder().run))
    #expect(audit.findings.isEmpty && audit.verdict == .intact, "\(audit)")
  }

  @Test func `a run is found by the beginning of its id or as the latest`() throws {
    let run = try TestRun("20261121-120000-aaaa")
    for id in ["20261121-120000-abcd", "20261122-090000-zzzz"] {
      _ = try run.store.create(holder(id), service: "s", plan: [], key: run.key, at: moment(0))
    }
    #expect(try run.store.find("latest").id.text == "20261122-090000-zzzz")
    #expect(try run.store.find("20261121-120000-ab").id.text == "20261121-120000-abcd")
    #expect(try run.store.find("20261121-120000-aaaa").id.text == "20261121-120000-aaaa")
    let several = error { _ = try run.store.find("20261121") }
    #expect(several?.kind == .ambiguous)
    #expect(several?.message.contains("20261121-120000-abcd, 20261121-120000-aaaa") == true)
    for text in ["2025", "", "../runs"] {
      #expect(error { _ = try run.store.find(text) }?.kind == .notFound)
    }
  }

  @Test func `of two runs of one second the later one is the latest, however their ids end`() throws
  {
    let run = try TestRun("20261121-120000-zzzz")
    for (id, time) in [("20261121-120000-zzzz", 5), ("20261121-120000-aaaa", 6)] {
      if id != run.driven.folder.id.text {
        _ = try run.store.create(holder(id), service: "s", plan: [], key: run.key, at: moment(0))
      }
      // Not left to the file system's clock, which may tick too slowly for two runs.
      let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
      let plan = run.store.run(RunID(id)).plan
      try #require(utimensat(AT_FDCWD, plan, times, 0) == 0)
    }
    #expect(try run.store.find("latest").id.text == "20261121-120000-aaaa")
    #expect(try run.store.list().map(\.id.text).first == "20261121-120000-aaaa")
  }

  @Test func `a state folder that is not there has no runs`() throws {
    let store = RunStore(StateFolder(path: "/nonexistent/state"))
    #expect(try store.list().isEmpty)
    #expect(error { _ = try store.find("latest") }?.kind == .notFound)
  }

  @Test func `a list is newest first and tells which runs are damaged`() throws {
    let run = try TestRun("20261121-120000-aaaa")
    try run.append(3000)
    try run.journal.flush()
    for name in ["20261121-130000-none", "20261121-140000-text", "20261121-150000-half"] {
      mkdir(run.folder.state.runs + "/" + name, 0o700)
    }
    write([], to: run.folder.state.runs + "/20261121-130000-none/journal.jsonl")
    write(Array("hello\n".utf8), to: run.folder.state.runs + "/20261121-140000-text/journal.jsonl")
    let list = try run.store.list()
    #expect(
      list.map(\.id.text) == [
        "20261121-150000-half", "20261121-140000-text", "20261121-130000-none",
        "20261121-120000-aaaa",
      ])
    #expect(list[0].problem?.contains("journal.jsonl") == true)
    #expect(list[1].problem?.contains("is no record") == true)
    #expect(list[2].problem == "it holds no record: its start was broken off")
    #expect(list[3].problem == nil)
    #expect(list[3].recordCount == 3000)
    #expect(list[3].first?.seq == 0)
    #expect(list[3].driver == .held(by: holder()))
  }

  @Test
  func `a start that died leaves no run, and does not stand in the way of the next with its id`()
    throws
  {
    let run = try TestRun("20261121-120000-aaaa")
    // As a process leaves it that is killed between its plan and its run's name.
    let half = run.folder.state.runs + "/.20261121-130000-half"
    mkdir(half, 0o700)
    write(Array("{}".utf8), to: half + "/plan.json")
    #expect(try run.store.find("latest").id.text == "20261121-120000-aaaa")
    #expect(try StoreAudit(run.folder.state).verifyAll().runs.count == 1)
    // The id of a run that continues another stands in the other's journal: it is the same each time.
    let next = try run.store.create(
      holder("20261121-130000-half"), service: "s", plan: [1], key: run.key, at: moment(6))
    #expect(try next.folder.readPlan() == [1])
    #expect(try run.store.find("latest").id.text == "20261121-130000-half")
    #expect(access(half, F_OK) != 0)
  }

  @Test func `attachments are kept under their hash and checked when they are read`() throws {
    let run = try TestRun()
    let hash = try run.driven.folder.attach([1, 2, 3])
    #expect(try run.driven.folder.attach([1, 2, 3]) == hash)
    #expect(try run.driven.folder.attachment(hash) == [1, 2, 3])
    write([1, 2, 4], to: "\(run.driven.folder.attachments)/\(hash.hex)")
    #expect(error { _ = try run.driven.folder.attachment(hash) }?.kind == .damaged)
  }

  @Test func `the plan comes back byte for byte`() throws {
    let run = try TestRun()
    #expect(try run.driven.folder.readPlan() == Array("{}".utf8))
  }
}

@Suite struct `The audit of a whole state folder` {
  private func three() throws -> TestRun {
    let run = try TestRun("20261121-120000-aaaa")
    try run.append(4)
    try run.store.seal(run.driven, at: moment(5))
    for id in ["20261121-120100-bbbb", "20261121-120200-cccc"] {
      let other = try run.store.create(
        holder(id), service: "s", plan: Array(id.utf8), key: run.key, at: moment(6))
      for number in 0..<4 {
        try other.journal.append(event: .int(Int64(number)), commands: [], at: moment(7))
      }
      try run.store.seal(other, at: moment(8))
    }
    return run
  }

  private func path(_ run: TestRun, _ rest: String) -> String { run.folder.state.runs + "/" + rest }

  @Test func `it is intact when nothing was touched`() throws {
    let run = try three()
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.verdict == .intact, "\(report)")
    #expect(report.runs.count == 3)
    #expect(report.log.recordCount == 6)
  }

  @Test func `a run whose folder is gone is named`() throws {
    let run = try three()
    TestFolder.run(["rm", "-rf", path(run, "20261121-120100-bbbb")])
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.verdict == .damaged)
    #expect(
      report.findings.map(\.message) == [
        "run 20261121-120100-bbbb is in the log of all runs, but its folder is missing"
      ])
  }

  @Test func `a run that nobody entered is named`() throws {
    let run = try three()
    TestFolder.run([
      "cp", "-r", path(run, "20261121-120100-bbbb"), path(run, "20261121-120150-xxxx"),
    ])
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.verdict == .damaged)
    let added = try #require(report.runs.first { $0.run.text == "20261121-120150-xxxx" })
    #expect(added.findings.map(\.kind) == [.added])
  }

  @Test func `a run set back to an earlier, rightly signed state is found`() throws {
    let run = try TestRun()
    try run.append(4)
    try run.store.seal(run.driven, at: moment(5))
    TestFolder.run(["cp", "-r", run.driven.folder.path, run.folder.path + "/earlier"])
    try run.append(4)
    try run.store.seal(run.driven, at: moment(6))
    #expect(try StoreAudit(run.folder.state).verify(run.driven.folder).verdict == .intact)
    for name in ["journal.jsonl", "checkpoint"] {
      TestFolder.run([
        "cp", run.folder.path + "/earlier/" + name, run.driven.folder.path + "/" + name,
      ])
    }
    let report = try StoreAudit(run.folder.state).verify(run.driven.folder)
    #expect(report.verdict == .damaged)
    #expect(report.journal.findings.first?.message == "records 4 to 7 are missing")
  }

  @Test
  func `an attachment that a record names and that is gone is found, wherever its name stands`()
    throws
  {
    let run = try TestRun()
    let hash = String(repeating: "ab", count: 32)
    for padding in [0, 1 << 20 - 90, 1 << 20 - 40, 1 << 20, 1 << 20 + 5] {
      let path = "\(run.folder.state.path)/journal-\(padding)"
      let line = String(repeating: " ", count: padding) + "{\"attachment\":\"\(hash)\"}\n"
      write(Array(line.utf8), to: path)
      #expect(try NamedAttachments(in: OpenFile(path, O_RDONLY)).hashes == [hash], "\(padding)")
    }
    // What a program printed is no name, nor is what is no SHA-256.
    for text in [
      "{\"output\":\"\\\"attachment\\\":\\\"\(hash)\\\"\"}", "{\"forecast\":\"ab12\"}", "",
    ] {
      let path = "\(run.folder.state.path)/other"
      write(Array(text.utf8), to: path)
      #expect(try NamedAttachments(in: OpenFile(path, O_RDONLY)).hashes.isEmpty, "\(text)")
    }
  }

  @Test func `a changed plan, attachment or log is found`() throws {
    let run = try three()
    write([1], to: path(run, "20261121-120100-bbbb/plan.json"))
    let hash = try run.driven.folder.attach([1, 2, 3])
    write([9], to: "\(run.driven.folder.attachments)/\(hash.hex)")
    var log = bytes(of: run.folder.state.log)
    log[log.count - 10] ^= 1
    write(log, to: run.folder.state.log)
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.log.verdict == .damaged)
    #expect(report.runs[0].findings.map(\.kind) == [.changed])
    #expect(report.runs[1].findings.first?.message.contains("the plan of run") == true)
  }

  @Test func `a damaged log does not keep a run from starting, and stays as evidence`() throws {
    let run = try three()
    var log = bytes(of: run.folder.state.log)
    log[10] ^= 1
    write(log, to: run.folder.state.log)
    let next = try run.store.create(
      holder("20261121-130000-dddd"), service: "s", plan: [], key: run.key, at: moment(9))
    #expect(next.journal.count == 0)
    #expect(bytes(of: run.folder.state.path + "/runs.damaged-1.jsonl") == log)
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.verdict == .damaged)
    #expect(report.findings.first?.message.contains("runs.damaged-1.jsonl") == true)
  }

  @Test func `many processes enter runs into one log without losing any`() async throws {
    let run = try TestRun()
    let (store, key) = (run.store, run.key)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          let id = "20261121-1300\(10 + number)-dddd"
          _ = try? store.create(holder(id), service: "s", plan: [], key: key, at: moment(9))
        }
      }
    }
    let report = try StoreAudit(run.folder.state).verifyAll()
    #expect(report.log.verdict == .intact)
    #expect(report.log.recordCount == 9)
  }
}
