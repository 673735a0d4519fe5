import ArgumentParser
import RunbookAction
import RunbookDriver
import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookReport

/// `lifeboat tell`: people are told how a run stands, by a person's order.
struct Tell: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "tell",
    abstract: "Tell people how a run stands: show the message, ask, send it, and keep a record.",
    discussion: """
      The figures are those of this moment, from the run's journal; it can be asked while the run \
      goes on. The message is shown first and sent after a yes (or with --yes). What is about to be \
      sent, and what became of it, stands in the journal of the incident, which 'audit verify' \
      covers: the run's own incident, or one that is opened under the run's id.

      Accepted by a server is not delivered, and not read. Exit codes: 0 accepted, 6 nobody has said \
      yes, 7 not sent, 9 not known.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'.")
  var id: String = "latest"
  @Option(
    help: ArgumentHelp(
      "Who is told: a role of the environment's contacts, or a mail address; may be given several "
        + "times.", valueName: "role|address"))
  var to: [String]
  @Option(help: ArgumentHelp("first_response, progress or recovered.", valueName: "name"))
  var template: String?
  @Option(help: ArgumentHelp("en or zh-Hans.", valueName: "language"))
  var lang: String = "en"
  @Option(help: "What comes next, in your words.")
  var next: String?
  @Option(help: "A subject of your own.")
  var subject: String?
  @Option(help: "A text of your own.")
  var body: String?
  @Option(
    help: ArgumentHelp(
      "The way: the name under the environment's 'values' that holds smtp, webhook or file.",
      valueName: "name"))
  var via: String = "messages"
  @Option(help: ArgumentHelp("Keep the record in this incident.", valueName: "id"))
  var incident: String?
  @Flag(help: "Send it without asking.")
  var yes = false

  func run() async throws {
    let console = Console()
    let session = try RunSession.current()
    let stored = try StoredRun(session.store.find(id), session: session)
    let plan = stored.history.plan
    let desk = IncidentDesk(session.store)
    let kept = try incident.map(desk.store.find)
    let record = kept ?? stored.history.opening?.incident?.incident ?? stored.folder.id.text
    let count = desk.store.exists(record) ? try desk.read(record).messages.count : 0
    let input = try input(plan)
    let now = Program.current.clock.now()
    let teller = Teller(
      about: plan, run: stored.folder.id, id: StepID("tell_\(record)_\(count + 1)"), input: input,
      registry: Program.current.registry, secrets: try await secrets(plan, input, console),
      clock: Program.current.clock,
      figures: { [figures = stored.figures(now: now)] in figures })
    let (change, preview) = try Self.planned(await teller.preview())
    console.out(preview.does.joined(separator: "\n"))
    for warning in preview.warnings { console.note("warning: \(warning)") }
    try confirm(console)
    let message = Self.message(change)
    if !desk.store.exists(record) { try open(record, stored, desk) }
    // Before anything leaves: after a crash it is known that it may have been sent.
    try desk.add(to: record) { _ in .messageOrdered(message) }
    let ending = Self.ending(await teller.send(change))
    do {
      try desk.add(to: record) { _ in
        .messageEnded(id: message.id, result: ending.result, words: ending.words)
      }
    } catch {
      console.note("The record of what became of it could not be written: \(error)")
    }
    switch ending.result {
    case .accepted: console.out("\n\(ending.words)\nKept in incident \(record).")
    case .notSent: throw Refusal(.failedUnchanged, ending.words, changed: "Nobody was told.")
    case .unknown:
      throw Refusal(
        .failedPartly, ending.words, changed: "It is NOT KNOWN whether anybody was told.",
        next: ending.advice)
    }
  }

  private func input(_ plan: Plan) throws -> Value {
    guard let way = plan.environmentValues[via] else {
      throw Refusal(
        .invalid, "the environment '\(plan.environment.name)' has no '\(via)' under 'values'",
        next: "write it there ({smtp: ...}, {webhook: ...} or {file: ...}), or name another with "
          + "--via")
    }
    var input: ValueMap = ["via": way, "language": .string(lang)]
    input["to"] = .list(try to.flatMap { try recipients($0, plan) })
    for (key, text) in [
      ("template", template), ("next", next), ("subject", subject), ("body", body),
    ] {
      if let text { input[key] = .string(text) }
    }
    return .map(input)
  }

  private func recipients(_ name: String, _ plan: Plan) throws(Refusal) -> [Value] {
    if name.contains("@") { return [.string(name)] }
    let contacts = Contacts(plan.environmentValues)
    guard contacts.roles.contains(where: { $0.name == name }) else {
      throw Refusal(
        .invalid,
        "'\(name)' is no mail address and no role of the contacts of '\(plan.environment.name)'",
        next: Nearest.help(for: name, among: contacts.roles.map(\.name)))
    }
    let people = contacts.people(name).filter { $0.mail != nil }
    guard !people.isEmpty else {
      throw Refusal(
        .invalid, "the contact '\(name)' has no mail address",
        next: contacts.toCall(name).first.map { "call \($0)" })
    }
    return people.map { ["name": .string($0.name), "mail": .string($0.mail ?? "")] }
  }

  /// Only those that the way needs: at night another one may not be there.
  private func secrets(
    _ plan: Plan, _ input: Value, _ console: Console
  ) async throws -> SecretVault {
    let names = Set(input.secretNames)
    do throws(SecretVault.Missing) {
      return try await SecretVault.read(
        plan.secrets.filter { names.contains($0.name) }, in: plan.environment.folder)
    } catch {
      Documents.show(error.problems, console: console)
      throw ExitStatus.invalid
    }
  }

  private func confirm(_ console: Console) throws(Refusal) {
    if yes { return }
    guard console.isInteractive else {
      throw Refusal(
        .waiting, "nobody is at a terminal to say that it may be sent",
        changed: "Nothing was sent.", next: "look at it, then add --yes")
    }
    console.prompt("\nSend it? Type 'yes': ")
    guard TerminalLines.next({ false })?.trimmed == "yes" else {
      throw Refusal(.waiting, "'yes' was not typed", changed: "Nothing was sent.")
    }
  }

  private func open(_ id: String, _ stored: StoredRun, _ desk: IncidentDesk) throws {
    let opening = stored.history.opening
    var facts = opening?.incident ?? IncidentFacts()
    facts.respondedAt = facts.respondedAt ?? opening?.declaredAt
    try desk.open(
      IncidentEvent.Opening(
        incident: id, title: stored.history.plan.title, service: stored.history.plan.service,
        purpose: stored.history.plan.purpose, facts: facts,
        outageAt: opening?.outageAt, toolVersion: Program.current.version))
    try desk.add(to: id) { _ in .runLinked(stored.folder.id) }
  }

  private static func planned(_ result: PlanResult) throws(Refusal) -> (Value, Preview) {
    switch result {
    case .change(let change, let preview): return (change, preview)
    case .alreadyInPlace(let seen):
      throw Refusal(.refused, seen.summary, changed: "Nothing was sent.")
    case .failed(let failure):
      throw Refusal(
        .invalid, failure.message, changed: "Nothing was sent.", next: failure.advice)
    case .skipped, .ask: throw Refusal(.internal, "message.send is no change in this program")
    }
  }

  private static func message(_ change: Value) -> IncidentEvent.Message {
    func text(_ key: String) -> String { change[key]?.string ?? "" }
    let channel = change["channel"]
    return IncidentEvent.Message(
      id: "<\(text("id"))>",
      to: (change["to"]?.list ?? []).map { one in
        let address = one["address"]?.string ?? ""
        return one["name"]?.string.map { "\($0) <\(address)>" } ?? address
      },
      through: channel?["smtp"]?["address"]?.string ?? channel?["file"]?.string ?? "webhook",
      subject: text("subject"), body: text("body"))
  }

  private static func ending(
    _ result: ApplyResult
  ) -> (result: IncidentEvent.MessageResult, words: String, advice: String?) {
    switch result {
    case .done(let evidence): (.accepted, evidence.summary, nil)
    case .failed(let failure):
      switch failure.effect {
      case .unchanged: (.notSent, failure.message, failure.advice)
      case .unknown: (.unknown, failure.message, failure.advice)
      }
    }
  }
}

extension Value {
  /// Every secret that is named in it.
  fileprivate var secretNames: [SecretName] {
    switch self {
    case .secret(let name): [name]
    case .list(let items): items.flatMap(\.secretNames)
    case .map(let map): map.flatMap(\.value.secretNames)
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .unknown: []
    }
  }
}
