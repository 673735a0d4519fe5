/// A page under construction: one file that needs no network and no script.
struct HTMLPage {
  private(set) var body = ""
  /// The headings so far, for the list of contents.
  private(set) var sections: [(id: String, title: String)] = []
  /// On a narrow screen a row becomes a card, and each cell says what it is.
  private var cardLabels: [(table: String, labels: [String])] = []
  private let words: Words

  init(_ words: Words) { self.words = words }

  /// What was written so far, as a part of another page, which must `know` its tables.
  var content: Markup { Markup(page: self) }

  mutating func add(_ markup: Markup) { body += markup.html + "\n" }

  mutating func section(_ id: StaticString, _ title: String, _ fill: (inout HTMLPage) -> Void) {
    sections.append(("\(id)", title))
    body += "<section id=\"\(id)\" aria-labelledby=\"h-\(id)\">\n"
    body += "<h2 id=\"h-\(id)\">\(Markup.escaped(title))</h2>\n"
    fill(&self)
    body += "</section>\n"
  }

  /// A heading of a page that has no sections.
  mutating func title(_ id: String, _ title: String) {
    sections.append((id, title))
    add(.element("h2", ["id": "h-" + id], Markup(title)))
  }

  mutating func heading(_ text: Markup) { add(.element("h3", [:], text)) }
  mutating func paragraph(_ text: Markup) { add(.element("p", [:], text)) }
  mutating func note(_ text: String) { add(.element("p", ["class": "note"], Markup(text))) }

  mutating func list(_ items: [Markup]) {
    guard !items.isEmpty else { return }
    add(.element("ul", [:], .joined(items.map { .element("li", [:], $0) })))
  }

  /// The columns of tables with that name, where a part made apart has them.
  mutating func know(_ name: String, _ heads: [String]) {
    if heads.count < 3 || cardLabels.contains(where: { $0.table == "\(name)" }) { return }
    cardLabels.append(("\(name)", heads))
  }

  /// Tables of one name have the same columns. The first cell of a row names the row.
  mutating func table(
    _ name: String, _ caption: String, _ heads: [String], _ rows: [[Markup]]
  ) {
    know(name, heads)
    // Without a caption the section's heading names it.
    let named = sections.last.map { " aria-labelledby=\"h-\($0.id)\"" } ?? ""
    body +=
      "<table class=\"\(heads.count > 2 ? "cards" : "pairs") t-\(name)\"\(caption.isEmpty ? named : "")>"
    if !caption.isEmpty { body += "<caption>\(Markup.escaped(caption))</caption>" }
    body += "\n<thead><tr>"
    for head in heads { body += "<th scope=\"col\">\(Markup.escaped(head))</th>" }
    body += "</tr></thead>\n<tbody>\n"
    for row in rows {
      body += "<tr>"
      for (column, cell) in row.enumerated() {
        body += column == 0 ? "<th scope=\"row\">\(cell.html)</th>" : "<td>\(cell.html)</td>"
      }
      body += "</tr>\n"
    }
    body += "</tbody></table>\n"
  }

  enum Fold { case open, closed, closedOnScreenOnly }

  mutating func fold(_ summary: Markup, _ fold: Fold, _ fill: (inout HTMLPage) -> Void) {
    switch fold {
    case .open: body += "<details open>"
    case .closed: body += "<details>"
    case .closedOnScreenOnly: body += "<details class=\"paper\">"
    }
    body += "<summary>\(summary.html)</summary>\n"
    fill(&self)
    body += "</details>\n"
  }

  /// The whole file. `head` stands above the list of contents.
  func text(title: String, head: Markup) -> String {
    let contents = sections.map { section -> Markup in
      .element("li", [:], .element("a", ["href": "#h-" + section.id], Markup(section.title)))
    }
    let navigation = Markup.element(
      "nav", ["aria-label": words.contents], .element("ol", [:], .joined(contents)))
    return """
      <!doctype html>
      <html lang="\(words.language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="lifeboat">
      <title>\(Markup.escaped(title))</title>
      <style>
      \(HTMLStyle.text)\(cardStyle)</style>
      </head>
      <body>
      <header>\(head.html)\(navigation.html)</header>
      <main>
      \(body)</main>
      </body>
      </html>

      """
  }

  private var cardStyle: String {
    var lines = "@media screen and (max-width:44em){\n"
    for (table, labels) in cardLabels {
      for (column, text) in labels.enumerated().dropFirst() {
        // Phrases of ours and ids; nothing that could end the string or the style.
        let label = Markdown.visible(text).filter { !#""\<>"#.contains($0) }
        lines +=
          ".t-\(table) td:nth-child(\(column + 1)):not(:empty)::before{content:\"\(label)\"}\n"
      }
    }
    return lines + "}\n"
  }
}
