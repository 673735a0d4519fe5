import RunbookAction
import RunbookModel

/// `assert.that`: an expression of the runbook must be true.
struct AssertThat: CheckAction {
  struct Input: ActionInput {
    var that: Value
    var message: String?

    static let fields = [
      Field(
        "that", .any,
        "What must be true: an expression that gives true or false, "
          + "such as ${{ steps.fence_db.receipt != '' }}.",
        need: .required),
      Field("message", .string, "What a person reads when it is false."),
    ]
  }

  let page = ActionPage(
    name: "assert.that",
    summary: "An expression over what is known must be true",
    details: """
      Looks at nothing outside: it only evaluates `that`. True holds; false does not hold, and `message` says what \
      that means.

      A value that is not known yet, or that is neither true nor false (a text "true" is a text), cannot be told. It \
      is never taken for true or for false.
      """,
    kind: .check, fields: Input.fields, timeout: .seconds(5), expected: .milliseconds(1),
    undo: .notNeeded, byHand: "Read the values named in 'that' and decide whether it is true.")

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    switch input.that {
    case .bool(true): return .holds(Evidence(input.message.map { "true: \($0)" } ?? "it is true"))
    case .bool(false): return .doesNotHold(Evidence(input.message ?? "it is false"))
    case .unknown(let reason): return .cannotTell(Evidence("it is not known yet: \(reason)"))
    case .null, .int, .double, .string, .duration, .timestamp, .list, .map, .secret:
      return .cannotTell(
        Evidence(
          "'that' is \(input.that.kind), which is neither true nor false; "
            + "write an expression that compares something"))
    }
  }
}
