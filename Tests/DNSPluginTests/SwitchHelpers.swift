import ActionConformance
import RunbookAction
import RunbookModel
import TestServers

@testable import DNSPlugin

let contexts = TestContexts(secrets: [
  "dns_key": NameServers.secret, "wrong_key": NameServers.otherSecret, "torn_key": "not base64!",
])

func action(_ name: String) throws -> AnyAction {
  guard let action = ActionRegistry(dnsActions())[name] else { throw RigError("no \(name)") }
  return action
}

/// A `with:` for dns.switch at the pair of servers.
func order(
  _ servers: NameServers, _ name: String, type: String = "A", _ to: [String],
  key: String = NameServers.keyName, algorithm: String = "hmac-sha256", secret: String = "dns_key",
  with more: ValueMap = [:]
) -> ValueMap {
  var map: ValueMap = [
    "server": [
      "address": .string(servers.primaryAddress),
      "key": [
        "name": .string(key), "algorithm": .string(algorithm),
        "secret": .secret(SecretName(secret)),
      ],
      "all": [.string(servers.primaryAddress), .string(servers.secondaryAddress)],
    ],
    "name": .string(name), "type": .string(type), "to": .list(to.map(Value.string)),
  ]
  for entry in more { map[entry.key] = entry.value }
  return map
}

/// One instance of the action for all tests, as in a real program.
private let switching: AnyAction.Change? = {
  guard case .change(let change) = try? action("dns.switch").body else { return nil }
  return change
}()

private func theSwitch() throws(ActionFailure) -> AnyAction.Change {
  guard let switching else { throw .refused(.input, "dns.switch is not a change") }
  return switching
}

func plan(
  _ order: ValueMap, within limit: Duration = .seconds(10)
) async throws(ActionFailure) -> Planned<Value> {
  let input = filled(.map(order), for: dnsSwitchPage.fields)
  return try await theSwitch().plan(input, contexts.read(within: limit))
}

@discardableResult
func apply(
  _ change: Value, within limit: Duration = .seconds(10)
) async throws(ActionFailure) -> Evidence {
  try await theSwitch().apply(change, contexts.write(within: limit))
}

func verify(_ change: Value, within limit: Duration = .seconds(10)) async -> Verdict {
  guard let switching else { return .cannotTell(Evidence("no action")) }
  return await switching.verify(change, contexts.read(within: limit))
}

@discardableResult
func undo(_ change: Value) async throws(ActionFailure) -> Evidence {
  guard let undo = try theSwitch().undo else { throw .refused(.input, "no undo") }
  return try await undo(change, contexts.write(within: .seconds(10)))
}

extension Planned<Value> {
  var change: Value? { if case .change(let change, _) = self { change } else { nil } }
  var preview: Preview? { if case .change(_, let preview) = self { preview } else { nil } }
  var refusal: ActionFailure? { if case .impossible(let failure) = self { failure } else { nil } }
}

/// unbound as a caching resolver for `example.test`.
final class Resolver: Sendable {
  let process: ServerProcess
  let address: String

  private init(_ process: ServerProcess, _ address: String) {
    self.process = process
    self.address = address
  }

  static func start(asking primary: String) async throws -> Resolver {
    for _ in 0..<3 {
      let port = try freePort()
      let folder = try makeFolder("unbound")
      let target = primary.split(separator: ":").joined(separator: "@")
      try write(
        """
        server:
          interface: 127.0.0.1@\(port)
          port: \(port)
          username: ""
          chroot: ""
          directory: "\(folder)"
          pidfile: "\(folder)/unbound.pid"
          use-syslog: no
          module-config: "iterator"
          do-not-query-localhost: no
          local-zone: "test." nodefault
          do-daemonize: no
        remote-control:
          control-enable: no
        stub-zone:
          name: "example.test"
          stub-addr: \(target)

        """, to: "\(folder)/unbound.conf")
      let process = try ServerProcess(
        ["/usr/sbin/unbound", "-d", "-p", "-c", "\(folder)/unbound.conf"], in: folder)
      let resolver = Resolver(process, "127.0.0.1:\(port)")
      let isUp = await eventually(within: .seconds(8)) {
        await lookUp("ready.example.test", .a, at: resolver.address) == ["127.0.0.9"]
      }
      if isUp { return resolver }
    }
    throw RigError("unbound did not start")
  }
}
