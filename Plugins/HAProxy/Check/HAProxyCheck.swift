import RunbookAction
import RunbookModel

/// `haproxy.check`: what HAProxy says of a backend or of one of its servers.
struct HAProxyCheck: CheckAction {
  struct Input: ActionInput {
    var runtime: RuntimeInput
    var backend: String
    var server: String?
    var expect: Expectation?

    static let fields = haproxyCheckFields
  }

  /// What must be so; what is not said does not matter.
  struct Expectation: Decodable, Sendable {
    var status: Status?
    var weight: Int?
    var sessionsAtMost: Int?
    var usableAtLeast: Int?

    enum Status: String, Decodable, Sendable, CaseIterable {
      case up, down, maintenance, drain
    }

    private enum CodingKeys: String, CodingKey {
      case status, weight
      case sessionsAtMost = "sessions_at_most"
      case usableAtLeast = "usable_at_least"
    }
  }

  var page: ActionPage { haproxyCheckPage }

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let addresses = try input.runtime.addresses()
      let backend = try readPlainName(input.backend, "backend")
      let server: String?
      if let name = input.server {
        server = try readPlainName(name, "server")
      } else {
        server = nil
      }
      let expectation = input.expect ?? Self.isUp
      if server == nil, expectation.weight != nil {
        throw .refused(.input, "'weight' is of a server, and no 'server' is named")
      }
      if server != nil, expectation.usableAtLeast != nil {
        throw .refused(.input, "'usable_at_least' is of a backend, and a 'server' is named")
      }
      let findings = await inParallel(addresses) { address in
        do throws(RuntimeTrouble) {
          let state = try await RuntimeClient(address: address)
            .state(of: backend, by: context.deadline)
          return Finding(state, server, expectation)
        } catch {
          return Finding(trouble: error)
        }
      }
      return verdict(findings, server.map { "\(backend)/\($0)" } ?? backend)
    } catch {
      return .cannotTell(Evidence(error.message))
    }
  }

  private static let isUp = Expectation(status: .up)

  private func verdict(_ findings: [Finding], _ subject: String) -> Verdict {
    let summary = findings.flatMap(\.says).joined(separator: "; ")
    let first = findings[0]
    let evidence = Evidence(
      "\(subject): \(summary)",
      facts: [
        "status": first.status.map(Value.string) ?? .null,
        "weight": first.weight.map { .int(Int64($0)) } ?? .null,
        "sessions": first.sessions.map { .int(Int64($0)) } ?? .null,
        "usable": first.usable.map { .int(Int64($0)) } ?? .null,
      ])
    if findings.contains(where: { $0.answer == .doesNotHold }) { return .doesNotHold(evidence) }
    if findings.contains(where: { $0.answer == .cannotTell }) { return .cannotTell(evidence) }
    return .holds(evidence)
  }
}

/// One process's word.
private struct Finding: Sendable {
  enum Answer { case holds, doesNotHold, cannotTell }

  var answer: Answer
  var says: [String] = []
  var status: String?
  var weight: Int?
  var sessions: Int?
  var usable: Int?

  init(trouble: RuntimeTrouble) {
    answer = .cannotTell
    says = [trouble.text]
  }

  init(_ state: BackendState, _ name: String?, _ expectation: HAProxyCheck.Expectation) {
    usable = state.servers.filter { $0.isUsable && $0.weight > 0 }.count
    guard let name else {
      status = state.status
      sessions = state.servers.reduce(0) { $0 + $1.sessions }
      answer = .holds
      compare(expectation, isUp: state.status.hasPrefix("UP"), .ready, at: state.process)
      return
    }
    guard let server = state[name] else {
      answer = .doesNotHold
      says = ["there is no such server at \(state.process)"]
      return
    }
    status = server.status
    weight = server.weight
    sessions = server.sessions
    answer = .holds
    compare(
      expectation, isUp: server.operation == 1 || server.operation == 2, server.mode,
      at: state.process)
  }

  private mutating func compare(
    _ expectation: HAProxyCheck.Expectation, isUp: Bool, _ mode: ServerMode,
    at place: RuntimeAddress
  ) {
    var wrong: [String] = []
    if let wanted = expectation.status {
      let isSo =
        switch wanted {
        case .up: isUp && mode == .ready
        case .down: !isUp && mode == .ready
        case .maintenance: mode == .maintenance
        case .drain: mode == .drain || weight == 0
        }
      if !isSo { wrong.append("should be \(wanted.rawValue)") }
    }
    if let wanted = expectation.weight, wanted != weight {
      wrong.append("should have weight \(wanted)")
    }
    if let limit = expectation.sessionsAtMost, (sessions ?? 0) > limit {
      wrong.append("should have at most \(limit) sessions")
    }
    if let least = expectation.usableAtLeast, (usable ?? 0) < least {
      wrong.append("should have \(least) servers that take traffic")
    }
    var text = "\(status ?? "") at \(place), \(sessions ?? 0) sessions"
    if let weight {
      text += ", weight \(weight)"
    } else {
      text += ", \(usable ?? 0) servers take traffic"
    }
    if !wrong.isEmpty {
      answer = .doesNotHold
      text += " (\(wrong.joined(separator: ", ")))"
    }
    says = [text]
  }
}
