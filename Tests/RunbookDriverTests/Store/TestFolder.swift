import Glibc
import RunbookDriver
import RunbookJournal
import RunbookModel

/// A folder of its own for a test, gone when the test ends.
final class TestFolder: Sendable {
  let path: String

  init() {
    // In memory where that can be had: these tests are about what is written, not about how quick
    // the disk is.
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/lifeboat-store-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit { Self.run(["rm", "-rf", path]) }

  var state: StateFolder { StateFolder(path: path + "/state") }

  /// Runs a program to its end and returns its exit status; -1 when it could not be started.
  @discardableResult
  static func run(_ arguments: [String]) -> Int32 {
    guard let process = start(arguments) else { return -1 }
    return wait(process)
  }

  static func start(_ arguments: [String]) -> pid_t? {
    var process: pid_t = 0
    var words = arguments.map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    return posix_spawnp(&process, arguments[0], nil, nil, words, environ) == 0 ? process : nil
  }

  static func wait(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}

/// Waits until something is so, for ten seconds at most.
func eventually(_ condition: () -> Bool) -> Bool {
  let start = ContinuousClock.now
  while !condition() {
    guard ContinuousClock.now - start < .seconds(10) else { return false }
    usleep(2000)
  }
  return true
}

func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  return bytes
}

func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

func mode(of path: String) -> mode_t {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}

/// What an operation throws, or nil.
func error(_ body: () throws -> Void) -> StoreError? {
  do { try body() } catch { return error as? StoreError }
  return nil
}

let noon = Timestamp("2026-11-21T12:00:00Z")!

func moment(_ milliseconds: Int64) -> Moment {
  Moment(
    wall: Timestamp(nanoseconds: noon.nanoseconds + milliseconds * 1_000_000),
    monotonic: .milliseconds(milliseconds))
}

/// A state folder with one run that is being driven.
struct TestRun {
  let folder = TestFolder()
  let store: RunStore
  let key: SigningKey
  let driven: RunStore.Driven

  init(_ id: String = "20261121-120000-aaaa") throws {
    try folder.state.prepare()
    store = RunStore(folder.state)
    key = try SigningKeys(folder.state).own()
    driven = try store.create(
      holder(id), service: "shop", plan: Array("{}".utf8), key: key, at: moment(0))
  }

  var journal: JournalFile { driven.journal }

  func append(_ count: Int) throws {
    for _ in 0..<count {
      try journal.append(
        event: ["n": .int(Int64(journal.count))], commands: [], at: moment(Int64(journal.count)))
    }
  }
}

func holder(_ id: String = "20261121-120000-aaaa") -> LockHolder {
  LockHolder(run: RunID(id), by: "alice", since: noon)
}
