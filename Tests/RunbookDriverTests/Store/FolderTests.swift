import Glibc
import RunbookDriver
import RunbookJournal
import RunbookModel
import Testing

@Suite struct `The state folder` {
  @Test func `it is made for its owner alone`() throws {
    let folder = TestFolder()
    let state = StateFolder(path: folder.path + "/a/b/state")
    #expect(!state.exists)
    try state.prepare()
    for path in [state.path, state.runs, state.locks, state.plans, state.keys] {
      #expect(mode(of: path) == 0o700, "\(path)")
    }
    try state.prepare()
  }

  @Test func `LIFEBOAT_STATE comes before HOME`() throws {
    #expect(try StateFolder(environment: ["LIFEBOAT_STATE": "/s/", "HOME": "/h"]).path == "/s")
    #expect(try StateFolder(environment: ["HOME": "/h"]).path == "/h/.local/state/lifeboat")
    #expect(
      try StateFolder(environment: ["LIFEBOAT_STATE": "", "HOME": "/h"]).path
        == "/h/.local/state/lifeboat")
    let failure = error { _ = try StateFolder(environment: [:]) }
    #expect(failure?.kind == .unusableFolder)
    #expect(failure?.advice?.contains("LIFEBOAT_STATE") == true)
  }

  @Test func `a folder that cannot be made is the machine's trouble, with what to set instead`() {
    let failure = error { try StateFolder(path: "/proc/nowhere/state").prepare() }
    #expect(failure?.kind == .unusableFolder)
    #expect(failure?.message == "cannot create the folder /proc/nowhere: No such file or directory")
    #expect(failure?.advice?.contains("LIFEBOAT_STATE") == true)
  }

  @Test func `a file in its place is refused`() throws {
    let folder = TestFolder()
    write([1], to: folder.path + "/state")
    let failure = error { try folder.state.prepare() }
    #expect(failure?.kind == .unusableFolder)
    #expect(failure?.message == "\(folder.path)/state is there, but it is no folder")
  }

  @Test func `a folder that anybody can write to is refused, with the command that mends it`()
    throws
  {
    let folder = TestFolder()
    try folder.state.prepare()
    chmod(folder.state.path, 0o777)
    let failure = error { try folder.state.prepare() }
    #expect(failure?.kind == .unusableFolder)
    #expect(failure?.advice == "run: chmod o-w \(folder.state.path)")
  }

  @Test(.enabled(if: geteuid() == 0))
  func `a folder of another user is refused`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    chown(folder.state.path, 65534, 65534)
    let failure = error { try folder.state.prepare() }
    #expect(failure?.message.contains("belongs to user 65534, and this is user 0") == true)
  }

  @Test(.enabled(if: geteuid() == 0))
  func `a read-only file system is said to be one`() throws {
    let folder = TestFolder()
    try #require(mount("tmpfs", folder.path, "tmpfs", UInt(MS_RDONLY), "size=1m") == 0)
    defer { umount2(folder.path, Int32(MNT_DETACH)) }
    let failure = error { try folder.state.prepare() }
    #expect(failure?.message.contains("Read-only file system") == true)
    #expect(failure?.advice?.contains("LIFEBOAT_STATE") == true)
  }
}

@Suite struct `Signing keys` {
  @Test func `the folder's own key is made once, and nobody else can read it`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let keys = SigningKeys(folder.state)
    let key = try keys.own()
    #expect(try keys.own().verifying == key.verifying)
    #expect(keys.known() == [key.verifying])
    #expect(mode(of: folder.state.keys + "/checkpoint.key") == 0o600)
  }

  @Test func `many processes that come together get the same key`() async throws {
    let folder = TestFolder()
    let state = folder.state
    try state.prepare()
    let keys = await withTaskGroup(of: VerifyingKey?.self) { group in
      for _ in 0..<16 { group.addTask { try? SigningKeys(state).own().verifying } }
      return await group.reduce(into: Set<VerifyingKey?>()) { $0.insert($1) }
    }
    #expect(keys.count == 1)
    #expect(keys.first != .some(nil))
  }

  @Test func `a key that others can read is refused, as ssh does`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let keys = SigningKeys(folder.state)
    _ = try keys.own()
    let path = folder.state.keys + "/checkpoint.key"
    for bits in [0o640, 0o604, 0o602] as [mode_t] {
      chmod(path, bits)
      let failure = error { _ = try keys.load(path) }
      #expect(failure?.kind == .unusableKey)
      #expect(failure?.advice == "run: chmod 600 \(path)")
    }
  }

  @Test func `a file that is no key is refused without showing what it holds`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let path = folder.path + "/key"
    for text in ["", "hunter2", "PRIVATE+KEY+a+00000000+AAAA", "two\nlines hunter2"] {
      write(Array(text.utf8), to: path)
      chmod(path, 0o600)
      let failure = error { _ = try SigningKeys(folder.state).load(path) }
      #expect(failure?.kind == .unusableKey)
      #expect(failure?.description.contains("hunter2") == false)
    }
    let missing = error { _ = try SigningKeys(folder.state).load(folder.path + "/none") }
    #expect(missing?.kind == .unusableKey)
    #expect(missing?.message.contains("does not exist") == true)
  }
}

@Suite struct `Saved plans` {
  @Test func `a plan is executed once, and the second asker learns by which run`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let ledger = SavedPlanLedger(folder.state)
    #expect(ledger.user(of: "p-1") == nil)
    try ledger.claim("p-1", for: RunID("run-1"))
    // Its start may have died before its first record.
    try ledger.claim("p-1", for: RunID("run-1"))
    let failure = error { try ledger.claim("p-1", for: RunID("run-2")) }
    #expect(failure?.kind == .planUsed(by: RunID("run-1")))
    try ledger.claim("p-2", for: RunID("run-2"))
  }

  @Test func `of many that claim one plan together, one gets it`() async throws {
    let folder = TestFolder()
    let state = folder.state
    try state.prepare()
    let won = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<16 {
        group.addTask {
          (try? SavedPlanLedger(state).claim("p-1", for: RunID("run-\(number)"))) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1)
  }
}
