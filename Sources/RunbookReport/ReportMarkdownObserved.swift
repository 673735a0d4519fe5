import RunbookEngine
import RunbookModel

extension Report {
  /// What was seen from outside, beside what the run itself says.
  func seenFromOutside(_ page: inout Markdown) {
    guard !observers.isEmpty else { return }
    page.heading(2, "Seen from outside")
    if let outage = clocks.outage { page.bullets(outage.words) }
    if let writers = clocks.writers { page.bullets([writers.words]) }
    page.table(
      ["Observer", "Check", "Every", "Good", "Bad", "Unknown", "Availability", "Latency P50, P95"],
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
      page.paragraph("What \(Markdown.code(track.observer.name)) answered:")
      page.table(
        ["From", "At", "Answer", "Who answered", "What was seen"],
        shown.map { span in
          [
            "T+" + span.from.spoken, time(span.at), span.state.rawValue,
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
  package var words: [String] {
    var words: [String] = []
    if let onset, let onsetAt {
      let bound = lastGood.map {
        "; the last good answer was \((onset - $0).spoken) before"
      }
      words.append(
        "First answer that was not good: T\(onset < .zero ? "" : "+")\(onset.spoken) (\(onsetAt))"
          + (bound ?? "; it was not good from the first look on, so it began earlier") + ".")
      words.append(
        "First good answer after it: " + (firstGood.map { "T+\($0.spoken)" } ?? "none") + ".")
    } else {
      words.append("All answers during the run were good.")
    }
    if let lasting, let lastingAt {
      words.append(
        "Good to stay since T\(lasting < .zero ? "" : "+")\(lasting.spoken) (\(lastingAt))"
          + (soakEnded.map { ", watched until T+\($0.spoken)" } ?? "")
          + (relapses == 0
            ? "" : ", after \(relapses == 1 ? "one relapse" : "\(relapses) relapses")")
          + ".")
    } else {
      words.append("That it is good to stay was NOT seen.")
    }
    words.append(
      "In all it was bad for \(bad.spoken), good for \(good.spoken)"
        + (unknown > .zero ? ", and for \(unknown.spoken) nobody could tell" : "") + ".")
    return words
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
