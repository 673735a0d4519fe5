import RunbookAction
import RunbookModel

/// `operator.approve`: a person says yes or no.
struct OperatorApprove: PersonAction {
  struct Input: ActionInput {
    var question: String

    static let fields = [
      Field(
        "question", .string, "What is asked; say what follows from a yes, with the figures.",
        need: .required)
    ]
  }

  let page = ActionPage(
    name: "operator.approve",
    summary: "Asks a person for a yes or a no before the run goes on",
    details: """
      The run waits here until somebody answers `yes` or `no`, or until the step's time is over. Other steps that do \
      not wait for this one go on. A no fails the step; nothing is changed by either answer.

      Who may answer and how long is waited is said by the step's `approval`; who answered, when and what they were \
      shown is kept in the journal.
      """,
    kind: .person, fields: Input.fields, timeout: .seconds(3600), expected: .seconds(120),
    undo: .notNeeded, byHand: "Ask the person in charge: {question}")

  func request(_ input: Input) throws(ActionFailure) -> PersonRequest {
    PersonRequest(kind: .approval, text: try nonBlank(input.question, "question"))
  }
}

/// A person must be able to read what is asked.
func nonBlank(_ text: String, _ field: String) throws(ActionFailure) -> String {
  guard text.contains(where: { !$0.isWhitespace }) else {
    throw .refused(.input, "'\(field)' is blank: nobody would know what is asked")
  }
  return text
}
