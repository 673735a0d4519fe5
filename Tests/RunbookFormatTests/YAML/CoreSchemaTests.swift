import RunbookFormat
import RunbookModel
import Testing

/// What plain scalars mean: YAML 1.2's core schema and nothing of YAML 1.1.
struct CoreSchemaTests {
  private func value(_ text: String) -> Value? {
    let environment = Samples.environment("  x: \(text)").environment
    return environment?.values["x"]?.constant
  }

  @Test(arguments: [
    "no", "No", "yes", "on", "off", "y", "n", "NO", "tRue", "0b1", "1_000", "12:30", "0x", "1e",
    ".", "+", "1.2.3", "nUll", "<<x",
  ])
  func `words and near-numbers are texts`(text: String) {
    #expect(value(text) == .string(text))
  }

  @Test(
    arguments: [
      ("true", .bool(true)), ("True", .bool(true)), ("FALSE", .bool(false)), ("null", .null),
      ("~", .null), ("Null", .null), ("", .null), ("0", .int(0)), ("-17", .int(-17)),
      ("+3", .int(3)), ("010", .int(10)), ("0x1F", .int(31)), ("0o17", .int(15)),
      ("1.5", .double(1.5)), ("-.5e3", .double(-500)), ("1.", .double(1)), ("1e3", .double(1000)),
      (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("'12'", .string("12")), ("\"a\\tb\"", .string("a\tb")), ("'it''s'", .string("it's")),
      ("2026-01-01", .string("2026-01-01")),
    ] as [(String, Value)])
  func `scalars have the core schema's types`(text: String, expected: Value) {
    #expect(value(text) == expected)
  }

  @Test func `a number that 64 bits cannot hold is an error, never another number`() {
    let loaded = Samples.environment("  x: 9223372036854775808").loaded
    #expect(loaded.problems.items.map(\.code) == ["LB208"])
  }

  @Test func `block and folded texts arrive as YAML says`() {
    #expect(value("|\n    a\n    b\n") == .string("a\nb\n"))
    #expect(value(">-\n    a\n    b\n") == .string("a b"))
    #expect(value("a\n    b") == .string("a b"))
  }
}
