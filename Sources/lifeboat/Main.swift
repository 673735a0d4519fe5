import Glibc
import RunbookAction
import RunbookActions
import RunbookCommands
import DNSPlugin
import HAProxyPlugin
import PostgresPlugin

/// The only place that knows every part.
@main
struct Main {
  /// On the main thread, where a command that waits for nothing also ends: it needs no other.
  @MainActor static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(
      await Program.main(version: "0.1.0", arguments: arguments) {
        builtInActions() + postgresActions() + dnsActions() + haproxyActions()
      })
  }
}
