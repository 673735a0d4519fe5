import Glibc
import RunbookDriver
import RunbookJournal
import RunbookModel
import Synchronization
import Testing

/// A file system of one megabyte; only root may mount one.
private final class SmallDisk {
  let folder = TestFolder()
  init?() {
    guard geteuid() == 0,
      mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") == 0
    else { return nil }
  }
  deinit { umount2(folder.path, Int32(MNT_DETACH)) }

  /// Takes all the room that is left.
  func fill() {
    guard let file = fopen(folder.path + "/filler", "we") else { return }
    setvbuf(file, nil, _IONBF, 0)
    let block = [UInt8](repeating: 0, count: 512)
    while fwrite(block, 1, block.count, file) == block.count {}
    fclose(file)
  }

  /// Gives the room back. A process that another test was just starting may hold the file open for a moment.
  func empty() {
    unlink(folder.path + "/filler")
    _ = eventually {
      var status = statvfs()
      return statvfs(folder.path, &status) == 0 && status.f_bavail >= 32
    }
  }
}

@Suite struct `A full disk under the journal` {
  @Test(.enabled(if: geteuid() == 0))
  func `leaves the file as it was, and the record goes in once there is room`() throws {
    let disk = try #require(SmallDisk())
    let state = StateFolder(path: disk.folder.path + "/state")
    try state.prepare()
    let key = try SigningKeys(state).own()
    let store = RunStore(state)
    let run = try store.create(holder(), service: "shop", plan: [], key: key, at: moment(0))
    try run.journal.append(event: "first", commands: [], at: moment(0))
    try run.journal.sync()
    let before = bytes(of: run.folder.journal)
    disk.fill()

    let long = String(repeating: "y", count: 20_000)
    try run.journal.append(event: .string(long), commands: [], at: moment(1000))
    let failure = error { try run.journal.sync() }
    #expect(failure?.kind == .full)
    #expect(failure?.message.contains(run.folder.journal) == true)
    #expect(failure?.message.contains("No space left on device") == true)
    #expect(failure?.advice?.contains("free some space") == true)
    #expect(bytes(of: run.folder.journal) == before)

    disk.empty()
    try run.journal.sync()
    try store.seal(run, at: moment(2000))
    #expect(run.journal.count == 2)
    #expect(try StoreAudit(state).verify(run.folder).verdict == .intact)
  }

  @Test(.enabled(if: geteuid() == 0))
  func `keeps a run from starting with a clear error`() throws {
    let disk = try #require(SmallDisk())
    let state = StateFolder(path: disk.folder.path + "/state")
    try state.prepare()
    let key = try SigningKeys(state).own()
    disk.fill()
    let failure = error {
      _ = try RunStore(state).create(
        holder(), service: "shop", plan: [UInt8](repeating: 32, count: 50_000), key: key,
        at: moment(0))
    }
    #expect(failure?.kind == .full)
    #expect(try RunStore(state).ids().isEmpty, "nothing half made is left behind")
  }
}

@Suite struct `A disk that loses a write` {
  /// Fails while it is told to.
  private final class Disk: Sendable {
    let isFailing = Atomic(false)
  }

  @Test func `ends the journal: nothing more is written, and every later call says so`() throws {
    let folder = TestFolder()
    let key = try #require(SigningKey(newNamed: "test"))
    let disk = Disk()
    let journal = try JournalFile.create(
      folder.path + "/journal.jsonl",
      checkpoint: CheckpointFile(path: folder.path + "/checkpoint", origin: "o", key: key),
      makeDurable: { file throws(StoreError) in
        guard disk.isFailing.load(ordering: .relaxed) else { return try file.makeDurable() }
        throw StoreError(.system(EIO), "cannot make durable what was written to \(file.path)")
      })
    try journal.append(event: 0, commands: [], at: moment(0))
    try journal.sync()
    disk.isFailing.store(true, ordering: .relaxed)
    try journal.append(event: 1, commands: [], at: moment(1000))
    let first = error { try journal.sync() }
    #expect(first?.kind == .dead)
    #expect(first?.message.contains("what the disk now holds is not known") == true)
    disk.isFailing.store(false, ordering: .relaxed)
    let size = bytes(of: journal.path).count
    let later: [() throws -> Void] = [
      { try journal.append(event: 2, commands: [], at: moment(2000)) },
      { try journal.flush() }, { try journal.sync() }, { try journal.seal() },
    ]
    for call in later { #expect(error(call)?.kind == .dead) }
    #expect(bytes(of: journal.path).count == size)
    let note = bytes(of: folder.path + "/checkpoint")
    let covered = try Checkpoint.read(note, origin: "o", keys: [key.verifying]).checkpoint.size
    #expect(covered == 1, "no signature covers what may be lost")
  }
}
