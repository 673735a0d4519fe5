import ActionConformance
import RunbookAction
import RunbookModel
import Testing

func messageSend() throws -> AnyAction.Change {
  guard case .change(let change) = try #require(registry["message.send"]).body else {
    throw WrongKind()
  }
  return change
}

/// What is written into `with:`; the defaults are filled in as the driver does.
func message(
  _ via: Value, to: Value = "ops@shop.example", subject: String = "The shop is back",
  body: String = "It sells again.\n", language: String = "en"
) throws -> Value {
  let fields = try #require(registry["message.send"]).page.fields
  return filled(
    [
      "via": via, "to": to, "subject": .string(subject), "body": .string(body),
      "language": .string(language),
    ], for: fields)
}

/// The change that is planned for it, and how it is shown.
func plannedMessage(
  _ input: Value, _ contexts: TestContexts = contexts()
) async throws -> (change: Value, preview: Preview) {
  let planned = try await messageSend().plan(input, contexts.read())
  guard case .change(let change, let preview) = planned else { throw NoChange(why: "\(planned)") }
  return (change, preview)
}

func sendMessage(
  _ input: Value, within limit: Duration = .seconds(20), _ contexts: TestContexts = contexts()
) async throws -> Evidence {
  let change = try await plannedMessage(input, contexts).change
  return try await messageSend().apply(change, contexts.write(within: limit))
}

func messageFailure(
  _ input: Value, within limit: Duration = .seconds(20), _ contexts: TestContexts = contexts()
) async throws -> ActionFailure {
  let change = try await plannedMessage(input, contexts).change
  return try await #require(throws: ActionFailure.self) {
    _ = try await messageSend().apply(change, contexts.write(within: limit))
  }
}

/// Why it cannot even be planned.
func refusal(_ input: Value, _ contexts: TestContexts = contexts()) async throws -> ActionFailure {
  guard case .impossible(let failure) = try await messageSend().plan(input, contexts.read()) else {
    throw NoChange(why: "it can be planned")
  }
  return failure
}

/// In a recovery: nothing is marked.
func inRecovery(_ secrets: [String: String] = [:]) -> TestContexts {
  var contexts = contexts(secrets)
  contexts.facts.purpose = .recovery
  return contexts
}
