import RunbookEngine
import RunbookModel
import RunbookReport
import Testing

@Suite struct ReportJSONTests {
  @Test func `the JSON names its format first and reads back`() throws {
    let report = try RunScript.succeeded().report()
    let text = report.jsonText
    #expect(text.hasPrefix("{\n  \"format\": 1,"))
    let back = try JSONText.read(Array(text.utf8))
    #expect(back["clocks"]?["rto"]?["measured_seconds"] == .double(102))
    #expect(back["clocks"]?["rto"]?["verdict"] == "met")
    #expect(back["clocks"]?["rpo"]?["bound"] == "exactly")
    #expect(back["steps"]?.list?.count == 7)
    #expect(back["verify_command"] == "lifeboat audit verify 20261121-013500-k3f9")
  }

  @Test func `every report fits its own schema`() throws {
    for script in try [
      RunScript.succeeded(), RunScript.succeeded(outageAt: nil, recoveryPoint: nil),
      Scenes.held(), Scenes.undone(), Scenes.inDoubt(), Scenes.resumed(),
      Scenes.failedUnchanged(), Scenes.skipped(),
    ] {
      let value = try JSONText.read(Array(try script.report().jsonText.utf8))
      let problems = SchemaCheck.problems(value, Report.jsonSchema, at: "report")
      #expect(problems.isEmpty, "\(problems.prefix(3))")
      let summary = try JSONText.read(
        JSONText.write(try script.summary().json, style: .plain))
      #expect(SchemaCheck.problems(summary, RunSummary.shape.schema, at: "summary").isEmpty)
    }
  }

  @Test func `the schema check finds what does not fit`() throws {
    let value = try RunScript.succeeded().report().json
    guard case .map(var map) = value else { return }
    map["outcome"] = "splendid"
    map["format"] = nil
    map["people"] = 3
    let problems = SchemaCheck.problems(.map(map), Report.jsonSchema, at: "report")
    #expect(problems.count == 3)
  }

  @Test func `every key of the schema is documented`() {
    func undocumented(_ schema: Value, _ path: String) -> [String] {
      let properties = schema["properties"]?.map ?? [:]
      return properties.flatMap { entry -> [String] in
        let here = "\(path).\(entry.key)"
        let own = (entry.value["description"]?.string ?? "").isEmpty ? [here] : []
        let items = entry.value["items"].map { undocumented($0, here) } ?? []
        return own + items + undocumented(entry.value, here)
      }
    }
    #expect(undocumented(Report.jsonSchema, "report").isEmpty)
  }
}

/// As much of JSON Schema as the report's own uses.
enum SchemaCheck {
  static func problems(_ value: Value, _ schema: Value, at path: String) -> [String] {
    if let choices = schema["anyOf"]?.list {
      return choices.contains { problems(value, $0, at: path).isEmpty }
        ? [] : ["\(path): fits none of the choices"]
    }
    var found: [String] = []
    let types = schema["type"]?.list?.compactMap(\.string) ?? [schema["type"]?.string ?? "?"]
    if !types.contains(where: { fits(value, $0) }) {
      found.append("\(path): \(value.kind) is not \(types.joined(separator: " or "))")
    }
    if let words = schema["enum"]?.list, !words.contains(value) {
      found.append("\(path): \(JSONText.text(value)) is not one of the words")
    }
    for name in schema["required"]?.list?.compactMap(\.string) ?? [] where value[name] == nil {
      found.append("\(path): '\(name)' is missing")
    }
    for entry in schema["properties"]?.map ?? [:] {
      guard let inner = value[entry.key] else { continue }
      found += problems(inner, entry.value, at: "\(path).\(entry.key)")
    }
    if let items = schema["items"], let list = value.list {
      for (index, item) in list.enumerated() {
        found += problems(item, items, at: "\(path)[\(index)]")
      }
    }
    return found
  }

  private static func fits(_ value: Value, _ type: String) -> Bool {
    switch (type, value) {
    case ("null", .null), ("string", .string), ("integer", .int), ("number", .double),
      ("number", .int), ("boolean", .bool), ("array", .list), ("object", .map):
      true
    default: false
    }
  }
}
