import RunbookEngine
import RunbookModel

extension Report {
  /// What was seen from outside, beside what the run itself says.
  func seenFromOutside(_ page: inout Markdown) {
    guard !observers.isEmpty else { return }
    page.heading(2, words.outsideTitle)
    if let outage = clocks.outage {
      page.bullets(outage.sentences(words).map { Markdown.plain($0) })
    }
    if let writers = clocks.writers { page.bullets([Markdown.plain(words.writers(writers))]) }
    page.table(
      [
        words.observer, words.checkTitle, words.every, words.goodTitle, words.badTitle,
        words.unknownTitle, words.availability, words.latency,
      ],
      observers.map { track in
        [
          Markdown.code(track.observer.name)
            + (track.observer.decides.map { " (\($0.rawValue))" } ?? ""),
          Markdown.code(track.observer.check.uses), words.duration(track.observer.every),
          "\(track.samples.good)", "\(track.samples.bad)",
          "\(track.samples.unknown)"
            + (track.samples.missed > 0 ? words.comma + words.notTaken(track.samples.missed) : ""),
          track.availability.map { percent($0) } ?? words.notKnown,
          [track.latency.bound(share: 0.5), track.latency.bound(share: 0.95)]
            .map { $0.map(words.duration) ?? words.notKnown }.joined(separator: words.comma),
        ]
      })
    for track in observers where track.spans.count > 1 {
      let shown = track.spans.prefix(20)
      page.paragraph(words.answersOf(Markdown.code(track.observer.name)) + words.colonAtEnd)
      page.table(
        [words.from, words.at, words.answer, words.whoAnswered, words.whatWasSeen],
        shown.map { span in
          [
            words.offset(span.from), time(span.at), words.observed(span.state),
            Markdown.cell(span.answeredBy ?? words.notKnown), Markdown.cell(span.saw),
          ]
        })
      let more = track.spans.count - shown.count + track.droppedSpans
      if more > 0 { page.paragraph(words.moreInJSON(more)) }
    }
  }

  private func percent(_ share: Double) -> String {
    let thousandths = Int((share * 100_000).rounded(.down))
    let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
    let digits = String(rest + 1000).dropFirst()
    return "\(whole).\(digits) %"
  }
}

extension Outage {
  /// What the report and `status` say of it, a sentence each.
  package var words: [String] { sentences(.english) }

  package func sentences(_ words: Words) -> [String] {
    var said: [String] = []
    if let onset, let onsetAt {
      said.append(words.firstBad(onset, onsetAt, lastGood: lastGood))
      said.append(words.firstGood(firstGood))
    } else {
      said.append(words.allGood)
    }
    if let lasting, let lastingAt {
      said.append(words.goodSince(lasting, lastingAt, soakEnded, relapses))
    } else {
      said.append(words.goodNotSeen)
    }
    said.append(words.shares(bad, good, unknown))
    return said
  }
}
