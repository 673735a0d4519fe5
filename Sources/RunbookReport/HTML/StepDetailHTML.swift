import RunbookEngine
import RunbookModel

/// One step's own part of the page: what was planned, seen and done, every attempt, its output.
struct StepDetailHTML {
  let step: Report.StepResult
  let html: ReportHTML

  private var words: Words { html.words }
  private static let factBytes = 1000
  private static let acts = 40
  private static let lines = 30

  static func heads(_ words: Words) -> [String] {
    [words.record, words.what, words.attempt, words.took, words.endingTitle, words.text]
  }

  func markup(_ fold: HTMLPage.Fold) -> Markup {
    var page = HTMLPage(words)
    let took = step.duration.map { ", " + words.duration($0) } ?? ""
    let title = step.title.map { ": \($0)" } ?? ""
    page.fold(
      .code(step.id.text) + Markup(title + " · ") + html.status(step.status) + Markup(took), fold
    ) { page in
      page.list(facts)
      page.table(
        "acts", "\(step.id.text)\(words.colon)\(words.momentsTitle)",
        Self.heads(words), step.acts.prefix(Self.acts).map(row))
      if step.acts.count > Self.acts { page.note(words.more(step.acts.count - Self.acts)) }
      output(&page)
    }
    return page.content
  }

  private var facts: [Markup] {
    func fact(_ name: String, _ text: String, _ limit: Int = 600) -> Markup {
      .strong(name) + Markup(words.colon) + .cut(text, to: limit)
    }
    var facts = [
      fact(words.action, step.uses + (step.isCritical ? words.comma + words.critical : "")),
      fact(words.planned, step.forecast.summary),
    ]
    if !step.isCritical { facts.append(Markup(words.notCritical)) }
    if let owner = step.owner { facts.append(fact(words.owner, owner)) }
    if let preview = step.preview {
      facts += preview.saw.prefix(20).map { fact(words.seenBefore, $0) }
      facts += preview.does.prefix(20).map { fact(words.change, $0) }
      facts += preview.warnings.prefix(20).map { fact(words.warning, $0) }
    }
    if !step.result.isEmpty { facts.append(fact(words.result, step.result, 1000)) }
    if let advice = step.advice { facts.append(fact(words.whatToDo, advice)) }
    if !step.facts.isEmpty {
      let text = step.facts.map { "\($0.key) = \(JSONText.text($0.value))" }
      facts.append(
        fact(words.measuredFacts, text.joined(separator: words.comma), Self.factBytes))
    }
    return facts
  }

  private func row(_ act: Report.Act) -> [Markup] {
    let answers = act.answers.map {
      words.said($0.by, $0.decision == .approve) + ($0.reason.map { words.colon + $0 } ?? "")
    }
    let text = ([act.text] + answers).filter { !$0.isEmpty }.joined(separator: words.semicolon)
    return [
      Markup("\(act.beganSeq)"), Markup(words.act(act.kind)), Markup("\(act.attempt)"),
      Markup(act.duration.map(words.duration) ?? ""), Markup(words.ending(act.ending)),
      html.cell(text),
    ]
  }

  /// The end of an output, where the error is, with a notice of what is not shown.
  private func output(_ page: inout HTMLPage) {
    guard let output = step.output, !output.isEmpty else { return }
    var kept = output.split(separator: "\n", omittingEmptySubsequences: false)
    while kept.last?.isEmpty == true { kept.removeLast() }
    let count = kept.count
    kept = kept.suffix(Self.lines)
    var text = kept.joined(separator: "\n")
    var notices: [String] = []
    if text.utf8.count > Markdown.outputBytes {
      text = String(text.utf8Prefix(Markdown.outputBytes)) + "…"
    }
    if kept.count < count { notices.append(words.lastLines(kept.count, count)) }
    if step.droppedBytes > 0 { notices.append(words.dropped(step.droppedBytes)) }
    page.note(words.output(notices) + words.colon)
    page.add(.element("pre", [:], Markup(text)))
  }
}
