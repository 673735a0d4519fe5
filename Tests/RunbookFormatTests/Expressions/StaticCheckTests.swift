import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Expressions are checked before a run` {
  private func parsed(_ source: String, column: Int = 10) throws -> Expression {
    try Expression(
      parsing: ExpressionText(source, at: SourcePlace(file: "r.yaml", line: 3, column: column)))
  }

  @Test func `references name every path with its place`() throws {
    let expression = try parsed(
      "steps.fence_db.receipt != '' && has(params.dc) || env['site-b'].list[params.n].x in run.tags"
    )
    let found = expression.references.map {
      "\($0.path.joined(separator: "/"))\($0.isTested ? "?" : "")"
    }
    #expect(
      found == ["steps/fence_db/receipt", "params/dc?", "params/n", "env/site-b/list", "run/tags"])
    #expect(
      expression.references[0].place
        == SourcePlace(file: "r.yaml", line: 3, column: 10, length: 22))
    #expect(expression.references[1].place?.column == 10 + 36)
    #expect(
      try parsed("[1].exists(x, x.y == params.z)").references.map(\.path) == [["params", "z"]])
    #expect(
      try parsed("steps[params.x].y").references.map(\.path) == [["params", "x"], ["steps"]])
    #expect(try parsed("steps['a'].y").references.map(\.path) == [["steps", "a", "y"]])
  }

  @Test func `places count characters and are exact on one line`() throws {
    let error = #expect(throws: Diagnostic.self) { try parsed("'é😀' + 1 2") }
    #expect(error?.place == SourcePlace(file: "r.yaml", line: 3, column: 19, length: 1))
    let later = #expect(throws: Diagnostic.self) { try parsed("1 +\n  2 2") }
    #expect(later?.place == SourcePlace(file: "r.yaml", line: 3, column: 10, length: 1))
    let problems = try parsed("variant == 3 && true").problems()
    #expect(problems.map(\.place) == [SourcePlace(file: "r.yaml", line: 3, column: 10, length: 12)])
  }

  @Test func `what can only fail is reported`() throws {
    let wrong: [(String, String)] = [
      ("variant == 3", "'==' cannot work on a string and an integer"),
      ("variant && true", "what stands left of '&&' or '||' must be a boolean, but it is a string"),
      ("!variant", "what follows '!' must be a boolean, but it is a string"),
      ("1 + 1.5", "'+' cannot work on an integer and a number"),
      ("objectives.rto > 30", "'>' cannot work on a duration and an integer"),
      ("objectives.rto + 'x'", "'+' cannot work on a duration and a string"),
      ("1 / 0", "this divides by zero"), ("params.x % 0", "this divides by zero"),
      ("secrets.db == 'x'", "a secret can only be passed on alone"),
      ("size(secrets.db)", "a secret can only be passed on alone"),
      ("variant.x", "a string has no 'x' in it"),
      ("size(3)", "what size() takes must be a string or a list or a map, but it is an integer"),
      ("'a'.matches('a') + 1", "'+' cannot work on a boolean and an integer"),
      ("3.exists(x, true)", "what exists() goes through must be a list or a map"),
      ("[1].all(x, 'a')", "the condition of all() must be a boolean, but it is a string"),
      ("1 ? 2 : 3", "what stands before '?' must be a boolean"),
      ("param.x", "'param' is no name that an expression knows"),
      ("env.site-b", "'b' is no name that an expression knows"),
      ("variant == failover", "'failover' is no name that an expression knows"),
      ("{1: 2}", "the key of a map must be a string"), ("[1]['a']", "the index of a list"),
    ]
    for (source, message) in wrong {
      let problems = try parsed(source).problems()
      #expect(
        problems.count == 1 && problems[0].message.hasPrefix(message), "\(source): \(problems)")
    }
    #expect(try parsed("param.x").problems()[0].help == "did you mean 'params'?")
    #expect(
      try parsed("env.site-b").problems()[0].help
        == "'-' subtracts; a name with '-' in it is written in brackets: env['site-b']")
    #expect(try parsed("variant == failover").problems()[0].help?.contains("'failover'") == true)
  }

  @Test func `what may work is let through`() throws {
    let fine = [
      "params.x == 3", "params.x + 1", "variant == params.x", "objectives.rto > duration('30s')",
      "steps.a.b", "steps.a.b + 1.5", "1 == 1.0", "null == variant", "params.t - params.t",
      "params.t + duration('1s')", "duration('1s') + params.t", "timestamp(params.t) - params.u",
      "params.x in ['a']", "secrets.db", "variant == 'failover' ? secrets.a : secrets.b",
      "has(params.x) && params.x", "params.list.exists(x, x == 1)", "each.key", "run.id",
      "params.x / 2", "-params.x", "params.x % 2 == 0", "recovery_point.loss < objectives.rpo",
    ]
    for source in fine { #expect(try parsed(source).problems() == [], "\(source)") }
  }

  @Test func `a condition must be a boolean where that shows`() throws {
    #expect(try parsed("variant").problems(asCondition: true).count == 1)
    #expect(try parsed("1 + 1").problems(asCondition: true).count == 1)
    #expect(try parsed("params.x").problems(asCondition: true) == [])
    #expect(try parsed("variant == 'x'").problems(asCondition: true) == [])
  }

  @Test func `declared types are used`() throws {
    let types: PathTypes = { path in
      path == ["params", "n"] ? .int : path == ["steps", "a", "at"] ? .timestamp : nil
    }
    #expect(try parsed("params.n == 'x'").problems(types).count == 1)
    #expect(try parsed("params.n.x").problems(types).count == 1)
    #expect(try parsed("steps.a.at + 1").problems(types).count == 1)
    #expect(try parsed("steps.a.at - steps.a.at").staticType(types) == .duration)
    #expect(try parsed("params.n").problems(asCondition: true, types).count == 1)
  }

  @Test func `a condition is true, false, unknown or an error, never guessed`() throws {
    let scope = TestScope()
    #expect(try parsed("variant == 'failover'").condition(in: scope) == .known(true))
    #expect(try parsed("variant == 'switchover'").condition(in: scope) == .known(false))
    #expect(try parsed("steps.later.ok").condition(in: scope) == .unknown("until later has run"))
    #expect(
      try parsed("params.empty").condition(in: scope)
        == .error("'params.empty' must be true or false, but it is a string"))
    #expect(
      try parsed("params.nothing").condition(in: scope)
        == .error("'params.nothing' must be true or false, but it is null"))
    #expect(try parsed("1 / 0 == 1").condition(in: scope) == .error("'1 / 0' divides by zero"))
  }
}
