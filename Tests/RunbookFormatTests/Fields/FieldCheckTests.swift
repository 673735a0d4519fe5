import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Inputs are checked against declared fields` {
  private let fields: [Field] = [
    Field(
      "node",
      .object([
        Field("address", .address, "where", need: .required),
        Field("password", .secret(forChangesOnly: false), "how"),
      ]), "the server", need: .required),
    Field("mode", .word(["fast", "smart"]), "how to stop", need: .defaulted("fast")),
    Field("wait", .duration, "how long", need: .defaulted(.duration(.seconds(30)))),
    Field("max_lag", .either([.size, .duration]), "how far behind"),
    Field("tags", .list(.string), "marks"),
    Field("note", .string, "a note", allowsEmpty: true),
    Field("share", .percentage, "part"),
    Field("url", .url, "page"),
    Field("labels", .map(.string), "labels"),
    Field("verify", .list(.check), "checks"),
    Field("body", .any, "anything"),
    Field("count", .int, "how many"),
    Field("since", .timestamp, "from when"),
    Field("ratio", .double, "ratio"),
    Field("force", .bool, "even if"),
    Field("limit", .size, "bytes"),
  ]
  private let check = FieldCheck(
    catalogue: ActionCatalogue([
      page(
        "tcp.check", .check,
        [
          Field("address", .address, "where", need: .required),
          Field("timeout", .duration, "how long", need: .defaulted(.duration(.seconds(1)))),
        ]),
      page("quorum.check", .check, [Field("of", .list(.check), "which", need: .required)]),
      page("dns.switch", .change, []), page("operator.approve", .person, []),
    ]))

  private static func page(_ name: String, _ kind: ActionKind, _ fields: [Field]) -> ActionPage {
    ActionPage(
      name: name, summary: "", details: "", kind: kind, fields: fields, expected: .seconds(1),
      undo: .notNeeded, byHand: "")
  }

  /// The input with what every valid one needs.
  private func input(_ more: ValueMap) -> Value {
    var map: ValueMap = ["node": ["address": "db1:5432"]]
    for entry in more { map[entry.key] = entry.value }
    return .map(map)
  }

  private func problems(_ more: ValueMap) -> [String] {
    check.checked(input(more), against: fields).problems
  }

  private func value(_ name: String, _ value: Value) -> Value? {
    let (checked, problems) = check.checked(input([name: value]), against: fields)
    #expect(problems == [], "\(name): \(value)")
    return checked[name]
  }

  @Test func `defaults are filled in and values take their form`() {
    let (checked, problems) = check.checked(input([:]), against: fields)
    #expect(problems == [])
    #expect(
      checked == [
        "node": ["address": "db1:5432"], "mode": "fast", "wait": .duration(.seconds(30)),
      ])
    #expect(value("wait", "1m30s") == .duration(.seconds(90)))
    #expect(value("wait", "PT15M") == .duration(.seconds(900)))
    #expect(value("max_lag", "16MiB") == 16_777_216)
    #expect(value("max_lag", "5s") == .duration(.seconds(5)))
    #expect(value("share", "10%") == 10.0)
    #expect(value("share", 10) == 10.0)
    #expect(value("share", "2.5%") == 2.5)
    #expect(value("since", "2026-01-01T00:00Z") == .timestamp(Timestamp("2026-01-01T00:00:00Z")!))
    #expect(value("ratio", 2) == 2.0)
    #expect(value("limit", "0B") == 0)
    #expect(value("labels", ["a": "b"]) == ["a": "b"])
    #expect(value("body", ["a": [1, .null, ""]]) == ["a": [1, .null, ""]])
    #expect(
      value("node", ["address": "[::1]:1", "password": .secret(SecretName("p"))])?["password"]
        == .secret(SecretName("p")))
  }

  @Test func `a checked value may be checked again`() {
    let (once, _) = check.checked(
      input(["wait": "5s", "limit": "1KiB", "share": "5%", "since": "2026-01-01T00:00Z"]),
      against: fields)
    let (twice, problems) = check.checked(once, against: fields)
    #expect(problems == [])
    #expect(twice == once)
  }

  @Test func `each mistake is one sentence that says what to write`() {
    let cases: [(ValueMap, String)] = [
      (["nodde": 1], "it has no field 'nodde'; did you mean 'node'?"),
      (["node": ["adress": "x:1"]], "'node' has no field 'adress'; did you mean 'address'?"),
      (["mode": "fats"], "'mode' cannot be 'fats'; did you mean 'fast'?"),
      (["mode": "slow"], "'mode' cannot be 'slow'; it can be 'fast', 'smart'"),
      (["mode": 1], "'mode' must be fast or smart, but it is an integer, 1"),
      (
        ["wait": 30],
        "'wait' must be a duration such as 30s, but it is an integer, 30; a number needs"
      ),
      (
        ["wait": "30"], "'wait' cannot be read as a duration: '30'; write it like 30s, 15m or 1h30m"
      ),
      (["wait": .duration(.seconds(-1))], "'wait' is negative: -1s; a duration begins at 0s"),
      (
        ["tags": "a"],
        "'tags' must be a list of texts, but it is a string, 'a'; write a list: ['a']"
      ),
      (
        ["tags": ["a", 1]],
        "'tags[1]' must be text, but it is an integer, 1; write it in quotes: '1'"
      ),
      (
        ["tags": ["a", ""]],
        "'tags[1]' is blank; a blank value would reach its target"
      ),
      (
        ["tags": []],
        "'tags' is blank; a blank value would reach its target"
      ),
      (
        ["url": "  "],
        "'url' is blank; a blank value would reach its target"
      ),
      (["url": .null], "'url' is blank; give it a value, or leave the key out"),
      (["body": .null], "'body' is blank; give it a value, or leave the key out"),
      (
        ["labels": [:]],
        "'labels' is blank; a blank value would reach its target"
      ),
      (["labels": ["a": .null]], "'labels.a' is blank; give it a value, or leave the key out"),
      (["share": 101], "'share' is out of range: 101; a percentage lies between 0% and 100%"),
      (["share": "ten"], "'share' cannot be read as a percentage: 'ten'; write it like 10%"),
      (
        ["count": "3"],
        "'count' must be an integer, but it is a string, '3'; write it without quotes"
      ),
      (["count": 1.5], "'count' must be an integer, but it is a number, 1.5"),
      (
        ["force": "yes"],
        "'force' must be true or false, but it is a string, 'yes'; write true"
      ),
      (
        ["max_lag": "x"],
        "'max_lag' must be an amount of data such as 16MiB or a duration such as 30s"
      ),
      (
        ["max_lag": true],
        "'max_lag' must be an amount of data such as 16MiB or a duration such as 30s"
      ),
      (["node": "db1"], "'node' must be a map with address, password, but it is a string, 'db1'"),
      (
        ["node": ["password": "hunter2"]],
        "'node.address' is missing; write 'address: ...': an address such as db1:5432; where"
      ),
      (["limit": -1], "'limit' is negative: -1"),
    ]
    for (more, wanted) in cases {
      let found = problems(more)
      #expect(found.contains { $0.hasPrefix(wanted) }, "\(more.keys): \(found)")
    }
    #expect(
      check.checked([:], against: fields).problems == [
        "'node' is missing; write 'node: ...': a map with address, password; the server"
      ])
    #expect(check.checked("x", against: fields).problems.count == 1)
  }

  @Test func `only a field that allows it may be empty`() {
    #expect(value("note", "") == "")
    #expect(problems(["note": .null]) != [])
  }

  @Test func `secrets go where they are declared and nowhere else`() {
    let secret = Value.secret(SecretName("db"))
    #expect(
      problems(["url": secret])[0].hasPrefix(
        "'url' would be given the secret 'db', but is not made for one"))
    #expect(
      problems(["body": ["a": [secret]]])[0].hasPrefix("'body' would be given the secret 'db'"))
    #expect(
      problems(["labels": ["a": secret]])[0].hasPrefix("'labels.a' would be given the secret"))
    let literal = problems(["node": ["address": "a:1", "password": "hunter2"]])
    #expect(literal.count == 1)
    #expect(literal[0].hasPrefix("'node.password' must be a secret, as ${{ secrets.NAME }}"))
    #expect(!literal[0].contains("hunter2"))
  }

  @Test func `what is not known yet passes, inside and as a whole`() {
    let unknown = Value.unknown("until a has run")
    #expect(value("wait", unknown) == unknown)
    #expect(value("tags", ["a", unknown]) == ["a", unknown])
    #expect(value("node", unknown) == unknown)
    #expect(check.checked(unknown, against: fields).value == unknown)
  }

  @Test func `checks inside an input are checked against their own page`() {
    let tcp: Value = ["uses": "tcp.check", "with": ["address": "a:1"]]
    #expect(
      value("verify", [tcp]) == [
        ["uses": "tcp.check", "with": ["address": "a:1", "timeout": .duration(.seconds(1))]]
      ])
    #expect(value("verify", [["uses": "quorum.check", "with": ["of": [tcp]]]]) != nil)
    let cases: [(Value, String)] = [
      (["uses": "tpc.check"], "there is no action 'tpc.check'; did you mean 'tcp.check'?"),
      (
        ["uses": "dns.switch"],
        "'dns.switch' changes things and cannot be used as a check; it can be"
      ),
      (
        ["uses": "operator.approve"],
        "'operator.approve' asks a person and cannot be used as a check; it can be"
      ),
      (
        ["with": [:]],
        "'verify[0].uses' is missing; write the name of a check, for example 'uses: tcp.check'"
      ),
      (
        ["uses": "tcp.check"],
        "'verify[0].with.address' is missing from the input of tcp.check"
      ),
      (
        ["uses": "tcp.check", "with": ["address": "a:1"], "if": 1],
        "'verify[0]' has no field 'if'; it can be 'uses', 'with'"
      ),
      (
        "tcp.check",
        "'verify[0]' must be a check: {uses: ..., with: {...}}, but it is a string, 'tcp.check'"
      ),
      (
        [
          "uses": "quorum.check",
          "with": ["of": [["uses": "tcp.check", "with": ["address": "a"]]]],
        ],
        "'verify[0].with.of[0].with.address' is no address: the port is missing"
      ),
    ]
    for (call, wanted) in cases {
      let found = problems(["verify": [call]])
      #expect(found.count == 1 && found[0].hasPrefix(wanted), "\(found)")
    }
  }

  // MARK: As written

  private let here = SourcePlace(file: "r.yaml", line: 7, column: 3)

  private func written(
    _ name: String, _ template: Template, _ types: @escaping PathTypes = { _ in nil }
  ) -> [Diagnostic] {
    let node = Template.literal(["address": "a:1"], here)
    let entries: [Template.Entry] = [
      .init(key: "node", keyPlace: here, value: node),
      .init(key: name, keyPlace: here, value: template),
    ]
    return check.problems(in: .map(entries, here), against: fields, of: "postgres.promote", types)
  }

  private func expression(_ source: String) -> Template {
    .expression(ExpressionText(source, at: SourcePlace(file: "r.yaml", line: 9, column: 20)))
  }

  @Test func `what an author wrote is checked with places, and expressions as far as they show`() {
    let place = SourcePlace(file: "r.yaml", line: 8, column: 9, length: 4)
    #expect(written("wait", .literal("soon", place)).map(\.place) == [place])
    #expect(written("wait", .literal("soon", place)).map(\.code) == ["LB264"])
    #expect(
      written("tags", .list([.literal("a", here), .literal("", place)], here)).map(\.place) == [
        place
      ])
    #expect(
      written("nodes", .literal(1, place)).map(\.message) == [
        "postgres.promote has no field 'nodes'"
      ])
    #expect(written("wait", expression("params.wait")) == [])
    #expect(written("wait", expression("objectives.rto")) == [])
    #expect(
      written("count", expression("variant")).map(\.message) == [
        "'count' must be an integer, but 'variant' is a string"
      ])
    #expect(written("count", expression("1 +")) == [])
    #expect(written("url", expression("secrets.db")).map(\.code) == ["LB266"])
    #expect(written("node", expression("env.db")) == [])
    #expect(
      written("wait", expression("params.n"), { $0 == ["params", "n"] ? .int : nil }).count == 1)
    #expect(
      written("limit", .literal(16, here)).map(\.help) == [
        "a number needs its unit: write 16B or 16MiB"
      ])
    #expect(
      check.problems(in: .map([], here), against: fields, of: "x.y").map(\.message) == [
        "'node' is missing from the input of x.y"
      ])
    #expect(check.problems(in: expression("env.all"), against: fields, of: "x.y") == [])
  }

  @Test func `text around an expression is text, so it cannot be a number`() {
    let text = Template.text(
      [.expression(ExpressionText("params.n", at: nil)), .literal("0")], here)
    #expect(written("url", text) == [])
    #expect(written("wait", text) == [])
    #expect(written("mode", text) == [])
    #expect(
      written("count", text).map(\.help) == [
        "write the expression alone, without text around it; then it keeps its type"
      ])
    #expect(written("labels", text).count == 1)
    #expect(written("max_lag", text) == [])
  }

  @Test func `the name of a check inside an input must be written out`() {
    let call = Template.map(
      [.init(key: "uses", keyPlace: nil, value: expression("env.check"))], here)
    #expect(written("verify", .list([call], here)).map(\.code) == ["LB265"])
  }
}
