package import RunbookModel

/// An incident as its records tell it: what is known, what was found, what is still to be done.
package struct Incident: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var item: IncidentEvent.Item
    package var at: Timestamp
    package var by: String
    /// How it was dealt with; nil while it is open.
    package var closing: (at: Timestamp, by: String, text: String)?

    package static func == (left: Item, right: Item) -> Bool {
      left.item == right.item && left.at == right.at && left.closing?.at == right.closing?.at
    }
  }

  package struct Message: Sendable, Equatable {
    package var message: IncidentEvent.Message
    package var at: Timestamp
    package var by: String
    /// nil: it was about to be sent, and nothing says what became of it.
    package var result: IncidentEvent.MessageResult?
    package var words: String
  }

  package let opening: IncidentEvent.Opening
  package let openedAt: Timestamp
  package let openedBy: String
  package private(set) var records: [IncidentRecord] = []
  package private(set) var findings: [Item] = []
  package private(set) var actions: [Item] = []
  package private(set) var runs: [RunID] = []
  package private(set) var messages: [Message] = []
  package private(set) var closing: (at: Timestamp, by: String, reason: String)?

  /// Nil when the first record does not open it.
  package init?(_ records: [IncidentRecord]) {
    guard let first = records.first, case .opened(let opening) = first.event else { return nil }
    self.opening = opening
    openedAt = first.at
    openedBy = first.by
    for record in records { take(record) }
  }

  package static func == (left: Incident, right: Incident) -> Bool {
    left.records == right.records
  }

  private mutating func take(_ record: IncidentRecord) {
    records.append(record)
    switch record.event {
    case .opened, .noted: break
    case .found(let item): findings.append(Item(item: item, at: record.at, by: record.by))
    case .actionAdded(let item): actions.append(Item(item: item, at: record.at, by: record.by))
    case .itemClosed(let id, let text):
      let closing = (at: record.at, by: record.by, text: text)
      if let place = findings.firstIndex(where: { $0.item.id == id }) {
        findings[place].closing = closing
      }
      if let place = actions.firstIndex(where: { $0.item.id == id }) {
        actions[place].closing = closing
      }
    case .runLinked(let run): if !runs.contains(run) { runs.append(run) }
    case .messageOrdered(let message):
      messages.append(Message(message: message, at: record.at, by: record.by, words: ""))
    case .messageEnded(let id, let result, let words):
      guard let place = messages.lastIndex(where: { $0.message.id == id }) else { return }
      messages[place].result = result
      messages[place].words = words
    case .closed(let reason): closing = (record.at, record.by, reason)
    }
  }

  package var response: Response { response(.english) }
  func response(_ words: Words) -> Response {
    Response(opening.facts, respondedAt: opening.facts.respondedAt ?? openedAt, words: words)
  }
  package var openItems: [Item] { (findings + actions).filter { $0.closing == nil } }
  package var nextFinding: String { "F\(findings.count + 1)" }
  package var nextAction: String { "A\(actions.count + 1)" }
  package func item(_ id: String) -> Item? { (findings + actions).first { $0.item.id == id } }
}
