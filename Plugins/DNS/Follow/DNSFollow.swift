import RunbookAction
import RunbookModel

/// `dns.follow`: another check at the address that a resolver gives now, as a customer would come there.
struct DNSFollow: CheckAction {
  struct Input: ActionInput {
    var name: String
    var type: String
    var resolvers: [String]
    var then: NestedCall

    static let fields = [
      Field("name", .string, "The name that customers use.", need: .required),
      Field(
        "type", .word(["A", "AAAA"]), "The type of address.", need: .defaulted(.string("A"))),
      Field(
        "resolvers", .list(.address),
        "Resolvers that customers use; the first one that answers counts.", need: .required),
      Field(
        "then", .check,
        "The check that is made there; it must know 'resolve', as http.check does.",
        need: .required),
    ]
  }

  let page = ActionPage(
    name: "dns.follow",
    summary: "Asks a resolver for a name, and makes another check at the address that it gives.",
    details: """
      What customers see depends on the name as much as on the servers behind it: a check of an address says that the \
      site is well, not that anybody is led to it. This check asks the resolvers, and hands the address to the check \
      under `then` as its `resolve`, so that no cache of this machine and no /etc/hosts stands between.

      It answers what that check answers. No such name does not hold: a customer gets nowhere. No answer of any \
      resolver cannot tell, since the network in between may be ours.
      """,
    kind: .check, fields: Input.fields,
    outputs: [
      Output("address", .string, "The address that the resolver gave."),
      Output("resolver", .string, "The resolver that gave it."),
      Output("answer", .any, "What the check under `then` gives."),
    ],
    timeout: .seconds(10), expected: .milliseconds(100), undo: .notNeeded,
    byHand: "Ask a resolver, dig @RESOLVER {name} {type}, and make the check under 'then' there.")

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      let name = try readName(input.name)
      let type = try readType(input.type)
      let servers = try readServers(input.resolvers, "resolvers")
      guard case .map(var with) = input.then.with else {
        throw .refused(.input, "'then' needs a 'with' that is a map")
      }
      // Some time is left to say what was seen.
      let inner = context.until(.after(context.deadline.remaining * 9 / 10))
      var silent: [String] = []
      for (index, server) in servers.enumerated() {
        // Each gets its share of the time, so that a dead one does not use up all of it.
        let share = inner.deadline.remaining / (servers.count - index + 1)
        do throws(Trouble) {
          let found = try await address(of: name, type, at: server, by: .after(share))
          guard let found else {
            return .doesNotHold(
              evidence("\(server) has no \(type.rawValue) of \(name)", nil, server, nil))
          }
          with["resolve"] = [input.name: .string(found)]
          let verdict = await inner.check(NestedCall(uses: input.then.uses, with: .map(with)))
          return verdict.with(
            evidence("\(name) is \(found): \(verdict.evidence.summary)", found, server, verdict))
        } catch {
          silent.append(error.text)
        }
      }
      return .cannotTell(
        evidence("no resolver answers: \(silent.joined(separator: "; "))", nil, nil, nil))
    } catch {
      return .cannotTell(evidence(error.message, nil, nil, nil))
    }
  }

  /// The first address at the end of all aliases; nil: there is none.
  private func address(
    of name: DomainName, _ type: RecordType, at server: ServerAddress, by deadline: Deadline
  ) async throws(Trouble) -> String? {
    let question = Question(name: name, kind: .records(type), wantsRecursion: true)
    let answer = try await ask(server, question, by: deadline)
    guard answer.code == .noError || answer.code == .noSuchName else {
      throw .garbage("\(server) answered \(answer.code)")
    }
    var end = name
    for _ in 0..<16 {
      if let set = answer.set(of: end, type) { return set.values.first }
      guard let next = answer.alias(of: end) else { return nil }
      end = next
    }
    return nil
  }

  private func evidence(
    _ summary: String, _ address: String?, _ server: ServerAddress?, _ verdict: Verdict?
  ) -> Evidence {
    var facts: ValueMap = [
      "address": address.map(Value.string) ?? .null,
      "resolver": server.map { .string($0.description) } ?? .null,
      "answer": verdict.map { .map($0.evidence.facts) } ?? .null,
    ]
    // Who answered is the other check's to say.
    if case .string(let site)? = verdict?.evidence.facts["site"] { facts["site"] = .string(site) }
    return Evidence(summary, facts: facts, output: verdict?.evidence.output)
  }
}

extension Verdict {
  fileprivate func with(_ evidence: Evidence) -> Verdict {
    switch self {
    case .holds: .holds(evidence)
    case .doesNotHold: .doesNotHold(evidence)
    case .cannotTell: .cannotTell(evidence)
    }
  }
}
