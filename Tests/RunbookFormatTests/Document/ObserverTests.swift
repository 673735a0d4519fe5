import RunbookModel
import Testing

@testable import RunbookFormat

struct ObserverTests {
  private static let one = """
    observers:
      - observer: shop
        uses: tcp.check
        with: {address: 'h:1'}

    """

  private func problems(_ observers: String, clock: String = "rto: 1h, clock: run") -> [String] {
    let text = Samples.steps(
      "    - {step: a, uses: tcp.check, with: {address: 'h:1'}}", head: observers
    ).replacing("rto: 1h, clock: run", with: clock)
    return Samples.load(text).problems.items.map(\.code)
  }

  @Test func `an observer is read with its defaults`() throws {
    let text = Samples.steps(
      "    - {step: a, uses: tcp.check, with: {address: 'h:1'}}", head: Self.one)
    let observer = try #require(Samples.load(text).value?.observers.first)
    #expect(observer.every == .seconds(1) && observer.timeout == .seconds(1))
    #expect(observer.name == "shop" && observer.decides == nil)
  }

  @Test(arguments: [
    ("every: 10ms", "LB208"), ("every: 2h", "LB208"), ("every: 5", "LB207"),
    ("timeout: 2m", "LB208"), ("decides: everything", "LB206"), ("observr: x", "LB201"),
  ])
  func `what an observer may not say is an error at its place`(line: String, code: String) {
    #expect(problems(Self.one + "    \(line)\n") == [code])
  }

  @Test func `an observer looks: a change or a question to a person is none`() {
    #expect(
      problems("observers: [{observer: x, uses: command.run, with: {argv: [a]}}]\n") == ["LB202"])
  }

  @Test func `two observers of one name are an error that shows both`() {
    #expect(
      problems(
        Self.one + Self.one.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n") == [
          "LB205"
        ])
  }

  @Test(arguments: ["steps.a.reachable", "run.id", "each.key"])
  func `an observer cannot read what is known only later`(name: String) {
    let found = problems(
      "observers: [{observer: x, uses: http.check, with: {url: 'http://h/${{ \(name) }}'}}]\n")
    #expect(found.contains("LB306"), "\(found)")
  }

  @Test func `a soak that nobody watches is refused`() {
    #expect(problems(Self.one, clock: "rto: 1h, clock: run, soak: 10s") == ["LB216"])
    let decides = Self.one + "    decides: service\n"
    #expect(problems(decides, clock: "rto: 1h, clock: run, soak: 10s") == [])
  }

  @Test func `a customers' clock that nobody watches is warned about`() {
    #expect(problems("", clock: "rto: 1h, clock: outage") == ["LB407"])
    #expect(
      problems(Self.one + "    decides: service\n", clock: "rto: 1h, clock: outage")
        == [])
  }
}
