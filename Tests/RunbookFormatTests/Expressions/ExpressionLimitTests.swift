import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Expressions are bounded` {
  private func problem(_ source: String) -> Diagnostic? {
    do throws(Diagnostic) {
      _ = try Expression(parsing: ExpressionText(source, at: nil))
      return nil
    } catch {
      return error
    }
  }

  private func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  @Test func `depth is refused, it never ends the program`() {
    let deep = 5_000
    let sources = [
      repeated("(", deep) + "1" + repeated(")", deep), repeated("[", deep),
      repeated("{'a':", 2_000),
      repeated("!", deep) + "true", repeated("-", deep) + "a", repeated("true ? 1 : ", 1_000) + "2",
      "a" + repeated(".a", deep), "a" + repeated("[0]", deep), "1" + repeated("+1", deep),
      repeated("size(", 3_000), "true" + repeated("&&true", 2_000), repeated("has(", 3_000),
      "a" + repeated(".exists(x, x", 1_000), repeated("a[", deep),
    ]
    for source in sources {
      #expect(problem(source)?.code == "LB151", "\(source.prefix(20))")
    }
    #expect(problem(repeated("(", 10_000) + "1" + repeated(")", 10_000))?.code == "LB151")
  }

  @Test func `what people write fits far below the limits`() {
    #expect(problem(repeated("(", 30) + "1" + repeated(")", 30)) == nil)
    #expect(outcome(of: "1" + repeated("+1", 200)) == "201")
    #expect(outcome(of: "true" + repeated(" && true", 200)) == "true")
  }

  @Test func `work is counted, and running out of it cannot be absorbed`() {
    var scope = TestScope()
    scope.roots["params"] = ["many": .list((0..<2_000).map { .int($0) })]
    let heavy = "params.many.all(x, params.many.all(y, x + y >= 0))"
    let ended = "error: the expression takes more than 1000000 steps"
    #expect(outcome(of: heavy, in: scope) == ended)
    #expect(outcome(of: "\(heavy) || true", in: scope) == ended)
    #expect(outcome(of: "\(heavy) && false", in: scope) == ended)
    #expect(outcome(of: "params.many.all(x, x >= 0)", in: scope) == "true")
  }

  /// Each of these would take minutes or gigabytes if a part of its work were not counted.
  @Test func `no kind of work goes uncounted`() {
    var scope = TestScope()
    let names = (0..<20_000).map { "name_\($0)" }
    scope.roots["params"] = [
      "many": .list((0..<20_000).map { .int($0) }),
      "map": .map(ValueMap(distinct: names.map { ($0, 1) })),
      "text": .string(repeated("a", 1_000_000)),
    ]
    let sources = [
      "params.many.all(x, 0 in params.many)", "params.many.exists(x, params.map.nope)",
      "params.many.all(x, has(params.map.name_19999))", "params.many.all(x, 'y' in params.map)",
      "params.many.all(x, params.map.exists(k, true))",
      "params.many.exists(x, int(params.text) == 1)",
      "params.many.exists(x, params.text.matches('(a?){' + '900}b'))",
      "params.many.all(x, params.text.startsWith(params.text))",
      "params.many.all(x, params.map == params.map)",

      "params.many.all(x, size([params.text, params.text]) == 2)",
      "[" + repeated("params.text,", 200) + "]",
    ]
    for source in sources {
      let found = outcome(of: source, in: scope)
      #expect(found == "error: the expression takes more than 1000000 steps", "\(source)")
    }
  }

  @Test func `texts and lists cannot grow without end`() {
    var scope = TestScope()
    scope.roots["params"] = [
      "text": .string(repeated("x", 600_000)), "list": .list(.init(repeating: 0, count: 60_000)),
    ]
    #expect(
      outcome(of: "params.text + params.text", in: scope)
        == "error: the text would be longer than 1048576 bytes")
    #expect(
      outcome(of: "params.list + params.list", in: scope)
        == "error: the list would have more than 100000 entries")
    #expect(outcome(of: "params.text.contains(params.text + 'y')", in: scope) == "false")
  }

  /// Random tokens: whatever comes out, the program goes on, and a parsed expression can be
  /// evaluated and inspected.
  @Test(arguments: [UInt64(1), 2, 3]) func `random text never ends the program`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let tokens = [
      "1", "0", "-", "1.5", "'a'", "\"b\"", "true", "false", "null", "params", ".", ".count", "[",
      "]", "(", ")", "{", "}", ",", ":", "?", "&&", "||", "==", "!=", "<", ">=", " in ", "+", "*",
      "/", "%", "!", "steps", ".later", "secrets.db", "size(", "has(", ".exists(x,", ".all(y,", "x",
      "duration('1s')", "timestamp(", "matches(", "'(a+)+'", "\\", "'", "é", "\u{0}", "r'", "'''",
      "0x", "1e9", "9223372036854775807", "`", "//", "\n", "int(", "string(",
    ]
    let scope = TestScope()
    var parsed = 0
    for _ in 0..<4_000 {
      let count = Int.random(in: 1...14, using: &random)
      let source = (0..<count).map { _ in tokens.randomElement(using: &random)! }.joined()
      let place = SourcePlace(file: "f", line: 1, column: 1)
      do throws(Diagnostic) {
        let expression = try Expression(parsing: ExpressionText(source, at: place))
        parsed += 1
        _ = expression.evaluate(in: scope)
        _ = expression.problems(asCondition: true)
      } catch {
        #expect(error.place != nil && !error.message.isEmpty)
      }
    }
    #expect(parsed > 100)
  }
}
