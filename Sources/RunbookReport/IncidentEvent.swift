package import RunbookModel

/// One thing that somebody did about an incident, as its journal keeps it.
package enum IncidentEvent: Sendable, Equatable {
  case opened(Opening)
  case noted(Entry)
  /// Something that was learnt: it has an owner and a date by which it is dealt with.
  case found(Item)
  /// Something to be done.
  case actionAdded(Item)
  /// A finding or an action is dealt with; the text says how.
  case itemClosed(item: String, text: String)
  case runLinked(RunID)
  /// About to be sent: written before anything leaves.
  case messageOrdered(Message)
  /// What became of it.
  case messageEnded(id: String, result: MessageResult, words: String)
  case closed(reason: String)

  package struct Opening: Sendable, Equatable, Codable {
    package var incident: String
    package var title: String
    package var service: String?
    package var purpose: Purpose
    package var facts: IncidentFacts
    package var outageAt: Timestamp?
    package var toolVersion: String

    package init(
      incident: String, title: String, service: String?, purpose: Purpose, facts: IncidentFacts,
      outageAt: Timestamp?, toolVersion: String
    ) {
      self.incident = incident
      self.title = title
      self.service = service
      self.purpose = purpose
      self.facts = facts
      self.outageAt = outageAt
      self.toolVersion = toolVersion
    }
  }

  package struct Entry: Sendable, Equatable, Codable {
    package var text: String
    /// When it happened, where that is not when it was written down.
    package var happenedAt: Timestamp?

    package init(text: String, happenedAt: Timestamp?) {
      self.text = text
      self.happenedAt = happenedAt
    }
  }

  package struct Item: Sendable, Equatable, Codable {
    /// `F1`, `A2`.
    package var id: String
    package var text: String
    package var severity: FindingSeverity?
    package var owner: String
    package var due: Timestamp?
    /// The finding that an action is about.
    package var about: String?

    package init(
      id: String, text: String, severity: FindingSeverity?, owner: String, due: Timestamp?,
      about: String?
    ) {
      self.id = id
      self.text = text
      self.severity = severity
      self.owner = owner
      self.due = due
      self.about = about
    }
  }

  package struct Message: Sendable, Equatable, Codable {
    package var id: String
    package var to: [String]
    package var through: String
    package var subject: String
    package var body: String

    package init(id: String, to: [String], through: String, subject: String, body: String) {
      self.id = id
      self.to = to
      self.through = through
      self.subject = subject
      self.body = body
    }
  }

  package enum MessageResult: String, Sendable, Codable, CaseIterable {
    case accepted
    case notSent = "not_sent"
    case unknown
  }
}

package enum FindingSeverity: String, Sendable, Codable, CaseIterable {
  case low
  case medium
  case high
}

/// In a record one key says what it is; `by`, `named` and the time stand beside it.
extension IncidentEvent: Codable {
  private enum Key: String, CodingKey {
    case opened = "incident_opened"
    case noted = "incident_noted"
    case found = "finding_recorded"
    case actionAdded = "action_added"
    case itemClosed = "item_closed"
    case runLinked = "run_linked"
    case messageOrdered = "message_ordered"
    case messageEnded = "message_ended"
    case closed = "incident_closed"
  }
  private struct Closing: Codable {
    var item: String
    var text: String
  }
  private struct Ending: Codable {
    var id: String
    var result: MessageResult
    var words: String
  }
  private struct Linking: Codable {
    var run: RunID
  }
  private struct End: Codable {
    var reason: String
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .opened(let said): try container.encode(said, forKey: .opened)
    case .noted(let said): try container.encode(said, forKey: .noted)
    case .found(let said): try container.encode(said, forKey: .found)
    case .actionAdded(let said): try container.encode(said, forKey: .actionAdded)
    case .itemClosed(let item, let text):
      try container.encode(Closing(item: item, text: text), forKey: .itemClosed)
    case .runLinked(let run): try container.encode(Linking(run: run), forKey: .runLinked)
    case .messageOrdered(let said): try container.encode(said, forKey: .messageOrdered)
    case .messageEnded(let id, let result, let words):
      try container.encode(Ending(id: id, result: result, words: words), forKey: .messageEnded)
    case .closed(let reason): try container.encode(End(reason: reason), forKey: .closed)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch container.allKeys.first {
    case .opened?: self = .opened(try container.decode(Opening.self, forKey: .opened))
    case .noted?: self = .noted(try container.decode(Entry.self, forKey: .noted))
    case .found?: self = .found(try container.decode(Item.self, forKey: .found))
    case .actionAdded?: self = .actionAdded(try container.decode(Item.self, forKey: .actionAdded))
    case .itemClosed?:
      let said = try container.decode(Closing.self, forKey: .itemClosed)
      self = .itemClosed(item: said.item, text: said.text)
    case .runLinked?: self = .runLinked(try container.decode(Linking.self, forKey: .runLinked).run)
    case .messageOrdered?:
      self = .messageOrdered(try container.decode(Message.self, forKey: .messageOrdered))
    case .messageEnded?:
      let said = try container.decode(Ending.self, forKey: .messageEnded)
      self = .messageEnded(id: said.id, result: said.result, words: said.words)
    case .closed?: self = .closed(reason: try container.decode(End.self, forKey: .closed).reason)
    case nil:
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "no event of an incident"))
    }
  }
}

/// One record of an incident's journal: what, by whom, when.
package struct IncidentRecord: Sendable, Equatable {
  package var at: Timestamp
  package var by: String
  package var host: String
  package var event: IncidentEvent

  package init(at: Timestamp, by: String, host: String, event: IncidentEvent) {
    self.at = at
    self.by = by
    self.host = host
    self.event = event
  }
}
