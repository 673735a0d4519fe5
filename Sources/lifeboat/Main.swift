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
  static func main() async {
    let actions = builtInActions() + postgresActions() + dnsActions() + haproxyActions()
    let program = Program(registry: ActionRegistry(actions), version: "0.1.0")
    exit(await Program.main(program, arguments: Array(CommandLine.arguments.dropFirst())))
  }
}
