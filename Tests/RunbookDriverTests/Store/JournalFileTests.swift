import Glibc
import RunbookDriver
import RunbookJournal
import RunbookModel
import Testing

@Suite struct `The journal file` {
  @Test func `records come back in order, as they were written`() throws {
    let run = try TestRun()
    try run.append(100)
    try run.journal.sync()
    var reader = try run.driven.folder.readJournal()
    for number in 0..<100 {
      let record = try #require(try reader.next())
      #expect(record.seq == number)
      #expect(record.event == ["n": .int(Int64(number))])
      #expect(record.at == moment(Int64(number)))
    }
    #expect(try reader.next() == nil)
    #expect(reader.tornBytes == 0)
    #expect(reader.root == run.journal.root)
  }

  @Test func `a record is in the file after a flush and not before`() throws {
    let run = try TestRun()
    try run.append(1)
    #expect(bytes(of: run.driven.folder.journal).isEmpty)
    try run.journal.flush()
    #expect(bytes(of: run.driven.folder.journal).last == 0x0A)
  }

  @Test func `many threads that append and sync lose nothing`() async throws {
    let run = try TestRun()
    let journal = run.journal
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for number in 0..<25 {
            _ = try? journal.append(
              event: [.int(Int64(worker)), .int(Int64(number))], commands: [], at: moment(0))
            try? journal.sync()
          }
        }
      }
    }
    try run.store.seal(run.driven, at: moment(1))
    var seen = Set<Value>()
    var reader = try run.driven.folder.readJournal()
    while let record = try reader.next() { seen.insert(record.event) }
    #expect(seen.count == 200)
    #expect(try StoreAudit(run.folder.state).verify(run.driven.folder).verdict == .intact)
  }

  @Test func `a checkpoint follows the records, and seal covers them all`() throws {
    let run = try TestRun()
    let keys = [run.key.verifying]
    func covered() throws -> Int {
      try Checkpoint.read(
        bytes(of: run.driven.folder.checkpoint),
        origin: Checkpoint.origin(ofRun: run.driven.folder.id.text), keys: keys
      ).checkpoint.size
    }
    try run.journal.append(event: 0, commands: [], at: moment(0))
    try run.journal.sync()
    #expect(try covered() == 1)
    try run.journal.append(event: 1, commands: [], at: moment(249))
    try run.journal.sync()
    #expect(try covered() == 1, "the last checkpoint is younger than 250 ms")
    try run.journal.append(event: 2, commands: [], at: moment(250))
    try run.journal.sync()
    #expect(try covered() == 3)
    try run.journal.append(event: 3, commands: [], at: moment(251))
    try run.journal.seal()
    #expect(try covered() == 4)
  }

  @Test func `a record that is too large is refused and the journal goes on`() throws {
    let run = try TestRun()
    let large = String(repeating: "x", count: Record.maximumLineBytes)
    let failure = error {
      try run.journal.append(event: .string(large), commands: [], at: moment(0))
    }
    #expect(failure?.kind == .tooLarge)
    try run.append(2)
    try run.store.seal(run.driven, at: moment(1))
    #expect(try StoreAudit(run.folder.state).verify(run.driven.folder).verdict == .intact)
  }
}

@Suite struct `A journal that is opened again` {
  private func reopen(
    _ run: TestRun, _ visit: (Record) throws(StoreError) -> Void = { _ in }
  ) throws -> (RunStore.Driven, JournalRecovery) {
    // A copy, because this process still holds the lock of the original.
    let copy = RunFolder(id: run.driven.folder.id, path: run.folder.path + "/copy")
    TestFolder.run(["cp", "-r", run.driven.folder.path, copy.path])
    return try run.store.resume(copy, holder(), key: run.key, visit: visit)
  }

  @Test func `it hands out every record and goes on after the last`() throws {
    let run = try TestRun()
    try run.append(5)
    try run.journal.sync()
    var seen: [Int] = []
    let (again, recovery) = try reopen(run) { record throws(StoreError) in seen.append(record.seq) }
    #expect(seen == [0, 1, 2, 3, 4])
    #expect(recovery.cutBytes == 0)
    #expect(recovery.checkpoint == .covers(5))
    #expect(try again.journal.append(event: 5, commands: [], at: moment(9)) == 5)
    try again.journal.seal()
    var reader = try again.folder.readJournal()
    while try reader.next() != nil {}
    #expect(reader.count == 6)
  }

  @Test func `a torn last line is cut wherever it was torn`() throws {
    let run = try TestRun()
    try run.append(3)
    try run.journal.sync()
    let whole = bytes(of: run.driven.folder.journal)
    try run.append(1)
    try run.journal.flush()
    let line = bytes(of: run.driven.folder.journal).dropFirst(whole.count)
    for length in 0..<line.count {
      write(whole + line.prefix(length), to: run.driven.folder.journal)
      var seen = 0
      let (again, recovery) = try reopen(run) { _ throws(StoreError) in seen += 1 }
      #expect(seen == 3)
      #expect(recovery.cutBytes == length)
      #expect(bytes(of: again.folder.journal) == whole)
      TestFolder.run(["rm", "-rf", run.folder.path + "/copy"])
    }
  }

  @Test func `a changed record stops it, and nothing is cut`() throws {
    let run = try TestRun()
    try run.append(4)
    try run.journal.sync()
    var changed = bytes(of: run.driven.folder.journal)
    changed[changed.count / 2] ^= 1
    changed += Array("{\"torn".utf8)
    write(changed, to: run.driven.folder.journal)
    let failure = error { _ = try reopen(run) }
    #expect(failure?.kind == .damaged)
    #expect(failure?.advice?.contains("audit verify") == true)
    #expect(bytes(of: run.folder.path + "/copy/journal.jsonl") == changed)
  }

  @Test func `a journal shorter than its checkpoint is not gone on with`() throws {
    let run = try TestRun()
    try run.append(4)
    try run.journal.seal()
    let whole = bytes(of: run.driven.folder.journal)
    let cut = try #require(whole.dropLast().lastIndex(of: 0x0A))
    write(Array(whole[...cut]), to: run.driven.folder.journal)
    let failure = error { _ = try reopen(run) }
    #expect(failure?.kind == .damaged)
    #expect(failure?.message.contains("ends after 3 records") == true)
    #expect(failure?.message.contains("covers 4") == true)
  }

  @Test func `a checkpoint that proves nothing is kept aside and said`() throws {
    let run = try TestRun()
    try run.append(4)
    try run.journal.seal()
    write(Array("nonsense".utf8), to: run.driven.folder.checkpoint)
    let (again, recovery) = try reopen(run)
    guard case .unusable = recovery.checkpoint else {
      Issue.record("\(recovery)")
      return
    }
    try again.journal.seal()
    #expect(bytes(of: again.folder.checkpoint + ".rejected-at-4") == Array("nonsense".utf8))
  }

  @Test func `a missing checkpoint does not stop it`() throws {
    let run = try TestRun()
    try run.append(2)
    try run.journal.sync()
    unlink(run.driven.folder.checkpoint)
    #expect(try reopen(run).1.checkpoint == .missing)
  }
}
