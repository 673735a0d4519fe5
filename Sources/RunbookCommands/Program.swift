public import RunbookAction
import RunbookDriver

/// What main hands to every command: the actions of this program and its version. Nothing else is global.
public struct Program: Sendable {
  public let registry: ActionRegistry
  public let version: String

  public init(registry: ActionRegistry, version: String) {
    self.registry = registry
    self.version = version
  }

  /// Set once by main around the command that it runs.
  @TaskLocal static var current = Program(registry: ActionRegistry([]), version: "unknown")

  /// Runs the command line and gives the exit code.
  public static func main(_ program: Program, arguments: [String]) async -> Int32 {
    await $current.withValue(program) { await CommandLineRunner.run(arguments) }
  }

  var clock: SystemClock { SystemClock() }
}
