import Glibc
import RunbookModel
import TestServers
import Testing

/// A lab of the test's own: two sites of real servers and customers who buy all the time.
struct Lab {
  let desk: Desk
  var folder: String { desk.path + "/lab" }
  var environment: String { folder + "/lab.yaml" }

  /// Starts a lab, and stops it however the test ends.
  static func with<Result>(_ body: (Lab) async throws -> Result) async throws -> Result {
    try await Desk.with { desk in
      let lab = Lab(desk: desk)
      do {
        try await lab.command("up")
        let result = try await body(lab)
        try await lab.command("down")
        return result
      } catch {
        _ = try? await lab.command("down")
        throw error
      }
    }
  }

  /// Runs `lifeboat-lab`; an error unless it ends well.
  @discardableResult
  func command(_ verb: String, _ more: String...) async throws -> String {
    let name = "\(desk.path)/out/lab-\(verb)-\(UInt32.random(in: 0 ... .max))"
    let ended = try await Child(
      [Programs.lab, verb, "--dir", folder] + more,
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(desk.path)", "LANG=C.UTF-8"],
      in: desk.path, output: name + ".out", errors: name + ".err"
    ).end(within: .seconds(60))
    guard ended.status == 0 else { throw RigError("lab \(verb) \(more): \(ended)") }
    return ended.output
  }

  // MARK: - Running lifeboat

  func words(
    _ verb: String, _ book: String, variant: String? = nil, environment: String? = nil,
    _ more: [String] = []
  ) -> [String] {
    [verb, "\(Programs.repository)/Runbooks/\(book)", "-e", environment ?? self.environment]
      + (variant.map { ["--variant", $0] } ?? []) + more
  }

  /// The shop is brought to site B.
  func failOver(_ variant: String, _ more: String..., environment: String? = nil) async throws
    -> Ended
  {
    try await desk.start(
      words(
        "drill", "shop_failover", variant: variant, environment: environment,
        ["--approve", "go"] + more)
    ).end(within: .seconds(120))
  }

  /// The shop is brought back to site A.
  func failBack() async throws -> Ended {
    try await desk.start(
      words("drill", "shop_failback", ["--approve", "discard_agreed", "--approve", "go"])
    ).end(within: .seconds(120))
  }

  // MARK: - Looking, past lifeboat

  /// What each site's database says it is.
  func databases() async throws -> [String: String] {
    let value = try JSONText.read(try await command("status", "--format", "json").utf8)
    var roles: [String: String] = [:]
    for entry in value["databases"]?.map ?? [:] { roles[entry.key] = entry.value.string }
    return roles
  }

  /// The sites whose database takes writes.
  func primaries() async throws -> [String] {
    try await databases().filter { $0.value.hasPrefix("primary") }.map(\.key).sorted()
  }

  /// Where each of the lab's servers listens.
  private func server(_ name: String) async throws -> (host: String, port: String) {
    let value = try JSONText.read(try await command("status", "--format", "json").utf8)
    let found = value["lab"]?["servers"]?.list?.first { $0["name"]?.string == name }
    let parts = found?["address"]?.string?.split(separator: ":") ?? []
    guard parts.count == 2 else { throw RigError("no server \(name): \(value)") }
    return (String(parts[0]), String(parts[1]))
  }

  /// What both name servers and the resolver answer.
  func addresses() async throws -> [String] {
    var answers: [String] = []
    for name in ["dns_primary", "dns_secondary", "resolver"] {
      let (host, port) = try await server(name)
      let said = try await ask(
        ["dig", "+short", "+tries=2", "@\(host)", "-p", port, "shop.example.test", "A"])
      answers.append(said)
    }
    return answers
  }

  /// The first line that a program of the machine's prints.
  private func ask(_ words: [String], _ variables: [String] = []) async throws -> String {
    let name = "\(desk.path)/out/ask-\(UInt32.random(in: 0 ... .max))"
    let ended = try await Child(
      words, environment: ["PATH=/usr/bin:/bin"] + variables, in: desk.path, output: name,
      errors: name + ".err"
    ).end()
    guard ended.status == 0 else { throw RigError("\(words): \(ended)") }
    return String(ended.output.split(separator: "\n").first ?? "")
  }

  static let siteA = "127.0.1.80"
  static let siteB = "127.0.2.80"

  /// What the customers know: how many purchases were promised to them, how many of those are gone.
  func count() async throws -> (acknowledged: Int64, lost: Int64) {
    let value = try JSONText.read(try await command("count", "--format", "json").utf8)
    guard let acknowledged = value["acknowledged"]?.int, let lost = value["lost"]?.int else {
      throw RigError("the lab cannot count: \(value)")
    }
    return (acknowledged, lost)
  }

  /// Waits until customers were promised some more; false when they cannot buy.
  func sellsMore(_ number: Int64 = 5) async throws -> Bool {
    let before = try acknowledged()
    return try await eventually(within: .seconds(30)) { try acknowledged() >= before + number }
  }

  /// From the customers' own log, so that it can be asked while no database answers.
  func acknowledged() throws -> Int64 {
    let text = readText(folder + "/shopper/orders.jsonl") ?? ""
    return try text.split(separator: "\n").reduce(0) { count, line in
      // The last line may be half written.
      guard line.hasSuffix("}") else { return count }
      return try count + (JSONText.read(line.utf8)["acknowledged"] == true ? 1 : 0)
    }
  }

  /// The timeline on which a site's database writes.
  func timeline(of server: String) async throws -> String {
    try await sql("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)", at: server)
  }

  /// Runs a statement at a site's database with psql, and gives the first line of its answer.
  @discardableResult
  func sql(_ statement: String, at server: String) async throws -> String {
    let (host, port) = try await self.server(server)
    let password = (readText(folder + "/secrets/db_password") ?? "").split(separator: "\n").first
    return try await ask(
      ["psql", "-h", host, "-p", port, "-U", "lifeboat", "-d", "shop", "-AtXqc", statement],
      ["PGPASSWORD=\(password ?? "")"])
  }
}

extension Lab {
  /// The shop is in site B by everybody's word but lifeboat's.
  func expectSiteB() async throws {
    #expect(try await primaries() == ["site_b"])
    #expect(try await addresses() == Array(repeating: Self.siteB, count: 3))
    #expect(try await sellsMore(), "customers cannot buy")
    #expect(try await desk.lifeboat("audit", "verify").status == 0)
  }

  func expectSiteA() async throws {
    #expect(try await primaries() == ["site_a"])
    #expect(try await addresses() == Array(repeating: Self.siteA, count: 3))
    #expect(try await sellsMore(), "customers cannot buy")
  }
}
