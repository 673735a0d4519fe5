import ArgumentParser
import RunbookDriver
import RunbookModel
import RunbookReport

/// `lifeboat incident`: what happened, what was learnt and what is to be done, in one journal.
struct IncidentCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "incident",
    abstract: "Keep what people note, find and must do about an incident, and report on it.",
    discussion: """
      An incident has a journal of its own, chained and signed as a run's is; 'audit verify' covers \
      it. Who wrote what and when is kept: the account, as the operating system says.
      """,
    subcommands: [
      IncidentOpen.self, IncidentNote.self, IncidentFinding.self, IncidentAction.self,
      IncidentResolve.self, IncidentLink.self, IncidentClose.self, IncidentShow.self,
      IncidentList.self,
    ])
}

struct IncidentOpen: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open an incident: this is the first response to its alert.")

  @Argument(help: "What it is about, in one line.")
  var title: String
  @Option(help: "Its id, for example INC-1234; else one is made from the time.")
  var id: String?
  @Option(help: "The service that is affected.")
  var service: String?
  @Flag(help: "It is a drill.")
  var drill = false
  @Option(
    help: ArgumentHelp(
      "When the outage began: a UTC time or how long ago (4m30s).", valueName: "time"))
  var outageAt: String?
  @OptionGroup var facts: SeverityOptions

  func run() throws {
    let now = Program.current.clock.now().wall
    let store = try RunStore.current()
    let opening = IncidentEvent.Opening(
      incident: id ?? "i-\(RunStore.newID(at: now))",
      title: try IncidentDesk.text(title, "the title"),
      service: service, purpose: drill ? .drill : .recovery,
      facts: try facts.facts(now: now) ?? IncidentFacts(),
      outageAt: try outageAt.map { try PointInTime.read($0, now: now) },
      toolVersion: Program.current.version)
    try IncidentDesk(store).open(opening)
    let response = Response(opening.facts, respondedAt: now).time
    var lines = ["Incident \(opening.incident) is open."]
    if let words = opening.facts.words { lines.append("Severity  \(words)") }
    lines.append(
      "Response  \(response.measured.words)"
        + (response.target.map { ", objective \($0.spoken): \(response.verdict.words)" } ?? ""))
    lines.append("Start a recovery under it with: --incident \(opening.incident)")
    Console().out(lines.joined(separator: "\n"))
  }
}

struct IncidentNote: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Note what happened or was decided.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Argument(help: "What.") var text: String
  @Option(
    help: ArgumentHelp(
      "When it happened, if not now: a UTC time or how long ago.", valueName: "time")
  )
  var at: String?

  func run() throws {
    let now = Program.current.clock.now().wall
    let text = try IncidentDesk.text(text, "the note")
    let happened = try at.map { try PointInTime.read($0, now: now) }
    let desk = IncidentDesk(try RunStore.current())
    try desk.add(to: desk.store.find(id)) { _ in
      .noted(IncidentEvent.Entry(text: text, happenedAt: happened))
    }
    Console().out("Noted.")
  }
}

/// What a finding and an action have in common.
struct ItemOptions: ParsableArguments {
  @Option(help: "Who deals with it.") var owner: String
  @Option(
    help: ArgumentHelp(
      "Until when: a day (2026-12-01) or how long from now (14d).", valueName: "day"))
  var due: String?

  func dueAt(_ now: Timestamp) throws(Refusal) -> Timestamp? {
    guard let due else { return nil }
    if let time = Timestamp(due.count == 10 ? due + "T00:00:00Z" : due) { return time }
    if let later = Duration(text: due) { return now + later }
    throw Refusal(
      .invalid, "--due \(due) is no day", next: "write it as 2026-12-01, or how long from now: 14d")
  }
}

struct IncidentFinding: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding", abstract: "Record what was learnt, with an owner and a date.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Argument(help: "What.") var text: String
  @Option(help: "low, medium or high.") var severity: String
  @OptionGroup var item: ItemOptions

  func run() throws {
    guard let severity = FindingSeverity(rawValue: severity) else {
      throw Refusal(
        .invalid, "--severity cannot be '\(severity)'", next: "write low, medium or high")
    }
    let text = try IncidentDesk.text(text, "the finding")
    let owner = try IncidentDesk.text(item.owner, "--owner")
    let due = try item.dueAt(Program.current.clock.now().wall)
    let desk = IncidentDesk(try RunStore.current())
    let after = try desk.add(to: desk.store.find(id)) { incident in
      .found(
        IncidentEvent.Item(
          id: incident.nextFinding, text: text, severity: severity, owner: owner, due: due,
          about: nil))
    }
    Console().out("Recorded as \(after.findings.last?.item.id ?? "?").")
  }
}

struct IncidentAction: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "action", abstract: "Record what is to be done, by whom and until when.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Argument(help: "What.") var text: String
  @Option(help: ArgumentHelp("The finding that it is about, for example F1.", valueName: "finding"))
  var about: String?
  @OptionGroup var item: ItemOptions

  func run() throws {
    let text = try IncidentDesk.text(text, "the action")
    let owner = try IncidentDesk.text(item.owner, "--owner")
    let due = try item.dueAt(Program.current.clock.now().wall)
    let desk = IncidentDesk(try RunStore.current())
    let after = try desk.add(to: desk.store.find(id)) { incident in
      if let about, incident.item(about) == nil {
        throw Refusal(.invalid, "there is no finding '\(about)' in this incident")
      }
      return .actionAdded(
        IncidentEvent.Item(
          id: incident.nextAction, text: text, severity: nil, owner: owner, due: due, about: about))
    }
    Console().out("Recorded as \(after.actions.last?.item.id ?? "?").")
  }
}

struct IncidentResolve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say that a finding or an action is dealt with, and how.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Argument(help: "The finding or action, for example A1.") var item: String
  @Option(help: "How it was dealt with.") var how: String

  func run() throws {
    let how = try IncidentDesk.text(how, "--how")
    let desk = IncidentDesk(try RunStore.current())
    let after = try desk.add(to: desk.store.find(id)) { incident in
      guard let found = incident.item(item) else {
        throw Refusal(
          .invalid, "there is no finding and no action '\(item)' in this incident",
          next: "open are: \(incident.openItems.map(\.item.id).joined(separator: ", "))")
      }
      if let closing = found.closing {
        throw Refusal(.refused, "'\(item)' was closed by \(closing.by): \(closing.text)")
      }
      return .itemClosed(item: item, text: how)
    }
    let left = after.openItems.map(\.item.id).joined(separator: ", ")
    Console().out("\(item) is closed. Still open: \(left.isEmpty ? "none" : left).")
  }
}

struct IncidentLink: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Say that a run belongs to an incident.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Argument(
    help: ArgumentHelp("The run: its id, the beginning of it, or 'latest'.", valueName: "run"))
  var linked: String

  func run() throws {
    let store = try RunStore.current()
    let run = try store.find(linked).id
    let desk = IncidentDesk(store)
    try desk.add(to: desk.store.find(id)) { incident in
      guard !incident.runs.contains(run) else {
        throw Refusal(.refused, "run \(run) is linked already")
      }
      return .runLinked(run)
    }
    Console().out("Run \(run) is linked.")
  }
}

struct IncidentClose: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close an incident. Open findings and actions stay open, and are named.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Option(help: "Why it is over.") var reason: String

  func run() throws {
    let reason = try IncidentDesk.text(reason, "--reason")
    let desk = IncidentDesk(try RunStore.current())
    let after = try desk.add(to: desk.store.find(id)) { incident in
      if let closing = incident.closing {
        throw Refusal(.refused, "it was closed by \(closing.by): \(closing.reason)")
      }
      return .closed(reason: reason)
    }
    let left = after.openItems.map(\.item.id).joined(separator: ", ")
    Console().out("Closed. Still open: \(left.isEmpty ? "none" : left).")
  }
}

struct IncidentShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The post-incident report, with the runs that belong to it.")
  @Argument(help: "The incident's id, or its beginning.") var id: String
  @Option(
    help: """
      markdown and html for people (html is one file for screen, phone and paper), json for programs.
      """)
  var format: Format = .markdown
  @OptionGroup var language: LanguageOptions
  @OptionGroup var output: ReportOutput

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case markdown
    case html
    case json
  }

  func run() throws {
    let desk = IncidentDesk(try RunStore.current())
    // What programs read is the same in every language.
    let report = try desk.report(
      desk.store.find(id), in: format == .json ? .english : language.lang)
    let text =
      switch format {
      case .markdown: report.markdown
      case .html: report.html
      case .json: JSONText.text(report.json, style: .plain, pretty: true) + "\n"
      }
    try output.write(text, Console())
  }
}

struct IncidentList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the incidents kept on this machine.")

  func run() throws {
    let desk = IncidentDesk(try RunStore.current())
    var table = TextTable(["incident", "opened", "severity", "state", "open items", "title"])
    for id in try desk.store.ids() {
      do {
        let incident = try desk.read(id)
        table.add([
          id, incident.openedAt.text(decimals: 0), incident.opening.facts.severity?.rawValue ?? "?",
          incident.closing == nil ? "open" : "closed", "\(incident.openItems.count)",
          incident.opening.title,
        ])
      } catch {
        let why = (error as? Refusal)?.message ?? (error as? StoreError)?.message ?? "\(error)"
        table.add([id, "?", "?", "cannot be read: \(why)", "?", "?"])
      }
    }
    Console().out(
      table.isEmpty ? "There are no incidents in \(desk.store.folder.incidents)." : table.text)
  }
}
