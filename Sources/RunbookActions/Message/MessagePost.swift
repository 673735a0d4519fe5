import RunbookAction
import RunbookModel

/// Posts a message as JSON. What it returns is what the server said when it accepted it.
func post(
  _ change: MessageSend.Change, to hook: Webhook, at now: Timestamp, in context: WriteContext
) async throws(ActionFailure) -> String {
  func text(_ value: Value, _ what: String) throws(ActionFailure) -> String {
    switch value {
    case .string(let text): return text
    case .secret(let name): return try context.secret(name).reveal()
    default: throw .refused(.input, "\(what) is \(value.kind), not a text")
    }
  }
  let url = try text(hook.url, "'url'")
  guard let target = HTTPTarget(url) else {
    throw .refused(.input, "\(hook.spoken) is no http or https URL")
  }
  var headers = [
    (name: "Content-Type", value: "application/json; charset=utf-8"),
    (name: "Idempotency-Key", value: change.id),
  ]
  for entry in hook.headers {
    let value = try text(entry.value, "the header '\(entry.key)'")
    guard !entry.key.isEmpty, !"\(entry.key)\(value)".unicodeScalars.contains(where: \.breaksLines)
    else { throw .refused(.input, "the header '\(entry.key)' holds a control character") }
    headers.append((entry.key, value))
  }
  let deadline = context.reading.withReserve.deadline
  let request = HTTPRequest(
    url: url, target: target, method: "POST", headers: headers,
    body: change.json(context.facts, hook.json), pins: [:], caFile: hook.caFile,
    followsRedirects: false, readsHeaders: false)
  let found: [SocketAddress]
  switch await addresses(of: target.host, port: target.port, until: deadline) {
  case .failure(let failure):
    throw .passing(.unreachable, "\(hook.spoken): \(failure.message); nothing was sent")
  case .success(let addresses): found = addresses
  }
  switch await exchange(request, at: found, until: deadline) {
  case .success(let answer): return try judged(answer, hook, context)
  case .failure(let trouble): throw failure(trouble, hook, change, context)
  }
}

private func judged(
  _ answer: HTTPAnswer, _ hook: Webhook, _ context: WriteContext
) throws(ActionFailure) -> String {
  let words = context.masked(String(decoding: answer.body.prefix(200), as: UTF8.self))
    .withoutControls
  let said = "\(answer.status)" + (words.isEmpty ? "" : " \(words)")
  switch answer.status {
  case 200..<300:
    try hook.mustFit(answer, said)
    return "\(hook.spoken) accepted it: \(said)"
  case 408, 425, 429, 503:
    throw .passing(.refused, "\(hook.spoken) did not take it: \(said)")
  case 500...:
    throw .unknown(
      .failed, "\(hook.spoken) failed while it worked: \(said)",
      advice: "look whether the message is there")
  default:
    throw .refused(
      .refused, "\(hook.spoken) refused it: \(said)", advice: "look at 'url' and 'headers'")
  }
}

private func failure(
  _ trouble: HTTPTrouble, _ hook: Webhook, _ change: MessageSend.Change, _ context: WriteContext
) -> ActionFailure {
  func unsent(_ why: String) -> ActionFailure {
    .passing(.unreachable, "\(hook.spoken): \(context.masked(why)); nothing was sent")
  }
  func lost(_ why: String) -> ActionFailure {
    .unknown(
      .timeout,
      "the message went to \(hook.spoken), and its answer was lost: "
        + context.masked(why),
      advice: "look whether it is there; a second one would carry the same id \(change.id)")
  }
  return switch trouble {
  case .refused: unsent("connection refused")
  case .connectTimedOut: unsent("no connection in time")
  case .hostUnreachable: unsent("host unreachable")
  case .notTried(let why): unsent(why)
  case .tls(let why):
    .refused(
      .authentication,
      "no trusted TLS connection to \(hook.spoken): \(context.masked(why)); nothing was sent",
      advice: "look at its certificate and at 'ca_file'")
  case .answerTimedOut: lost("no whole answer in time")
  case .broken(let why), .lost(let why): lost(why)
  }
}

extension Webhook {
  /// Some answer 200 and say in the body that they did not take it.
  fileprivate func mustFit(_ answer: HTTPAnswer, _ said: String) throws(ActionFailure) {
    guard let expect else { return }
    guard let wanted = try? ValueDecoder().decode(BodyExpectation.self, from: expect) else {
      throw .refused(.input, "'expect.body' is \(expect.kind), not a text or a map")
    }
    switch wanted.judge(answer.body, isCut: answer.isCut) {
    case .fits: return
    case .differs(let why):
      throw .refused(
        .refused, "\(spoken) did not take it: \(said); of its body: \(why)",
        advice: "look at what it answered, at 'json' and at 'url'")
    case .unclear(let why):
      throw .unknown(
        .failed, "\(spoken) answered \(said), and whether it took the message is not known: \(why)",
        advice: "look whether the message is there")
    }
  }
}

extension MessageSend.Change {
  /// With the message in the places that are kept for it.
  private func filled(_ value: Value) -> Value {
    switch value {
    case .string(let text):
      // In one pass: a message that holds such a word itself is not filled in again.
      let parts = [
        "{text}": "\(subject)\n\n\(body)", "{subject}": subject, "{body}": body,
        "{message_id}": "<\(id)>",
      ]
      var filled = ""
      var rest = text[...]
      while let start = rest.firstIndex(of: "{") {
        filled += rest[..<start]
        rest = rest[start...]
        if let part = parts.first(where: { rest.hasPrefix($0.key) }) {
          filled += part.value
          rest = rest.dropFirst(part.key.count)
        } else {
          filled += "{"
          rest = rest.dropFirst()
        }
      }
      return .string(filled + rest)
    case .list(let items): return .list(items.map(filled))
    case .map(let map):
      return .map(ValueMap(distinct: map.map { ($0.key, filled($0.value)) }))
    case .null, .bool, .int, .double, .duration, .timestamp, .secret, .unknown: return value
    }
  }

  /// `text` is what chat programs show; the rest is for programs of one's own.
  fileprivate func json(_ facts: RunFacts, _ wanted: ValueMap?) -> [UInt8] {
    if let wanted { return JSONText.write(filled(.map(wanted))) }
    return JSONText.write([
      "text": .string("\(subject)\n\n\(body)"), "subject": .string(subject), "body": .string(body),
      "to": .list(to.map { .string($0.spoken) }), "message_id": .string("<\(id)>"),
      "run": facts.run.map { .string($0.text) } ?? .null, "step": .string(facts.step.text),
      "purpose": .string(facts.purpose.rawValue),
    ])
  }
}
