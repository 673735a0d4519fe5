/// A page about several runs, as parts that Markdown and HTML are both made from.
package struct Sheet: Sendable {
  var title: String
  /// The answer in one sentence.
  var headline: String
  var parts: [Part] = []
  let words: Words

  enum Part: Sendable {
    case section(String)
    case paragraph(String)
    case list([String])
    case table(heads: [String], rows: [[Cell]])
    /// A figure for each run against a target; Markdown leaves it out, since a table says the same.
    case bars(title: String, heads: [String], [Bar])
  }

  struct Cell: Sendable, ExpressibleByStringLiteral {
    var text: String
    var tone = Tone.plain

    enum Tone: Sendable { case plain, code, good, bad, open }

    init(_ text: String, _ tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }
    init(stringLiteral text: String) { self.text = text }
    static func code(_ text: String) -> Cell { Cell(text, .code) }
  }

  struct Bar: Sendable {
    var label: String
    /// Nil where it is not known.
    var value: Double?
    var target: Double?
    var text: String
    var tone: RunChart.Tone
  }

  init(title: String, headline: String, words: Words) {
    self.title = title
    self.headline = headline
    self.words = words
  }

  package var markdown: String {
    var page = Markdown()
    page.heading(1, Markdown.plain(title))
    page.paragraph("**\(Markdown.plain(headline))**")
    parts.write(&page, level: 2)
    return page.text
  }

  package var html: String {
    var page = HTMLPage(words)
    parts.write(&page, "sheet", isSection: true)
    let head =
      Markup.element("h1", [:], Markup(title))
      + .element("p", [:], .strong(headline))
    return page.text(title: title, head: head)
  }
}

extension [Sheet.Part] {
  /// Headings are of that level.
  func write(_ page: inout Markdown, level: Int) {
    for part in self {
      switch part {
      case .section(let title): page.heading(level, Markdown.plain(title))
      case .paragraph(let text): page.paragraph(Markdown.plain(text))
      case .list(let items): page.bullets(items.map { Markdown.plain($0) })
      case .table(let heads, let rows):
        page.table(
          heads.map { Markdown.plain($0) },
          rows.map { $0.map { $0.tone == .code ? Markdown.code($0.text) : Markdown.cell($0.text) } }
        )
      case .bars: break
      }
    }
  }

  /// `name` begins the names of its tables. `isSection`: its headings stand in the list of contents.
  func write(_ page: inout HTMLPage, _ name: String, isSection: Bool) {
    var number = 0
    var tables = 0
    func head(_ page: inout HTMLPage, _ title: String) {
      number += 1
      if isSection { page.title("part-\(number)", title) } else { page.heading(Markup(title)) }
    }
    for part in self {
      switch part {
      case .section(let title): head(&page, title)
      case .paragraph(let text): page.paragraph(Markup(text))
      case .list(let items): page.list(items.map { Markup($0) })
      case .table(let heads, let rows):
        tables += 1
        page.table("\(name)\(tables)", "", heads, rows.map { $0.map(\.markup) })
      case .bars(let title, let heads, let bars):
        head(&page, title)
        page.add(SheetBars(bars: bars, heads: heads).markup)
      }
    }
  }
}

extension Sheet.Cell {
  fileprivate var markup: Markup {
    let shown = Markup.cut(text, to: ReportHTML.cellBytes)
    switch tone {
    case .plain: return shown
    case .code: return .code(text)
    case .good: return .element("span", ["class": "w-good"], shown)
    case .bad: return .element("span", ["class": "w-bad"], shown)
    case .open: return .element("span", ["class": "w-open"], shown)
    }
  }
}

/// Bars below each other, all to one measure.
private struct SheetBars {
  let bars: [Sheet.Bar]
  let heads: [String]

  var markup: Markup {
    let values = bars.compactMap(\.value)
    let targets = bars.compactMap(\.target)
    let highest = values.max() ?? 0
    // A target far beyond what was measured would make all bars alike.
    let near = targets.filter { $0 <= highest * 4 }.max() ?? 0
    let whole = max(highest, near) * 1.02
    let rows = bars.map { bar -> Markup in
      var strip = Markup("")
      if let value = bar.value, whole > 0 {
        strip += .element(
          "rect",
          [
            "class": "s-\(bar.tone.rawValue)", "x": "0", "y": "25%", "height": "50%",
            "width": ChartHTML.percent(max(0.2, value / whole * 100)),
          ])
      }
      if let target = bar.target, whole > 0, target <= whole {
        let x = ChartHTML.percent(target / whole * 100)
        strip += .element(
          "line", ["class": "m m-rto", "x1": x, "x2": x, "y1": "0", "y2": "100%"])
      }
      return .element(
        "tr", [:], .element("th", ["scope": "row"], Markup(bar.label)),
        .element("td", [:], .element("svg", ["role": "img", "aria-label": bar.text], strip)),
        .element("td", [:], Markup(bar.text)))
    }
    let head = Markup.joined(heads.map { .element("th", ["scope": "col"], Markup($0)) })
    return .element(
      "table", ["class": "chart"],
      .element("thead", [:], .element("tr", [:], head)),
      .element("tbody", [:], .joined(rows)))
  }
}
