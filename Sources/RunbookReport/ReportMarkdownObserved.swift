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
    if let writers = clocks.writers { page.bullets([writers.words]) }
    page.table(
      [
        words.observer, words.checkTitle, words.every, words.goodTitle, words.badTitle,
        words.unknownTitle, words.availability, words.latency,
      ],
      observers.map { track in
        [
          Markdown.code(track.observer.name)
            + (track.observer.decides.map { " (\($0.rawValue))" } ?? ""),
          Markdown.code(track.observer.check.uses), track.observer.every.spoken,
          "\(track.samples.good)", "\(track.samples.bad)",
          "\(track.samples.unknown)"
            + (track.samples.missed > 0 ? ", \(track.samples.missed) not taken" : ""),
          track.availability.map { percent($0) } ?? "not seen",
          [track.latency.bound(share: 0.5), track.latency.bound(share: 0.95)]
            .map { $0.map { "\($0.spoken)" } ?? "not known" }.joined(separator: ", "),
        ]
      })
    for track in observers where track.spans.count > 1 {
      let shown = track.spans.prefix(20)
      page.paragraph(words.answersOf(Markdown.code(track.observer.name)) + words.colonAtEnd)
      page.table(
        [words.from, words.at, words.answer, words.whoAnswered, words.whatWasSeen],
        shown.map { span in
          [
            "T+" + span.from.spoken, time(span.at), words.observed(span.state),
            Markdown.cell(span.answeredBy ?? "not known"), Markdown.cell(span.saw),
          ]
        })
      let more = track.spans.count - shown.count + track.droppedSpans
      if more > 0 { page.paragraph("And \(more) more changes; the JSON report lists them.") }
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

  func sentences(_ words: Words) -> [String] {
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

extension WriterClock {
  var words: String {
    let double =
      several > .zero || severalAt != nil
      ? "**MORE THAN ONE store took writes for \(several.spoken)**" : "never more than one was seen"
    return "Writers: none for \(none.spoken), one for \(one.spoken), \(double)"
      + (unknown > .zero ? "; for \(unknown.spoken) nobody could tell" : "") + "."
  }
}
