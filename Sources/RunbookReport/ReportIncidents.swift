import RunbookModel

/// What people noted, found and must do about the run's incident, in the run's own report.
extension Report {
  /// Takes in what is kept of the incidents that the run belongs to. One that cannot be read is named among the doubts.
  package mutating func take(_ kept: [KeptIncident]) {
    incidents = kept
    for case .unreadable(let id, let why) in kept {
      doubts.append(
        Doubt(
          kind: .figure, text: words.incidentUnreadable(id, why), advice: words.lookAtIncident))
    }
  }

  func incidents(_ page: inout Markdown) {
    for kept in incidents {
      page.heading(2, Markdown.plain(words.incidentSection(kept.id)))
      switch kept {
      case .read(let report):
        page.paragraph("**\(Markdown.plain(report.incident.opening.title))**")
        report.partsInRun.write(&page, level: 3)
      case .unreadable(let id, let why):
        page.paragraph(Markdown.plain(words.incidentUnreadable(id, why)))
      }
    }
  }
}

extension Report.KeptIncident {
  package var id: String {
    switch self {
    case .read(let report): report.incident.opening.incident
    case .unreadable(let id, _): id
    }
  }
}

extension ReportHTML {
  func incidents(_ page: inout HTMLPage) {
    guard !report.incidents.isEmpty else { return }
    page.section("incident", words.incidentTitle) { page in
      for (number, kept) in report.incidents.enumerated() {
        switch kept {
        case .read(let incident):
          page.paragraph(.code(kept.id) + " " + .strong(incident.incident.opening.title))
          incident.partsInRun.write(&page, "incident\(number)-", isSection: false)
        case .unreadable(let id, let why):
          page.paragraph(Markup(words.incidentUnreadable(id, why)))
        }
      }
    }
  }
}
