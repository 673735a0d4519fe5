import RunbookFormat
import RunbookModel
import Testing

/// The JSON Schemas say what the reader does.
struct SchemaTests {
  private let schema = DocumentSchema(catalogue: Samples.catalogue)

  @Test func `keys that are served stand in the schema, others do not`() {
    let step = schema.runbook["properties"]?["stages"]?["items"]?["properties"]?["steps"]?["items"]
    let keys = step?["properties"]?.map?.keys ?? []
    #expect(keys.contains("timeout") && keys.contains("undo") && keys.contains("silence"))
    #expect(keys.contains("for_each") && keys.contains("commit_within"))
    #expect(step?["additionalProperties"] == false)
    #expect(step?["required"] == ["step", "uses"])
    #expect(schema.runbook["required"]?.list?.contains("lifeboat") == true)
    #expect(schema.environment["properties"]?["allows"] != nil)
    #expect(schema.environment["$defs"] == nil)
  }

  @Test func `every action's input is reached from uses`() {
    let step = schema.runbook["properties"]?["stages"]?["items"]?["properties"]?["steps"]?["items"]
    let cases = step?["allOf"]?.list ?? []
    #expect(cases.count == Samples.catalogue.names.count)
    for (name, one) in zip(Samples.catalogue.names, cases) {
      #expect(one["if"]?["properties"]?["uses"]?["const"]?.string == name)
      let reference = one["then"]?["properties"]?["with"]?["$ref"]?.string
      #expect(reference == "#/$defs/input.\(name)")
      #expect(schema.runbook["$defs"]?["input.\(name)"]?["type"] == "object")
    }
  }

  @Test func `it is JSON that says which schema it is`() throws {
    let text = JSONText.write(schema.runbook, style: .plain, pretty: true)
    let read = try JSONText.read(text)
    #expect(read["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
  }
}
