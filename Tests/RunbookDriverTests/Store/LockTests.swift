import Glibc
import RunbookDriver
import RunbookModel
import Testing

/// Takes a lock of the same kind in another process and holds it until it is killed.
private func lockElsewhere(_ path: String, run: String, ready: String) -> pid_t? {
  let program = """
    import fcntl, os, struct, sys, time, json
    fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
    os.ftruncate(fd, 0)
    os.write(fd, json.dumps({"pid": os.getpid(), "host": os.uname().nodename, "run": sys.argv[2],
      "by": "bob", "since": {"$timestamp": "2026-11-21T12:00:00Z"}}).encode())
    open(sys.argv[3], "w").close()
    time.sleep(60)
    """
  return TestFolder.start(["python3", "-c", program, path, run, ready])
}

@Suite struct `Locks` {
  @Test func `one service is in the hands of one run`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let lock = try folder.state.lockService("shop", holder: holder("run-1"))
    let failure = error { _ = try folder.state.lockService("shop", holder: holder("run-2")) }
    #expect(failure?.kind == .held(by: holder("run-1")))
    #expect(failure?.message.contains("alice") == true)
    #expect(failure?.message.contains("run-1") == true)
    #expect(failure?.advice == "look at it with: lifeboat status run-1")
    _ = try folder.state.lockService("crm", holder: holder("run-3"))
    withExtendedLifetime(lock) {}
  }

  @Test func `a lock is free once it is let go`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    do {
      let lock = try folder.state.lockService("shop", holder: holder("run-1"))
      #expect(folder.state.serviceState("shop") == .held(by: holder("run-1")))
      withExtendedLifetime(lock) {}
    }
    #expect(folder.state.serviceState("shop") == .free)
    let again = try folder.state.lockService("shop", holder: holder("run-2"))
    #expect(again.abandonedBy == nil)
  }

  @Test func `a killed process cannot keep a lock, and the next holder learns whose it was`() throws
  {
    let folder = TestFolder()
    try folder.state.prepare()
    let ready = folder.path + "/ready"
    let other = try #require(
      lockElsewhere(folder.state.locks + "/shop.lock", run: "run-1", ready: ready))
    defer { kill(other, SIGKILL) }
    #expect(eventually { access(ready, F_OK) == 0 })
    let failure = error { _ = try folder.state.lockService("shop", holder: holder("run-2")) }
    guard case .held(let by?) = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(by.pid == other)
    #expect(by.by == "bob")
    kill(other, SIGKILL)
    _ = TestFolder.wait(other)
    let lock = try folder.state.lockService("shop", holder: holder("run-2"))
    #expect(lock.abandonedBy?.run == RunID("run-1"))
  }

  @Test func `asking who holds a lock never takes it`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    for number in 0..<200 {
      #expect(folder.state.serviceState("shop") == .free)
      _ = try folder.state.lockService("shop", holder: holder("run-\(number)"))
    }
  }

  @Test func `a child process does not inherit a lock`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    var child: pid_t?
    do {
      let lock = try folder.state.lockService("shop", holder: holder())
      child = TestFolder.start(["sleep", "60"])
      withExtendedLifetime(lock) {}
    }
    defer { if let child { kill(child, SIGKILL); _ = TestFolder.wait(child) } }
    #expect(folder.state.serviceState("shop") == .free)
  }

  @Test func `two processes cannot drive one run`() throws {
    let run = try TestRun()
    #expect(run.driven.folder.driver == .held(by: holder()))
    let failure = error {
      _ = try run.store.resume(run.driven.folder, holder(), key: run.key) { _ in }
    }
    #expect(failure?.kind == .held(by: holder()))
  }

  @Test func `names of services that are no file names have locks of their own`() throws {
    let folder = TestFolder()
    try folder.state.prepare()
    let long = String(repeating: "x", count: 400)
    let names = ["../a", "a/b", "a%2fb", "..", ".", "", "Ä", "a b", "\n", long, long + "y"]
    var locks: [FileLock] = []
    for name in names { locks.append(try folder.state.lockService(name, holder: holder(name))) }
    for name in names {
      #expect(folder.state.serviceState(name) == .held(by: holder(name)), "\(name)")
    }
    withExtendedLifetime(locks) {}
  }
}
