import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Addresses and URLs` {
  private func fits(_ text: String, _ type: FieldType) -> Bool {
    FieldCheck(catalogue: ActionCatalogue([]))
      .checked(.string(text), as: type, named: "it").problems.isEmpty
  }

  @Test func `an address is a host and a port`() {
    let good = [
      "db1:5432", "10.0.0.5:1", "db.example.test:65535", "db.example.test.:53", "[::1]:5432",
      "[2001:db8::1]:443", "[fe80::1%eth0]:22", "[::ffff:10.0.0.1]:80", "[::]:1",
      "[1:2:3:4:5:6:7:8]:9", "my_host:80", "a-b:80",
    ]
    let bad = [
      "db1", "db1:", ":5432", "db1:0", "db1:65536", "db1:abc", "db1:+5", "::1:5432", "[::1]",
      "[::1]:",
      "[:::1]:5", "[1:2:3]:5", "[g::1]:5", "[1::2::3]:5", "[12345::1]:5", "[]:5", "[::1:5",
      "10.0.0.256:1", "10.0.0:1", "http://db1:5432", "db 1:5432", "-a:1", "a..b:1", "a/b:1",
      "[1:2:3:4:5:6:7:8:9]:1", "[:1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:]:1", "[fe80::1%]:1",
      "\(String(repeating: "a", count: 64)):1",
    ]
    for text in good { #expect(fits(text, .address), "\(text)") }
    for text in bad { #expect(!fits(text, .address), "\(text)") }
  }

  @Test func `a URL is absolute, http or https, and holds no password`() {
    let good = [
      "http://shop.test", "https://shop.test/", "HTTPS://shop.test:8443/healthz?x=1#y",
      "http://10.0.0.1:80", "http://[::1]:8080/x", "http://shop.test?x",
    ]
    let bad = [
      "shop.test", "/healthz", "ftp://shop.test", "http://", "http:///x", "http://shop.test:0",
      "http://shop.test:x/", "http://user:pw@shop.test/", "http://sh op.test/", "http://a/\n",
      "http://10.0.0.300/", "http:shop.test", "http://-a/",
    ]
    for text in good { #expect(fits(text, .url), "\(text)") }
    for text in bad { #expect(!fits(text, .url), "\(text)") }
  }
}

@Suite struct `Values from the command line` {
  private var parameters: [Parameter] {
    var incident = Parameter(name: "incident", type: .string, required: true)
    incident.pattern = #"^INC-\d+$"#
    incident.description = "Incident number"
    var wait = Parameter(name: "wait", type: .duration, required: false)
    wait.defaultValue = "30s"
    var note = Parameter(name: "note", type: .string, required: false)
    note.allowsEmpty = true
    return [
      incident, wait, note, Parameter(name: "count", type: .int, required: false),
      Parameter(name: "force", type: .bool, required: false),
      Parameter(name: "sites", type: .list(.string), required: false),
      Parameter(name: "labels", type: .map(.string), required: false),
      Parameter(name: "lag", type: .either([.size, .duration]), required: false),
      Parameter(name: "mode", type: .word(["fast", "smart"]), required: false),
      Parameter(name: "share", type: .percentage, required: false),
      Parameter(name: "extra", type: .any, required: false),
      Parameter(name: "password", type: .secret(forChangesOnly: true), required: false),
    ]
  }

  private func read(_ given: String...) -> (values: ValueMap, problems: [String]) {
    let (values, problems) = ParameterCheck(parameters).values(from: given)
    return (values, problems.map { $0.message + ($0.help.map { "; \($0)" } ?? "") })
  }

  @Test func `take the type of their parameter`() {
    let (values, problems) = read(
      "incident=INC-7", "count=3", "force=true", "sites=a,b", #"labels={"a":"b"}"#, "lag=5s",
      "mode=smart", "share=10%", "extra=[1]", "note=")
    #expect(problems == [])
    #expect(
      values == [
        "incident": "INC-7", "wait": .duration(.seconds(30)), "note": "", "count": 3,
        "force": true, "sites": ["a", "b"], "labels": ["a": "b"], "lag": .duration(.seconds(5)),
        "mode": "smart", "share": 10.0, "extra": [1],
      ])
    #expect(read("incident=INC-7", "sites=[\"x,y\"]").values["sites"] == ["x,y"])
    #expect(read("incident=INC-7", "note=a=b").values["note"] == "a=b")
  }

  @Test func `are refused with all that is wrong at once`() {
    #expect(
      read("incdent=INC-7", "count=x", "force=yes", "alone", "wait=30", "mode=", "sites=a,,b")
        .problems.map { $0.prefix { $0 != ";" } }
        == [
          "'alone' gives no value",
          "the runbook has no parameter 'incdent'",
          "the parameter 'incident' is missing: text (Incident number)",
          "the parameter 'wait' cannot be read as a duration: '30'",
          "the parameter 'count' must be an integer, but it is a string, 'x'",
          "the parameter 'force' must be true or false, but it is a string, 'yes'",
          "the parameter 'sites[1]' is blank",
          "the parameter 'mode' is blank",
        ])
    #expect(
      read("incident=7").problems == [
        #"the parameter 'incident' cannot be '7'; it must match ^INC-\d+$"#
      ])
    #expect(
      read("incident=INC-1", "incident=INC-2").problems == [
        "the parameter 'incident' is given twice; give it once"
      ])
    #expect(
      ParameterCheck([]).values(from: ["a=1"]).problems.map(\.help) == [
        "this runbook takes no parameters"
      ])
  }

  @Test func `never hold a secret or pass for one`() {
    let (values, problems) = read("incident=INC-1", "password=hunter2")
    #expect(values["password"] == nil)
    #expect(problems.count == 1 && !problems[0].contains("hunter2"))
    #expect(
      read("incident=INC-1", #"extra={"$secret":"db"}"#).values["extra"]
        == .string(#"{"$secret":"db"}"#))
    #expect(
      read("incident=INC-1", #"extra={"$unknown":"x"}"#).values["extra"]
        == .string(#"{"$unknown":"x"}"#))
  }
}

@Suite struct `Field types describe themselves` {
  @Test func `in words`() {
    #expect(FieldType.duration.words == "a duration such as 30s")
    #expect(FieldType.list(.address).words == "a list of addresses such as db1:5432")
    #expect(FieldType.either([.word(["a", "b"]), .int]).words == "a or b or an integer")
    #expect(FieldType.map(.list(.string)).words == "a map of lists of texts")
    #expect(FieldType.object([]).words == "a map")
  }

  @Test func `as JSON Schema that lets expressions through`() {
    let schema = [
      Field("wait", .duration, "how long", need: .defaulted(.duration(.seconds(30)))),
      Field("to", .list(.address), "where", need: .required),
    ].jsonSchema
    #expect(schema["required"] == ["to"])
    #expect(schema["additionalProperties"] == false)
    #expect(schema["properties"]?["wait"]?["default"] == "30s")
    #expect(schema["properties"]?["wait"]?["description"] == "how long")
    #expect(schema["properties"]?["to"]?["anyOf"]?.list?.count == 2)
    #expect(FieldType.string.jsonSchema == ["type": "string"])
    #expect(FieldType.secret(forChangesOnly: false).jsonSchema["pattern"] == #"\$\{\{"#)
  }

  @Test func `a slip of the pen finds its word, another word does not`() {
    let words = ["timeout", "settle", "retry", "verify"]
    #expect(Nearest.word(to: "timout", among: words) == "timeout")
    #expect(Nearest.word(to: "Retry", among: words) == "retry")
    #expect(Nearest.word(to: "vefiry", among: words) == "verify")
    #expect(Nearest.word(to: "colour", among: words) == nil)
    #expect(Nearest.word(to: "", among: words) == nil)
    #expect(Nearest.word(to: String(repeating: "x", count: 1000), among: words) == nil)
  }
}
