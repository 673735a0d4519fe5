import RunbookModel

extension ReportHTML {
  func standards(_ page: inout HTMLPage) {
    page.section("standards", words.standardsTitle) { page in
      page.paragraph(Markup(report.standardsText(words)))
      page.note(words.standardsNote)
      page.table(
        "standards", "", words.standardsHeads, words.standards.map { $0.map { Markup($0) } })
    }
  }
}

extension Report {
  func standardsText(_ words: Words) -> String {
    words.timeRange(
      TimeRange(clocks), words.measured(clocks.mtpd.measured), words.measured(clocks.rpo.measured))
  }

  func standards(_ page: inout Markdown, _ words: Words) {
    page.heading(2, words.standardsTitle)
    page.paragraph(Markdown.plain(standardsText(words)))
    page.paragraph(Markdown.plain(words.standardsNote))
    page.table(
      words.standardsHeads, words.standards.map { $0.map { Markdown.plain($0) } })
  }
}
