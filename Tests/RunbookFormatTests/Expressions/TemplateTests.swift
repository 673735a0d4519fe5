import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Templates become values` {
  private let scope = TestScope()

  private func text(_ parts: String...) -> Template {
    .text(
      parts.map { part in
        part.hasPrefix("=")
          ? .expression(ExpressionText(String(part.dropFirst()), at: nil)) : .literal(part)
      }, nil)
  }

  private func value(_ template: Template, _ unknown: UnknownInText = .spreads) -> Value? {
    try? template.rendered(in: scope, unknownInText: unknown).get()
  }

  private func problems(_ template: Template) -> [String] {
    switch template.rendered(in: scope) {
    case .success: []
    case .failure(let failure): failure.problems.map(\.message)
    }
  }

  @Test func `an expression alone keeps its type`() {
    let limit = Template.expression(ExpressionText(" params.limit ", at: nil))
    #expect(value(limit) == .duration(.seconds(30)))
    #expect(value(.expression(ExpressionText("secrets.db", at: nil))) == .secret(SecretName("db")))
    #expect(
      value(
        .map([.init(key: "a", keyPlace: nil, value: .list([limit, .literal(1, nil)], nil))], nil))
        == ["a": [.duration(.seconds(30)), 1]])
  }

  @Test func `inside text it is written as people read it`() {
    #expect(value(text("in ", "=params.limit", "!")) == "in 30s!")
    #expect(value(text("=params.count", "/", "=params.ratio")) == "3/0.5")
    #expect(value(text("=10.0", "%")) == "10%")
    #expect(value(text("of ", "=params.names")) == #"of ["a","b"]"#)
    #expect(value(text("at ", "=params.since")) == "at 2026-01-01T00:00:00Z")
    #expect(value(text("map ", "={'a': duration('90s')}")) == #"map {"a":"1m30s"}"#)
    #expect(value(text("ok: ", "=params.flag")) == "ok: true")
  }

  @Test func `an unknown makes the whole text unknown, or is spelled out for people`() {
    let template = text("loss: ", "=recovery_point.loss", " of ", "=params.limit")
    #expect(value(template) == .unknown("until the run has started"))
    #expect(value(template, .spelled) == "loss: unknown (until the run has started) of 30 s")
    #expect(value(text("x ", "=[steps.later]")) == .unknown("until later has run"))
    #expect(value(text("x ", "=[steps.later]"), .spelled) == "x unknown (until later has run)")
  }

  @Test func `null and secrets have no form in text`() {
    #expect(
      problems(text("a ", "=params.nothing")) == [
        "'params.nothing' is null, which cannot be put into text"
      ])
    #expect(problems(text("a ", "=secrets.db")) == ["the secret 'db' cannot be put into text"])
    #expect(problems(text("a ", "=env.with_secret")) == ["the secret 'db' cannot be put into text"])
    #expect(value(text("a ", "=env.with_secret"), .spelled) == nil)
  }

  @Test func `every failing expression is reported at its place, also beside an unknown`() {
    let here = SourcePlace(file: "f", line: 2, column: 5)
    let template = Template.list(
      [
        .expression(ExpressionText("1 + params.nope", at: here)), text("=steps.later", "=1/0"),
        .expression(ExpressionText("(", at: nil)),
      ], nil)
    guard case .failure(let failure) = template.rendered(in: scope) else {
      Issue.record("it has a value")
      return
    }
    #expect(failure.problems.count == 3)
    #expect(failure.problems[0].place == SourcePlace(file: "f", line: 2, column: 9, length: 11))
    #expect(failure.message.contains("divides by zero"))
  }

  @Test func `a text cannot grow without end`() {
    var scope = TestScope()
    scope.roots["params"] = ["big": .string(String(repeating: "x", count: 700_000))]
    let template = text("=params.big", "=params.big")
    guard case .failure(let failure) = template.rendered(in: scope) else {
      Issue.record("it has a value")
      return
    }
    #expect(failure.problems.map(\.code) == ["LB151"])
  }
}
