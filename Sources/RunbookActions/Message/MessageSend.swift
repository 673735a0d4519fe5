import RunbookAction
import RunbookModel

/// `message.send`: tells people something by mail, webhook or file.
struct MessageSend: StepAction {
  /// The message as it will be sent; secrets stand in it by name only.
  struct Change: Codable, Equatable, Sendable {
    /// The same for every attempt of one step in one run, so that whoever gets it twice can tell.
    var id: String
    /// What all messages of one run refer to.
    var thread: String
    var channel: MessageChannel
    var to: [Recipient]
    var subject: String
    var body: String
  }

  func plan(
    _ input: Input, in context: ReadContext
  ) async throws(ActionFailure) -> Planned<Change> {
    let change: Change
    do throws(ActionFailure) {
      change = try Change(input, in: context.facts)
    } catch {
      return .impossible(error)
    }
    switch change.channel {
    case .smtp, .webhook: try libcurl.require()
    case .file(let path):
      switch try await blocking({ () throws(ActionFailure) in
        try MessageFile(path).holds(change.id)
      }) {
      case true: return .alreadyInPlace(change.evidence("\(path) holds this message already", ""))
      case false: break
      }
    }
    return .change(change, change.preview)
  }

  func apply(_ change: Change, in context: WriteContext) async throws(ActionFailure) -> Evidence {
    let now = wallClock()
    let said: String
    switch change.channel {
    case .smtp(let server):
      try libcurl.require()
      said = try await sendMail(change, through: server, at: now, in: context)
    case .webhook(let hook):
      try libcurl.require()
      said = try await post(change, to: hook, at: now, in: context)
    case .file(let path):
      let text = MailText(change, from: nil, at: now).readable
      said = try await blocking { () throws(ActionFailure) in
        try MessageFile(path).append(text, id: change.id)
      }
    }
    return change.evidence(context.masked(said), context.masked(said))
  }

  /// Only a file can be looked at again: what a mail server or a webhook has taken is out of sight.
  func verify(_ change: Change, in context: ReadContext) async -> Verdict {
    guard case .file(let path) = change.channel else {
      return .cannotTell(
        Evidence(
          "whether \(change.channel.spoken) took the message cannot be seen again; its Message-ID "
            + "is <\(change.id)>, so a receiver can tell a second one from the first"))
    }
    do throws(ActionFailure) {
      let isThere = try await blocking { () throws(ActionFailure) in
        try MessageFile(path).holds(change.id)
      }
      return isThere
        ? .holds(change.evidence("\(path) holds the message", ""))
        : .doesNotHold(Evidence("\(path) does not hold the message"))
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }
}

extension MessageSend.Change {
  init(_ input: MessageSend.Input, in facts: RunFacts) throws(ActionFailure) {
    channel = try MessageChannel(input.via, in: facts)
    to = input.to.people
    guard to.count <= MessageLimits.recipients else {
      throw .refused(
        .input,
        "'to' names \(to.count) recipients; at most \(MessageLimits.recipients) are allowed",
        advice: "write to a mailing list")
    }
    if case .smtp = channel { for one in to { try one.checkMail() } }
    for one in to { try one.checkText() }
    let text = try Self.text(input, facts)
    subject = try MessageText.subject(text.subject, input.language, facts.purpose)
    body = MessageText.body(text.body, input.language, facts.purpose)
    let place = MessageText.token(facts.run?.text ?? "dry-run")
    let domain = channel.domain
    thread = "lifeboat.\(place)@\(domain)"
    id = "lifeboat.\(place).\(MessageText.token(facts.step.text))@\(domain)"
  }

  private static func text(
    _ input: MessageSend.Input, _ facts: RunFacts
  ) throws(ActionFailure) -> (subject: String, body: String) {
    guard let template = input.template else {
      guard let subject = input.subject, let body = input.body else {
        throw .refused(
          .input, "there is neither a 'template' nor both of 'subject' and 'body'",
          advice: "write one or the other")
      }
      guard input.next == nil else {
        throw .refused(.input, "'next' belongs to a 'template', and there is none")
      }
      return (subject, body)
    }
    guard let figures = facts.figures() else {
      throw .passing(
        .failed, "what the run has come to cannot be read, so the text cannot be filled in",
        advice: "look at the state folder and the room on its disk")
    }
    let words = MessageWords(language: input.language)
    return (
      input.subject ?? template.subject(figures, words),
      input.body ?? template.body(figures, words, next: input.next)
    )
  }

  var preview: Preview {
    var does = ["send by \(channel.preview)"]
    if case .smtp(let server) = channel { does.append("From: \(server.from)") }
    does.append("To: \(to.map(\.spoken).joined(separator: ", "))")
    does.append("Subject: \(subject)")
    does += body.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { "| \($0)" }
    var preview = Preview(saw: [], does: does, fidelity: .rendered)
    if case .smtp(let server) = channel, server.tls == .none, !server.isOnThisMachine {
      preview.warnings.append("the way to \(server.address) is not encrypted")
    }
    return preview
  }

  /// `answer` is what the other side said; empty where it was not asked.
  func evidence(_ summary: String, _ answer: String) -> Evidence {
    Evidence(
      summary,
      facts: [
        "message_id": .string("<\(id)>"), "subject": .string(subject),
        "recipients": .int(Int64(to.count)),
        "answer": answer.isEmpty ? .unknown("it was seen later, not heard") : .string(answer),
      ],
      output: "To: \(to.map(\.spoken).joined(separator: ", "))\nSubject: \(subject)\n\n\(body)")
  }
}
