import RunbookEngine
import RunbookModel

/// What was seen from outside, beside what the run itself says.
extension ReportHTML {
  /// Changes of one observer's answer that are listed; all stand in the JSON.
  private static let changes = 40

  func seenFromOutside(_ page: inout HTMLPage) {
    guard !report.observers.isEmpty else { return }
    page.section("outside", words.outsideTitle) { page in
      var said: [String] = []
      if let outage = report.clocks.outage { said += outage.sentences(words) }
      if let writers = report.clocks.writers { said.append(words.writers(writers)) }
      page.list(said.map { Markup($0) })
      capped(
        &page, "observers", "",
        [
          words.observer, words.checkTitle, words.every, words.goodTitle,
          words.badTitle, words.unknownTitle,
          words.availability, words.latency,
        ], report.observers
      ) { track in
        [
          .code(track.observer.name) + sub(track.observer.decides.map { "(\($0.rawValue))" } ?? ""),
          .code(track.observer.check.uses), Markup(words.duration(track.observer.every)),
          Markup("\(track.samples.good)"), Markup("\(track.samples.bad)"),
          Markup(
            "\(track.samples.unknown)"
              + (track.samples.missed > 0 ? words.comma + words.notTaken(track.samples.missed) : "")
          ),
          Markup(track.availability.map(Self.percent) ?? words.notKnown),
          Markup(
            [0.5, 0.95].map {
              track.latency.bound(share: $0).map(words.duration) ?? words.notKnown
            }.joined(separator: words.comma)),
        ]
      }
      for track in report.observers where track.spans.count > 1 { answers(&page, track) }
    }
  }

  private func answers(_ page: inout HTMLPage, _ track: ObservedService.Track) {
    let all = track.spans.count + track.droppedSpans
    page.fold(
      Markup(words.answersOf(track.observer.name) + words.brackets("\(all)")),
      all > 10 ? .closed : .closedOnScreenOnly
    ) { page in
      page.table(
        "answers", "", [words.time, "T+", words.answer, words.whoAnswered, words.seen],
        track.spans.prefix(Self.changes).map { span in
          [
            Markup(words.exactTime(span.at)), Markup(words.duration(span.from)),
            Markup(words.observed(span.state)), cell(span.answeredBy ?? words.notKnown),
            cell(span.saw),
          ]
        })
      if all > Self.changes { page.note(words.more(all - Self.changes)) }
    }
  }

  /// Cut, not rounded: what was not always good is never shown as 100 %.
  static func percent(_ share: Double) -> String {
    let thousandths = Int((share * 100_000).rounded(.down))
    let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
    return "\(whole).\(String(rest + 1000).dropFirst()) %"
  }
}
