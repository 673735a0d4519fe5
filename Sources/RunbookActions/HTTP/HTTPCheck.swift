import RunbookAction
import RunbookModel

/// `http.check`: a server answers a request as expected, or answers nothing at all.
struct HTTPCheck: CheckAction {
  nonisolated(nonsending) func check(_ input: Input, in context: ReadContext) async -> Verdict {
    let request: HTTPRequest
    do throws(ActionFailure) {
      request = try prepare(input, context)
    } catch {
      return .cannotTell(Evidence(context.masked(error.message)))
    }
    let name = "\(input.method) \(context.masked(input.url.text))"
    switch input.expect ?? .answer(Answer()) {
    case .answer(let expected):
      let context = context.withReserve
      let given = context.deadline.remaining
      switch await attempt(request, until: context.deadline) {
      case .success(let answer): return judge(answer, expected, name, context)
      case .failure(let trouble): return silent(trouble, name, given, context)
      }
    case .unreachable:
      return await unreachable(name, tries: input.tries, of: page.outputs, in: context) {
        deadline in
        switch await attempt(request, until: deadline) {
        case .success(let answer):
          return .answered(evidence("\(name) answers \(answer.status)", answer, context))
        case .failure(let trouble): return tried(trouble, context)
        }
      }
    }
  }

  private func prepare(
    _ input: Input, _ context: ReadContext
  ) throws(ActionFailure) -> HTTPRequest {
    try libcurl.require()
    guard let target = input.url.target else {
      throw .refused(.input, "'\(input.url.text)' is no http or https URL")
    }
    var headers: [(name: String, value: String)] = []
    for entry in input.headers ?? [:] {
      let text: String
      switch entry.value {
      case .string(let value): text = value
      case .secret(let name): text = try context.secret(name).reveal()
      default:
        throw .refused(.input, "the header '\(entry.key)' is \(entry.value.kind), not a text")
      }
      guard !entry.key.isEmpty, !"\(entry.key)\(text)".utf8.contains(where: { $0 < 32 && $0 != 9 })
      else { throw .refused(.input, "the header '\(entry.key)' holds a control character") }
      headers.append((entry.key, text))
    }
    return HTTPRequest(
      url: input.url.text, target: target, method: input.method, headers: headers,
      body: input.body.map { Array($0.utf8) }, pins: input.resolve ?? [:],
      caFile: input.tls?.caFile, followsRedirects: input.followRedirects,
      readsHeaders: input.expect?.readsHeaders ?? false)
  }

  @inline(__always)
  private nonisolated(nonsending) func attempt(
    _ request: HTTPRequest, until deadline: Deadline
  ) async -> Result<HTTPAnswer, HTTPTrouble> {
    let target = request.target
    if let pin = request.pin {
      guard let pinned = SocketAddress.list(pin, target.port) else {
        return .failure(.notTried("'\(pin)' in 'resolve' is no address"))
      }
      return await exchange(request, at: pinned, until: deadline)
    }
    if let numeric = target.numeric {
      return await exchange(request, at: numeric, until: deadline)
    }
    switch await addresses(of: target.host, port: target.port, until: deadline) {
    case .failure(let failure):
      return .failure(.notTried("\(target.host): \(failure.message)"))
    case .success(let found): return await exchange(request, at: found, until: deadline)
    }
  }
}

extension HTTPCheck {
  /// An answer came: is it the expected one?
  private func judge(
    _ answer: HTTPAnswer, _ expected: Answer, _ name: String, _ context: ReadContext
  ) -> Verdict {
    let told = "\(name) answers \(answer.status) from \(answer.remoteIP) in \(answer.took.spoken)"
    guard expected.accepts(answer.status) else {
      return .doesNotHold(
        evidence("\(told); expected \(expected.spokenStatus)", answer, context))
    }
    for (header, wanted) in (expected.header ?? [:]).sorted(by: { $0.key < $1.key }) {
      let values = answer.headers.filter { $0.name == header.lowercased() }.map(\.value)
      guard values.contains(where: { $0.utf8Contains(wanted) }) else {
        let seen = values.isEmpty ? "is missing" : "is '\(values.joined(separator: "', '"))'"
        return .doesNotHold(
          evidence("\(told); the header \(header) \(seen), not '\(wanted)'", answer, context))
      }
    }
    switch expected.body?.judge(answer.body, isCut: answer.isCut) ?? .fits {
    case .fits: return .holds(evidence(told, answer, context))
    case .differs(let why):
      return .doesNotHold(evidence("\(told); of its body: \(why)", answer, context))
    case .unclear(let why):
      return .cannotTell(evidence("\(told); of its body: \(why)", answer, context))
    }
  }

  private func evidence(
    _ summary: String, _ answer: HTTPAnswer, _ context: ReadContext
  ) -> Evidence {
    let whole = context.masked(String(decoding: answer.body, as: UTF8.self))
    let isShort = whole.utf8.count <= HTTPLimits.excerpt
    // Where the reading stopped, half a secret may stand; the excerpt ends far before.
    let excerpt =
      isShort ? whole : String(decoding: whole.utf8.prefix(HTTPLimits.excerpt), as: UTF8.self)
    return Evidence(
      context.masked(summary),
      facts: [
        "reachable": true, "status": .int(Int64(answer.status)), "latency": .duration(answer.took),
        "remote_ip": .string(answer.remoteIP), "body": .string(excerpt),
        "site": Self.site(answer.body, context), "how": .null,
      ],
      output: answer.body.isEmpty ? nil : excerpt,
      droppedBytes: max(0, whole.utf8.count - HTTPLimits.excerpt))
  }

  private static let longestSite = 64

  private static func site(_ body: [UInt8], _ context: ReadContext) -> Value {
    // Most bodies are no JSON at all, and samples are many.
    guard body.first == UInt8(ascii: "{"), let value = try? JSONText.read(body),
      case .string(let site)? = value["site"], site.utf8.count <= longestSite
    else { return .null }
    return .string(context.masked(site))
  }

  /// No answer came. Only what the other side did itself counts against it; silence may be ours.
  private func silent(
    _ trouble: HTTPTrouble, _ name: String, _ given: Duration, _ context: ReadContext
  ) -> Verdict {
    func evidence(_ how: String) -> Evidence {
      let how = context.masked(how)
      return Evidence(
        "\(name): \(how)",
        facts: [
          "reachable": false, "status": .null, "latency": .null, "remote_ip": .null, "body": .null,
          "site": .null, "how": .string(how),
        ])
    }
    switch trouble {
    case .refused: return .doesNotHold(evidence("connection refused"))
    case .broken(let what): return .doesNotHold(evidence("no whole answer: \(what)"))
    case .connectTimedOut: return .cannotTell(evidence("no connection within \(given.spoken)"))
    case .answerTimedOut:
      return .cannotTell(evidence("connected, but no whole answer within \(given.spoken)"))
    case .hostUnreachable: return .cannotTell(evidence("host unreachable"))
    case .tls(let what): return .cannotTell(evidence("no trusted TLS connection: \(what)"))
    case .lost(let why): return .cannotTell(evidence("its answer was not read to the end: \(why)"))
    case .notTried(let why): return .cannotTell(evidence("it could not be tried from here: \(why)"))
    }
  }

  private func tried(_ trouble: HTTPTrouble, _ context: ReadContext) -> Try {
    switch trouble {
    case .refused: .failed("connection refused")
    case .broken(let what): .failed("connected, but no whole answer: \(context.masked(what))")
    case .connectTimedOut: .failed("no connection in time")
    case .answerTimedOut: .failed("connected, but no whole answer in time")
    case .hostUnreachable: .failed("host unreachable")
    case .tls(let what): .notTried("no trusted TLS connection: \(context.masked(what))")
    case .lost(let why), .notTried(let why): .notTried(context.masked(why))
    }
  }
}
