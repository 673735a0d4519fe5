package import RunbookModel

/// What is kept of an incident and of the runs that belong to it: the post-incident report.
///
/// Made from journals alone. A run that cannot be read is named, with why; nothing stands in for it.
package struct IncidentReport: Sendable, Equatable {
  package static let formatVersion = 1

  package enum LinkedRun: Sendable, Equatable {
    case read(RunSummary, headline: String)
    case unreadable(RunID, why: String)

    package var run: RunID {
      switch self {
      case .read(let summary, _): summary.run
      case .unreadable(let run, _): run
      }
    }
  }

  package var incident: Incident
  package var runs: [LinkedRun]
  package var integrity: IntegrityFacts
  package var toolVersion: String
  /// The language of its sentences; what people wrote stays as it is.
  package var words = Words.english

  package init(
    _ incident: Incident, runs: [LinkedRun], integrity: IntegrityFacts, toolVersion: String
  ) {
    self.incident = incident
    self.runs = runs
    self.integrity = integrity
    self.toolVersion = toolVersion
  }

  /// One moment of the incident, by its own journal or by a linked run's beginning and end.
  package struct Moment: Sendable, Equatable {
    package var at: Timestamp
    package var by: String
    package var text: String
    /// When it was written down, where that is later than when it happened.
    package var notedAt: Timestamp?
  }

  /// Of the incident's own journal alone.
  var ownTimeline: [Moment] { Self.inOrder(ownMoments) }

  package var timeline: [Moment] {
    var moments = ownMoments
    for case .read(let run, let headline) in runs {
      moments.append(
        Moment(at: run.started, by: run.startedBy, text: words.runStarted(run.run, run.title)))
      if let recovered = run.clocks.recovered {
        moments.append(
          Moment(
            at: recovered.at, by: run.run.text,
            text: words.recoveredByRun(recovered.step, isSeen: recovered.isSeen)))
      }
      if let ended = run.ended {
        moments.append(Moment(at: ended, by: run.run.text, text: headline))
      }
    }
    return Self.inOrder(moments)
  }

  /// Stable: what was written first stands first where the times are equal.
  private static func inOrder(_ moments: [Moment]) -> [Moment] {
    moments.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element)
  }

  private var ownMoments: [Moment] {
    var moments: [Moment] = []
    let opening = incident.opening
    if let at = opening.outageAt {
      moments.append(
        Moment(
          at: at, by: incident.openedBy, text: words.outageBeganStated,
          notedAt: incident.openedAt))
    }
    if let at = opening.facts.alertedAt {
      moments.append(
        Moment(
          at: at, by: incident.openedBy, text: words.alertCameStated,
          notedAt: incident.openedAt))
    }
    return moments + incident.records.map(moment)
  }

  private func moment(_ record: IncidentRecord) -> Moment {
    var moment = Moment(at: record.at, by: record.by, text: "")
    switch record.event {
    case .opened(let said): moment.text = words.incidentOpened(said.title)
    case .noted(let note):
      moment.text = note.text
      if let at = note.happenedAt {
        moment.notedAt = record.at
        moment.at = at
      }
    case .found(let item): moment.text = words.findingNoted(item.id, item.text)
    case .actionAdded(let item): moment.text = words.actionNoted(item.id, item.text)
    case .itemClosed(let id, let text): moment.text = words.itemDone(id, text)
    case .runLinked(let run): moment.text = words.runLinked(run)
    case .messageOrdered(let message):
      moment.text =
        words.aboutToTell(message.to.joined(separator: words.comma), message.subject)
    case .messageEnded(_, let result, let answer): moment.text = words.told(result, answer)
    case .closed(let reason): moment.text = words.incidentOver(reason)
    }
    return moment
  }

  package var json: Value { Self.shape.value(self) }

  package static let shape = Shape<IncidentReport>([
    .int("format", "The version of this form; keys may be added without a new one.") { _ in
      formatVersion
    },
    .text("tool_version", "The program that made the report.") { $0.toolVersion },
    .text("incident", "Its id.") { $0.incident.opening.incident },
    .text("title", "What it is about.") { $0.incident.opening.title },
    .maybe("service", "The service affected.") { $0.incident.opening.service },
    .word("purpose", "Drill or recovery.") { $0.incident.opening.purpose },
    .time("opened_at", "When it was opened.") { $0.incident.openedAt },
    .text("opened_by", "By whom.") { $0.incident.openedBy },
    .time("closed_at", "When it was closed; null while it is open.") { $0.incident.closing?.at },
    .time("outage_at", "When the outage began, as stated.") { $0.incident.opening.outageAt },
    .object("response", "Severity, alert, and the time to respond.", Response.shape) {
      $0.incident.response
    },
    .list(
      "runs", "Runs that belong to it.",
      Shape<LinkedRun>([
        .text("run", "The run's id.") { $0.run.text },
        .maybeObject("summary", "What it came to; null where it cannot be read.", RunSummary.shape)
        { if case .read(let summary, _) = $0 { summary } else { nil } },
        .maybe("problem", "Why it cannot be read.") {
          if case .unreadable(_, let why) = $0 { why } else { nil }
        },
      ])
    ) { $0.runs },
    .list(
      "timeline", "Every moment, in the order of time.",
      Shape<Moment>([
        .time("at", "When it happened.") { $0.at },
        .text("by", "Who did or noted it.") { $0.by },
        .text("text", "What.") { $0.text },
        .time("noted_at", "When it was written down, where that is another time.") { $0.notedAt },
      ])
    ) { $0.timeline },
    .list("findings", "What was learnt.", itemShape) { $0.incident.findings },
    .list("actions", "What is to be done.", itemShape) { $0.incident.actions },
    .list(
      "messages", "What people were told by hand.",
      Shape<Incident.Message>([
        .text("message_id", "Its Message-ID.") { $0.message.id },
        .time("at", "When it was ordered.") { $0.at },
        .text("by", "By whom.") { $0.by },
        .texts("to", "To whom.") { $0.message.to },
        .text("through", "By which way.") { $0.message.through },
        .text("subject", "Its subject.") { $0.message.subject },
        .maybeWord("result", "accepted, not_sent or unknown; null: nothing says.") { $0.result },
        .text("answer", "What the other side said.") { $0.words },
      ])
    ) { $0.incident.messages },
    .text("root", "The root hash of its journal.") { $0.integrity.rootHash },
    .int("records", "Records of its journal.") { $0.integrity.records },
  ])

  private static let itemShape = Shape<Incident.Item>([
    .text("id", "Its id.") { $0.item.id },
    .text("text", "What.") { $0.item.text },
    .maybeWord("severity", "Of a finding.") { $0.item.severity },
    .text("owner", "Who deals with it.") { $0.item.owner },
    .time("due", "Until when.") { $0.item.due },
    .maybe("about", "The finding that an action is about.") { $0.item.about },
    .time("recorded_at", "When it was written down.") { $0.at },
    .text("recorded_by", "By whom.") { $0.by },
    .time("closed_at", "When it was dealt with; null while it is open.") { $0.closing?.at },
    .maybe("closed_by", "By whom.") { $0.closing?.by },
    .maybe("closing", "How.") { $0.closing?.text },
  ])
}
