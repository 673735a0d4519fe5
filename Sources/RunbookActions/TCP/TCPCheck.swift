import RunbookAction
import RunbookModel

/// `tcp.check`: somebody accepts connections at an address, or nobody does.
struct TCPCheck: CheckAction {
  struct Input: ActionInput {
    var address: String
    var expect: Expectation
    var tries: Int

    enum Expectation: String, Decodable, Sendable {
      case reachable
      case unreachable
    }

    static let fields = [
      Field("address", .address, "Where to connect: `host:port` or `[v6]:port`.", need: .required),
      Field(
        "expect", .word(["reachable", "unreachable"]), "What must be so.",
        need: .defaulted("reachable")),
      Field(
        "tries", .int,
        "For `unreachable`: how many tries, one after another, must all fail; 1 to 100.",
        need: .defaulted(2)),
    ]
  }

  let page = ActionPage(
    name: "tcp.check",
    summary: "Somebody accepts TCP connections at an address, or nobody does",
    details: """
      Connects and closes again; nothing is sent. All addresses of the host are tried at once.

      `reachable` holds when one of them accepts. A refused connection does not hold: the host answered that nobody \
      listens. No answer in time, and a host reported as unreachable, cannot be told from here: the trouble may be on \
      our side.

      `unreachable` holds when each of `tries` tries failed, and the evidence says how: refused, timed out, host \
      unreachable. One accepted connection is enough for "does not hold". A refused connection means that the host is \
      alive and only this port is closed: it does not prove that a server is fenced. An accepted one does not prove \
      that the service behind it works: the system accepts even for a process that is frozen.

      Cannot tell when it could not be tried: the name gives no address, this host has no route or no permission. Tries \
      share the step's time and are a quarter of a second apart.
      """,
    kind: .check, fields: Input.fields,
    outputs: [
      Output("reachable", .bool, "Whether somebody accepted."),
      Output("remote_ip", .string, "The address that accepted; null when none did."),
      Output("latency", .duration, "How long the accepted connection took; null when none."),
      Output("how", .string, "How each failed try failed; null when one was accepted."),
    ],
    timeout: .seconds(5), expected: .milliseconds(100), undo: .notNeeded,
    byHand: "Run: nc -vz -w 3 with the host and port of {address}")

  nonisolated(nonsending) func check(_ input: Input, in context: ReadContext) async -> Verdict {
    guard let target = HostPort(input.address) else {
      return .cannotTell(Evidence("'\(input.address)' is no address; write host:port"))
    }
    switch input.expect {
    case .reachable: return await reachable(target, input, context.withReserve)
    case .unreachable:
      return await unreachable(input.address, tries: input.tries, of: page.outputs, in: context) {
        deadline in
        switch await attempt(target, until: deadline) {
        case .connected(let address, let took):
          return .answered(accepted(input.address, address, took))
        case .failed(let failed): return .failed(spoken(failed))
        case .notTried(let why): return .notTried(why)
        }
      }
    }
  }

  private nonisolated(nonsending) func reachable(
    _ target: HostPort, _ input: Input, _ context: ReadContext
  ) async -> Verdict {
    let given = context.deadline.remaining
    switch await attempt(target, until: context.deadline) {
    case .connected(let address, let took):
      return .holds(accepted(input.address, address, took))
    case .failed(let failed):
      let evidence = Evidence(
        "\(input.address): \(spoken(failed)), within \(given.spoken)",
        facts: [
          "reachable": false, "remote_ip": .null, "latency": .null, "how": .string(spoken(failed)),
        ])
      // Only a refusal is an answer. Silence may be ours.
      return failed.allSatisfy { $0.why == .refused }
        ? .doesNotHold(evidence) : .cannotTell(evidence)
    case .notTried(let why):
      return .cannotTell(Evidence("\(input.address) could not be tried from here: \(why)"))
    }
  }

  private func accepted(_ name: String, _ address: String, _ took: Duration) -> Evidence {
    Evidence(
      "\(name) accepts connections (\(address), \(took.spoken))",
      facts: [
        "reachable": true, "remote_ip": .string(address), "latency": .duration(took),
        "how": .null,
      ])
  }
}

private enum Attempted: Sendable {
  case connected(String, Duration)
  case failed([ConnectOutcome.Failed])
  case notTried(String)
}

private nonisolated(nonsending) func attempt(_ target: HostPort, until deadline: Deadline) async
  -> Attempted
{
  switch await addresses(of: target.host, port: target.port, until: deadline) {
  case .failure(let failure): return .notTried("\(target.host): \(failure.message)")
  case .success(let found):
    let began = ContinuousClock.now
    let loop = EventLoop.current
    let outcome = await withCheckedContinuation { answer in
      loop.perform {
        connect(to: found, until: deadline, on: loop) { answer.resume(returning: $0) }
      }
    }
    switch outcome {
    case .connected(let found): return .connected(found.address, ContinuousClock.now - began)
    case .unreachable(let failed): return .failed(failed)
    case .notTried(let why): return .notTried(why)
    }
  }
}

private func spoken(_ failed: [ConnectOutcome.Failed]) -> String {
  failed.map { "\($0.address) \($0.why.rawValue)" }.joined(separator: ", ")
}
