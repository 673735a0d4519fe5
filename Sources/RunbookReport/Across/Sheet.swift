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
    for part in parts {
      switch part {
      case .section(let title): page.heading(2, Markdown.plain(title))
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
    return page.text
  }

  package var html: String {
    var page = HTMLPage(words)
    var number = 0
    var tables = 0
    for part in parts {
      switch part {
      case .section(let title):
        number += 1
        page.title("part-\(number)", title)
      case .paragraph(let text): page.paragraph(Markup(text))
      case .list(let items): page.list(items.map { Markup($0) })
      case .table(let heads, let rows):
        tables += 1
        page.table("sheet\(tables)", "", heads, rows.map { $0.map(Self.markup) })
      case .bars(let title, let heads, let bars):
        number += 1
        page.title("part-\(number)", title)
        page.add(SheetBars(bars: bars, heads: heads).markup)
      }
    }
    let head =
      Markup.element("h1", [:], Markup(title))
      + .element("p", [:], .strong(headline))
    return page.text(title: title, head: head)
  }

  private static func markup(_ cell: Cell) -> Markup {
    let text = Markup.cut(cell.text, to: ReportHTML.cellBytes)
    switch cell.tone {
    case .plain: return text
    case .code: return .code(cell.text)
    case .good: return .element("span", ["class": "w-good"], text)
    case .bad: return .element("span", ["class": "w-bad"], text)
    case .open: return .element("span", ["class": "w-open"], text)
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
