import ActionConformance
import Glibc
import RunbookAction
import RunbookActions
import RunbookModel
import Testing

let registry = ActionRegistry(builtInActions())

func contexts(_ secrets: [String: String] = [:]) -> TestContexts {
  TestContexts(secrets: secrets, actions: builtInActions())
}

/// The built-in of that name, which is a check.
func check(
  _ name: String, _ input: Value, within limit: Duration = .seconds(20),
  _ contexts: TestContexts = contexts()
) async throws -> Verdict {
  let action = try #require(registry[name])
  guard case .check(let check) = action.body else {
    Issue.record("\(name) is no check")
    return .cannotTell(Evidence("no check"))
  }
  return await check(filled(input, for: action.page.fields), contexts.read(within: limit))
}

/// `command.run` as the driver sees it.
func commandRun() throws -> AnyAction.Change {
  guard case .change(let change) = try #require(registry["command.run"]).body else {
    throw WrongKind()
  }
  return change
}

struct WrongKind: Error {}
struct NoChange: Error { var why: String }

/// The change that `command.run` plans for this input.
func planned(_ input: Value, _ contexts: TestContexts = contexts()) async throws -> Value {
  let fields = try #require(registry["command.run"]).page.fields
  let plan = try await commandRun().plan(filled(input, for: fields), contexts.read())
  guard case .change(let change, _) = plan else { throw NoChange(why: "\(plan)") }
  return change
}

/// Plans and applies `command.run`.
func run(
  _ input: Value, within limit: Duration = .seconds(20), _ contexts: TestContexts = contexts()
) async throws -> Evidence {
  try await commandRun().apply(planned(input, contexts), contexts.write(within: limit))
}

/// The failure with which `command.run` ends.
func failure(
  _ input: Value, within limit: Duration = .seconds(20), _ contexts: TestContexts = contexts()
) async throws -> ActionFailure {
  try await #require(throws: ActionFailure.self) {
    _ = try await run(input, within: limit, contexts)
  }
}

/// Waits until the condition holds; false when it does not within ten seconds.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
  let end = ContinuousClock.now + .seconds(10)
  while ContinuousClock.now < end {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return false
}

/// An empty folder, removed afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  var template = Array("/tmp/lifeboat-test-XXXXXX\0".utf8CString)
  guard mkdtemp(&template) != nil else { throw NoChange(why: "no temporary folder") }
  let path = String(
    decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  do {
    let result = try await body(path)
    removeAll(path)
    return result
  } catch {
    removeAll(path)
    throw error
  }
}

/// The folder and the files in it.
private func removeAll(_ path: String) {
  guard let folder = opendir(path) else { return }
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    unlink("\(path)/\(name)")
  }
  closedir(folder)
  rmdir(path)
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func sh(_ script: String) -> Value { ["/bin/sh", "-c", .string(script)] }
