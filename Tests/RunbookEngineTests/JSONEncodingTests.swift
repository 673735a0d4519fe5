import RunbookEngine
import RunbookModel
import Testing

/// JSON that is written as it comes is byte for byte that of the value which would have been made of it.
@Suite struct JSONEncodingTests {
  private func expectSame(_ input: some Encodable) throws {
    for pretty in [false, true] {
      let straight = try JSONText.encode(input, pretty: pretty)
      let detour = JSONText.write(try ValueEncoder().encode(input), pretty: pretty)
      #expect(
        straight == detour,
        "\(String(decoding: straight, as: UTF8.self)) is not \(String(decoding: detour, as: UTF8.self))"
      )
    }
  }

  private struct Empty: Codable {}
  private enum Choice: Codable {
    case none
    case some(Int, named: String)
    case nested(Empty)
  }
  private struct Everything: Codable {
    var text = "a \"quoted\" \\ line\n\u{1}é"
    var empty = Empty()
    var nothing: Int?
    var list = [1, 2, 3]
    var noList: [Int] = []
    var lists = [[1], [], [2, 3]]
    var choices = [Choice.none, .some(1, named: "x"), .nested(Empty())]
    var map = ["one": 1]
    var noMap: [String: Int] = [:]
    var optionals: [String?] = ["a", nil]
    var flag = true
    var byte: UInt8 = 255
    var large: Int64 = .min
    var half = 0.5
    var float: Float = 0.25
    var duration = Duration.milliseconds(1500)
    var time = Timestamp(nanoseconds: 1_700_000_000_000_000_001)
    var secret = SecretName("db")
  }
  private struct WithValue: Encodable {
    var value: Value = [
      "$key": "v", "list": [1, .null, .unknown("until then"), .secret(SecretName("s"))],
      "more": .double(1.5), "none": [:],
    ]
    var more = 1
  }
  /// One object written by two, as events are; containers within containers.
  private struct Split: Encodable {
    enum Key: String, CodingKey { case first, nested, list, last, inner }
    func encode(to encoder: any Encoder) throws {
      var one = encoder.container(keyedBy: Key.self)
      try one.encode("x", forKey: .first)
      var nested = one.nestedContainer(keyedBy: Key.self, forKey: .nested)
      var list = nested.nestedUnkeyedContainer(forKey: .list)
      try list.encode(1)
      var inner = list.nestedContainer(keyedBy: Key.self)
      try inner.encode(true, forKey: .inner)
      try list.encodeNil()
      #expect(list.count == 3)
      var two = encoder.container(keyedBy: Key.self)
      try two.encode(Empty(), forKey: .last)
    }
  }

  @Test func `whatever is encoded, the bytes are the same`() throws {
    try expectSame(Everything())
    try expectSame([Everything(), Everything()])
    try expectSame(Empty())
    try expectSame("only a text")
    try expectSame(3)
    try expectSame(WithValue())
    try expectSame(Split())
    try expectSame(Value.unknown("why"))
    try expectSame([Double.nan, .infinity])
  }

  @Test func `the events and commands of a run, and its plan, are the same`() throws {
    var run = Scenario([
      step("a", .change) {
        $0.approval = ApprovalPolicy(role: "commander", count: 1, timeout: .seconds(60))
      }, step("b", needs: [0]),
    ])
    var events: [Event] = [
      planned("a"),
      .personAnswered(PersonAnswer(step: "a", attempt: 1, decision: .approve, by: "x")),
      planned("a"), applyFailed("a", 1, lost), doesNotHold("a"), applied("a", 2), holds("a", 2),
      planned("b"), applied("b"), cannotTell("b"), order(.retry("b")), doesNotHold("b"),
      .interrupted(Interruption(cause: "SIGINT")), planFailed("b", 2), resumed,
    ]
    _ = try run.open()
    try expectSame(run.machine.plan)
    while !events.isEmpty {
      let event = events.removeFirst()
      try expectSame(event)
      try expectSame(try run.machine.handle(event))
    }
  }

  @Test func `a number too large for a record is an error`()
    throws
  {
    struct Large: Encodable { var number = UInt64.max }
    #expect(throws: EncodingError.self) { try JSONText.encode(Large()) }
  }

  @Test func `what must be escaped is, wherever it stands in a text`() throws {
    for byte in UInt8(0)..<0x80 {
      let isPlain = byte >= 0x20 && ![0x22, 0x5C, 0x7F].contains(byte)
      for before in 0..<20 {
        var text = [UInt8](repeating: UInt8(ascii: "x"), count: 20)
        text[before] = byte
        let value = Value.string(String(decoding: text, as: UTF8.self))
        let written = JSONText.write(value)
        #expect(try JSONText.read(written) == value, "byte \(byte) after \(before)")
        #expect(
          (written == [0x22] + text + [0x22]) == isPlain, "byte \(byte) after \(before) others")
      }
    }
  }

  @Test func `a planned step writes itself as its encodable form comes out, whatever it holds`()
    throws
  {
    var step = PlannedStep(
      id: "a", stage: 1, uses: "test.change", kind: .change,
      with: .map([], nil), timeout: .seconds(60), settle: .zero, expected: .milliseconds(1500),
      forecast: StepForecast(.impossible, "a \"reason\" longer than sixteen bytes, with a \t in it")
    )
    try expectSame(step)
    try expectSame([step])
    step.title = "Title"
    step.owner = "team"
    step.with = .text([.literal("x"), .expression(ExpressionText("env.a", at: nil))], nil)
    step.when = ExpressionText("a > 1", at: nil)
    step.needs = [0, 3]
    step.needsCopies = [1]
    step.copyOf = 2
    step.each = EachItem(key: "k", value: ["a": 1])
    step.promotes = "b"
    step.retry = RetryPolicy(attempts: 3, kinds: FailureKind.allCases)
    step.verify = [CheckCall(uses: "test.check", with: .map([], nil))]
    step.approval = ApprovalPolicy(role: "dba", timeout: .seconds(60))
    step.undo = .explicit(CheckCall(uses: "test.change", with: .map([], nil)))
    step.commitWithin = .seconds(5)
    step.onlyTells = true
    step.gates = ["lag"]
    step.isExpectedByAuthor = true
    step.byHand = "pull the plug"
    step.forecast.change = ["x": .secret(SecretName("s"))]
    step.forecast.preview = Preview(
      saw: ["é"], does: [], fidelity: .rendered, warnings: ["one", "two"])
    let parts: [Any] = [step, step.retry, step.forecast, try #require(step.forecast.preview)]
    for part in parts {
      for (name, value) in Mirror(reflecting: part).children {
        #expect("\(value)" != "nil", "\(name ?? "?") is left out here: write it above")
      }
    }
    for undo in [UndoChoice.auto, .none(reason: "why"), step.undo] {
      step.undo = undo
      try expectSame(step)
      try expectSame(["plan": [step, step]])
    }
  }
}
