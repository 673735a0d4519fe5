public import RunbookAction
import RunbookDriver

/// What main hands to every command: the actions of this program and its version. Nothing else is global.
public struct Program: Sendable {
  let registry: ActionRegistry
  let version: String

  /// Set once by main around the command that it runs.
  @TaskLocal static var current = Program(registry: ActionRegistry([]), version: "unknown")

  /// Runs the command line and gives the exit code.
  ///
  /// Asked for the version alone it builds neither the actions nor the parser's tree of commands, which take longer
  /// than the rest of the start; the answer is the one that the parser would give, from the same word.
  public nonisolated(nonsending) static func main(
    version: String, arguments: [String], actions: @Sendable () -> [AnyAction]
  ) async -> Int32 {
    if arguments == ["--version"] { return CommandLineRunner.answer(version).rawValue }
    let program = Program(registry: ActionRegistry(actions()), version: version)
    switch $current.withValue(program, operation: { CommandLineRunner.begin(arguments) }) {
    case .ended(let code): return code
    case .waits(let waiting):
      return await $current.withValue(program) { await CommandLineRunner.goOn(waiting) }
    }
  }

  var clock: SystemClock { SystemClock() }
}
