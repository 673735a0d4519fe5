import Glibc
import RunbookModel
import Synchronization
import TestServers

/// All that one test uses: a runbook, an environment, a target that steps change, and a state folder.
final class Desk: Sendable {
  let path: String
  let state: String
  var target: String { path + "/target" }
  var book: String { path + "/book" }
  private let counter = Mutex(0)

  private init() throws {
    path = try makeFolder("e2e")
    state = path + "/state"
    chmod(path, 0o755)
    for folder in ["target", "book", "book/environments", "out"] {
      mkdir("\(path)/\(folder)", 0o777)
    }
    // For tests that run the program as somebody else.
    chmod(path + "/out", 0o777)
    chmod(target, 0o777)
    try touch("log")
  }

  /// Gives the test a desk and clears it away afterwards, processes included, however the test ends.
  static func with<Result>(_ body: (Desk) async throws -> Result) async throws -> Result {
    let desk = try Desk()
    do {
      let result = try await body(desk)
      await desk.clear()
      return result
    } catch {
      await desk.clear()
      throw error
    }
  }

  private func clear() async {
    // What a step left running ends on its own soon after its folder is gone; it is not waited for.
    for pid in processes() { kill(pid, SIGKILL) }
    _ = await eventually { processes().isEmpty }
    umount2(state, Int32(MNT_DETACH))
    removeTree(path)
  }

  /// Every process that works in this desk's folders.
  func processes() -> [pid_t] {
    names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
      pid != getpid() && (link("/proc/\(pid)/cwd")?.hasPrefix(path + "/") ?? false)
    }
  }

  // MARK: - Documents

  /// Writes the runbook from the steps of its one stage, each beginning at the left edge.
  func runbook(_ steps: String..., head: String = "on_failure: hold") throws {
    let indented = steps.joined(separator: "\n").split(separator: "\n")
      .map { "      " + $0 }.joined(separator: "\n")
    try write(
      """
      lifeboat: 1
      runbook: small
      title: A small runbook
      service: small
      objectives: {rto: 10m, rpo: 1m, clock: run}
      \(head)
      stages:
        - stage: work
          steps:
      \(indented)

      """, to: book + "/runbook.yaml")
    if readText(book + "/environments/here.yaml") == nil { try environment() }
  }

  func environment(_ more: String = "", allows: String = "[drill, recovery]") throws {
    try write(
      """
      lifeboat: 1
      environment: here
      allows: \(allows)
      roles: {commander: ['\(Programs.me)'], nobody_here: [somebody_else]}
      values: {target: '\(target)', color: blue}
      \(more)

      """, to: book + "/environments/here.yaml")
  }

  // MARK: - Running

  /// Runs `lifeboat` and waits for its end.
  func lifeboat(_ arguments: String..., state: String? = nil) async throws -> Ended {
    try await start(arguments, state: state).end()
  }

  func drill(_ more: String...) async throws -> Ended {
    try await start(["drill", book, "-e", "here"] + more).end()
  }

  func startDrill(_ more: String...) throws -> Child {
    try start(["drill", book, "-e", "here"] + more)
  }

  func start(
    _ arguments: [String], state: String? = nil, as prefix: [String] = [], with more: [String] = []
  ) throws -> Child {
    let number = counter.withLock { count in
      count += 1
      return count
    }
    let environment =
      [
        "LIFEBOAT_STATE=\(state ?? self.state)", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=\(path)", "LANG=C.UTF-8",
      ] + more
    return try Child(
      prefix + [Programs.lifeboat] + arguments, environment: environment, in: path + "/out",
      output: "\(path)/out/\(number).out", errors: "\(path)/out/\(number).err")
  }

  // MARK: - Looking

  /// The file of that name in the target; nil when it is not there.
  func read(_ name: String) -> String? { readText("\(target)/\(name)") }

  /// The lines of the target's log: one for each time that a step's program ran.
  var log: [String] { (read("log") ?? "").split(separator: "\n").map(String.init) }

  func exists(_ name: String) -> Bool { access("\(target)/\(name)", F_OK) == 0 }

  func touch(_ name: String) throws { try write("", to: "\(target)/\(name)") }

  func waitFor(_ name: String) async throws {
    guard await eventually(within: .seconds(60), { exists(name) }) else {
      throw RigError("\(name) did not appear in the target")
    }
  }

  /// The folder of the only run, or of the newest one.
  func run(in state: String? = nil) throws -> String {
    let runs = (state ?? self.state) + "/runs"
    guard let newest = names(in: runs).max() else { throw RigError("there is no run") }
    return "\(runs)/\(newest)"
  }

  /// Without those whose start was broken off before they had their name.
  var runCount: Int { names(in: state + "/runs").count { !$0.hasPrefix(".") } }

  /// The journal of the newest run, a value for each record.
  func journal() throws -> [Value] {
    try (readText(run() + "/journal.jsonl") ?? "").split(separator: "\n")
      .map { try JSONText.read($0.utf8) }
  }

  /// How often the journal lets an effect of this kind begin for the step.
  func releases(_ verb: String, _ step: String) throws -> Int {
    try journal().flatMap { $0["commands"]?.list ?? [] }
      .count { $0["do"]?.string == verb && $0["step"]?.string == step }
  }

  func report(_ id: String = "latest") async throws -> Value {
    let ended = try await lifeboat("report", id, "--format", "json")
    guard ended.status == 0 else { throw RigError("no report: \(ended)") }
    return try JSONText.read(ended.output.utf8)
  }

  /// Each step's status, as the report has it.
  func statuses() async throws -> [String: String] {
    var statuses: [String: String] = [:]
    for step in try await report()["steps"]?.list ?? [] {
      statuses[step["id"]?.string ?? ""] = step["status"]?.string
    }
    return statuses
  }
}
