import CLDNS
import Glibc
import RunbookAction
import RunbookModel
import TestServers

@testable import DNSPlugin

/// BIND as primary and secondary of `example.test`, on free ports of 127.0.0.1.
final class NameServers: Sendable {
  let primary: ServerProcess
  let secondary: ServerProcess
  let primaryAddress: String
  let secondaryAddress: String

  static let keyName = "lab-key"
  static let secret = "bGlmZWJvYXQgdGVzdCBrZXkgb25seSBmb3IgdGVzdHM="
  static let otherSecret = "YSBzZWNyZXQgdGhhdCBubyBzZXJ2ZXIga25vd3MgYXQgYWxs"

  /// The pair that all tests share which break nothing. Each test has names of its own in the zone.
  static let shared = Task { try await NameServers.start() }

  private init(_ primary: Running, _ secondary: Running) {
    self.primary = primary.process
    self.secondary = secondary.process
    primaryAddress = "127.0.0.1:\(primary.port)"
    secondaryAddress = "127.0.0.1:\(secondary.port)"
  }

  private struct Running {
    var process: ServerProcess
    var port: UInt16
  }

  /// Both are up and serve the zone when it returns. A port that was taken meanwhile is tried anew.
  static func start(notifies: Bool = true) async throws -> NameServers {
    for _ in 0..<3 {
      let (first, second) = (try freePort(), try freePort())
      let primary = try startPrimary(on: first, notifying: notifies ? second : nil)
      let secondary = try startSecondary(on: second, of: first)
      let servers = NameServers(
        Running(process: primary, port: first), Running(process: secondary, port: second))
      let isUp = await eventually(within: .seconds(10)) {
        for address in [servers.primaryAddress, servers.secondaryAddress] {
          guard await lookUp("ready.example.test", .a, at: address) == ["127.0.0.9"] else {
            return false
          }
        }
        return true
      }
      if isUp { return servers }
    }
    throw RigError("BIND did not start")
  }

  private static func options(_ folder: String, _ port: UInt16, _ more: String = "") -> String {
    """
    options {
      directory "\(folder)"; pid-file "\(folder)/named.pid"; session-keyfile "\(folder)/session";
      listen-on port \(port) { 127.0.0.1; }; listen-on-v6 { none; };
      recursion no; dnssec-validation no; allow-transfer { any; }; notify-delay 0; \(more)
    };
    controls {};
    key "\(keyName)" { algorithm hmac-sha256; secret "\(secret)"; };
    key "hmac-sha512-key" { algorithm hmac-sha512; secret "\(secret)"; };
    key "hmac-sha1-key" { algorithm hmac-sha1; secret "\(secret)"; };
    key "reader" { algorithm hmac-sha256; secret "\(secret)"; };

    """
  }

  private static func startPrimary(
    on port: UInt16, notifying secondary: UInt16?
  ) throws -> ServerProcess {
    let folder = try makeFolder("named")
    let notify = secondary.map { "notify explicit; also-notify { 127.0.0.1 port \($0); };" }
    let policy = """
      zone "example.test" { type primary; file "zone"; update-policy {
        grant \(keyName) zonesub A AAAA CNAME TXT;
        grant hmac-sha512-key zonesub A; grant hmac-sha1-key zonesub A; }; };
      zone "other.test" { type primary; file "other"; };
      """
    try write(
      options(folder, port, notify ?? "notify no;") + policy, to: "\(folder)/named.conf")
    try write(zone, to: "\(folder)/zone")
    try write(
      "$TTL 60\n@ SOA ns.other.test. root.other.test. 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n",
      to: "\(folder)/other")
    return try ServerProcess(named(folder), in: folder)
  }

  private static func startSecondary(on port: UInt16, of primary: UInt16) throws -> ServerProcess {
    let folder = try makeFolder("named")
    let zone = """
      zone "example.test" { type secondary; file "copy"; notify no;
        primaries { 127.0.0.1 port \(primary); };
        min-refresh-time 1; min-retry-time 1; max-retry-time 1; };
      """
    try write(options(folder, port) + zone, to: "\(folder)/named.conf")
    return try ServerProcess(named(folder), in: folder)
  }

  private static func named(_ folder: String) -> [String] {
    ["/usr/sbin/named", "-g", "-n", "1", "-c", "\(folder)/named.conf"]
  }

  private static let zone = """
    $ORIGIN example.test.
    $TTL 1
    @ SOA ns1 hostmaster 1 3600 1 604800 1
    @ NS ns1
    @ NS ns2
    ns1 A 127.0.0.1
    ns2 A 127.0.0.1
    ready A 127.0.0.9
    two A 127.0.0.1
    two A 127.0.0.2
    slow 120 A 127.0.0.1
    text TXT "v=1 \\"quoted\\"" "second"
    alias CNAME ready
    outside CNAME shop.elsewhere.test.
    *.wild A 127.0.0.1
    conform A 127.0.0.1
    shop A 127.0.1.80
    busy A 127.0.1.80
    deleg NS ns.deleg
    ns.deleg A 127.0.0.1
    stale A 127.0.0.1
    keys A 127.0.0.1
    sha A 127.0.0.1
    gone A 127.0.0.1
    move CNAME ready

    """
}

/// The values at one server; nil when it gave no answer.
func lookUp(_ name: String, _ type: RecordType, at address: String) async -> [String]? {
  guard let server = ServerAddress(address), let name = DomainName(name) else { return nil }
  let question = Question(name: name, kind: .records(type), wantsRecursion: true)
  guard let answer = try? await ask(server, question, by: .after(.seconds(1))),
    answer.code == .noError || answer.code == .noSuchName
  else { return nil }
  return answer.set(of: name, type)?.values ?? []
}
