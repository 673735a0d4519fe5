import RunbookAction
import RunbookModel

/// `operator.task`: a person does something by hand and says so.
struct OperatorTask: PersonAction {
  struct Input: ActionInput {
    var text: String
    var instructions: [String]?

    static let fields = [
      Field("text", .string, "What is to be done, in one sentence.", need: .required),
      Field("instructions", .list(.string), "How, a line for each thing to do, in order."),
    ]
  }

  let page = ActionPage(
    name: "operator.task",
    summary: "Has a person do something by hand and waits until it is done",
    details: """
      For what no action can do: call a provider, pull a cable, look at a dashboard. The run waits until somebody \
      answers `done` or `cannot`, or until the step's time is over. `cannot` fails the step.

      Lifeboat did not see what was done: the journal says who said so and when. Add a check as the step's `verify` \
      where the result can be seen.
      """,
    kind: .person, fields: Input.fields, timeout: .seconds(3600), expected: .seconds(300),
    undo: .notNeeded, byHand: "{text}")

  func request(_ input: Input) throws(ActionFailure) -> PersonRequest {
    PersonRequest(
      kind: .task, text: try nonBlank(input.text, "text"), instructions: input.instructions ?? [])
  }
}
