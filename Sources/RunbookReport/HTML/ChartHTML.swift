import RunbookModel

/// The picture of a run: a table whose rows hold a strip each, so that it breaks between rows on paper, a phone can put
/// the name above the strip, and who cannot see it reads the words beside.
struct ChartHTML {
  let chart: RunChart
  let words: Words

  private static let marksShown = 26

  func add(to page: inout HTMLPage) {
    let marks = chart.marks.prefix(Self.marksShown)
    page.add(definitions)
    page.add(
      .element(
        "table", ["class": "chart"],
        .element("caption", [:], Markup(words.axisNote)), head,
        .joined(lanes), .joined(chart.stages.map(stage))))
    page.add(key)
    page.add(
      .element(
        "p", ["class": "note"],
        .strong(words.marksTitle + words.colon),
        .joined(
          zip(Self.letters, marks).map { letter, mark in
            Markup("\(letter) = \(words.mark(mark.kind)), \(words.offset(mark.offset))")
              + Markup(outside(mark.offset).map { words.brackets($0) } ?? "")
          }, by: "; ")))
    page.note(words.pathNote)
    if chart.scale.pieces.contains(where: \.isSqueezed) { page.note(words.squeezedNote) }
    if chart.folded > 0 {
      page.note(words.foldedNote(chart.folded, chart.stages.reduce(0) { $0 + $1.rows.count }))
    }
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)

  private func outside(_ offset: Duration) -> String? {
    if offset > chart.scale.to { return words.beyondRight }
    if offset < chart.scale.from { return words.beyondLeft }
    return nil
  }

  // MARK: - Parts that are drawn once

  /// The patterns, and the lines that go through every row.
  private var definitions: Markup {
    func pattern(_ id: String, _ color: String, _ shape: Markup) -> Markup {
      .element(
        "pattern",
        ["id": id, "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"],
        .element("g", ["style": "stroke:var(--\(color));stroke-width:1.5;fill:none"], shape))
    }
    let rising = line("M-1,7L7,-1M-1,1L1,-1M5,7L7,5")
    let falling = line("M-1,-1L7,7M5,-1L7,1M-1,5L1,7")
    let patterns = [
      pattern("p-people", "people", rising), pattern("p-undo", "undo", falling),
      pattern("p-doubt", "doubt", rising + falling), pattern("p-bad", "failed", rising + falling),
      pattern("p-nobody", "nobody", line("M0,3L6,3")),
    ]
    return .element(
      "svg", ["class": "defs", "aria-hidden": "true"],
      .element("defs", [:], .joined(patterns), .element("g", ["id": "marks"], lines)))
  }

  private func line(_ path: String) -> Markup { .element("path", ["d": path]) }

  private var lines: Markup {
    var lines = Markup("")
    for tick in chart.scale.ticks(6) { lines += vertical(place(tick), "tick") }
    for mark in chart.marks.prefix(Self.marksShown) where outside(mark.offset) == nil {
      lines += vertical(place(mark.offset), Self.style(mark.kind))
    }
    return lines
  }

  private static func style(_ kind: RunChart.Mark.Kind) -> String {
    switch kind {
    case .rto: "m m-rto"
    case .mtpd: "m m-mtpd"
    case .recovered, .recoveredSeen: "m m-recovered"
    case .pointOfNoReturn: "m m-back"
    case .outage, .outageSeen, .declared, .resumed, .deadline, .ended: "m"
    }
  }

  private func vertical(_ x: String, _ style: String) -> Markup {
    .element("line", ["class": style, "x1": x, "x2": x, "y1": "0", "y2": "100%"])
  }

  // MARK: - The axis

  private var head: Markup {
    let ticks = chart.scale.ticks(6)
    let step = zip(ticks, ticks.dropFirst()).map { $1 - $0 }.min() ?? .seconds(1)
    let isLong = chart.scale.to - chart.scale.from > .seconds(86400)
    var strip = Markup("")
    for (number, tick) in ticks.enumerated() {
      let x = chart.scale.place(tick)
      let anchor = x < 6 ? "start" : x > 94 ? "end" : "middle"
      let time = (chart.start + tick).text(decimals: step < .seconds(1) ? 3 : 0).dropLast()
      let clock = String(isLong ? time.dropFirst(5).dropLast(3) : time.dropFirst(11))
      for (text, y, style) in [
        (words.offset(tick), "34", ""), (clock.replacing("T", with: " "), "50", "utc"),
      ] {
        strip += .element(
          "text",
          [
            "x": percent(x), "y": y, "text-anchor": anchor,
            "class": style + (number % 2 == 1 ? " alt" : ""),
          ], Markup(text))
      }
    }
    strip += letters
    return .element(
      "thead", [:],
      .element(
        "tr", ["class": "axis"], .element("th", ["scope": "col"], Markup(words.step)),
        .element(
          "th", ["scope": "col"],
          .element(
            "svg", ["role": "img", "aria-label": words.axisNote],
            strip)), .element("th", ["scope": "col"], Markup(words.result))))
  }

  /// The letters of marks, side by side where they would lie over each other.
  private var letters: Markup {
    let shown = zip(Self.letters, chart.marks).filter { outside($0.1.offset) == nil }
    // A letter takes about two hundredths of a phone's width.
    var places = shown.map { chart.scale.place($0.1.offset) }
    for place in places.indices.dropFirst() {
      places[place] = max(places[place], places[place - 1] + 2.4)
    }
    var limit = 99.4
    for place in places.indices.reversed() {
      places[place] = min(places[place], limit)
      limit = places[place] - 2.4
    }
    var strip = Markup("")
    for ((letter, _), place) in zip(shown, places) {
      strip += .element(
        "text", ["x": percent(max(place, 0.6)), "y": "14", "text-anchor": "middle"],
        .element("tspan", ["font-weight": "bold"], Markup(letter)))
    }
    for piece in chart.scale.pieces where piece.isSqueezed {
      strip += .element(
        "text",
        ["x": percent((piece.left + piece.right) / 2), "y": "34", "text-anchor": "middle"],
        Markup("//"))
    }
    return strip
  }

  // MARK: - Rows

  private var lanes: [Markup] {
    chart.lanes.map { lane in
      let name =
        switch lane.name {
        case .run: words.runLane
        case .watcher(let name): name
        }
      let said = Self.lengths(lane.spans).map {
        "\(words.tone($0)) \(words.duration($1))"
      }.joined(separator: words.comma)
      return .element(
        "tbody", [:],
        row("", Markup(name), strip(lane.spans, onPath: nil, said), Markup(said)))
    }
  }

  private static func lengths(_ spans: [RunChart.Span]) -> [(RunChart.Tone, Duration)] {
    RunChart.Tone.allCases.compactMap { tone in
      let sum = spans.filter { $0.tone == tone }.reduce(Duration.zero) { $0 + ($1.to - $1.from) }
      return sum > .zero ? (tone, sum) : nil
    }
  }

  private func stage(_ stage: RunChart.StageRow) -> Markup {
    guard let from = stage.from, let to = stage.to else { return "" }
    let highest = stage.load.map(\.steps).max() ?? 1
    var content = bar(from, to, "s-stage", y: "70%", height: "12%")
    for load in stage.load {
      let height = 55 * Double(load.steps) / Double(highest)
      content += bar(load.from, load.to, "s-load", y: percent(65 - height), height: percent(height))
    }
    let count = words.stepsBegun(stage.stepCount)
    let took = words.tookOf(to - from, stage.budget)
    let head = row(
      "stage", Markup(stage.title ?? stage.name), svg(content, count + words.comma + took),
      Markup(took) + .element("span", ["class": "sub"], Markup(count)))
    return .element("tbody", [:], head, .joined(stage.rows.map(step)))
  }

  private func step(_ row: RunChart.StepRow) -> Markup {
    let time =
      "\(row.status.sign) \(words.offset(row.from))\(words.comma)\(words.duration(row.to - row.from))"
    var more: [String] = []
    if row.status != .succeeded { more.append(words.status(row.status)) }
    if row.isOnPath { more.append(words.onPath) }
    if row.isPointOfNoReturn { more.append(words.noReturn) }
    let said = more.joined(separator: words.comma)
    return self.row(
      "", .code(row.id.text),
      strip(
        row.spans, onPath: row.isOnPath ? (row.from, row.to) : nil,
        "\(time)\(words.comma)\(words.status(row.status))"),
      Markup(time) + (said.isEmpty ? "" : .element("span", ["class": "sub"], Markup(said))))
  }

  private func row(_ style: String, _ name: Markup, _ strip: Markup, _ said: Markup) -> Markup {
    .element(
      "tr", ["class": style], .element("th", ["scope": "row"], name), .element("td", [:], strip),
      .element("td", [:], said))
  }

  private func strip(
    _ spans: [RunChart.Span], onPath: (from: Duration, to: Duration)?, _ said: String
  ) -> Markup {
    var content = Markup("")
    for span in spans {
      content += bar(span.from, span.to, "s-\(span.tone.rawValue)", y: "22%", height: "46%")
    }
    if let onPath { content += bar(onPath.from, onPath.to, "path", y: "76%", height: "11%") }
    return svg(content, said)
  }

  private func svg(_ content: Markup, _ said: String) -> Markup {
    .element(
      "svg", ["role": "img", "aria-label": said], .element("use", ["href": "#marks"]), content)
  }

  private func bar(
    _ from: Duration, _ to: Duration, _ style: String, y: String, height: String
  ) -> Markup {
    let left = chart.scale.place(from)
    let width = max(chart.scale.place(to) - left, 0.15)
    return .element(
      "rect",
      [
        "class": style, "x": percent(min(left, 99.8)), "y": y, "width": percent(width),
        "height": height,
      ])
  }

  private var key: Markup {
    let used = Set(chart.lanes.flatMap(\.spans).map(\.tone))
      .union(chart.stages.flatMap(\.rows).flatMap(\.spans).map(\.tone))
    let items = RunChart.Tone.allCases.filter(used.contains).map { tone -> Markup in
      let sample = Markup.element(
        "svg", ["aria-hidden": "true"],
        .element(
          "rect",
          [
            "class": "s-\(tone.rawValue)", "x": "1", "y": "1", "width": "90%", "height": "80%",
          ]))
      return .element("li", [:], sample, Markup(words.tone(tone)))
    }
    return .element("ul", ["class": "key", "aria-label": words.key], .joined(items))
  }

  private func place(_ moment: Duration) -> String { percent(chart.scale.place(moment)) }

  private func percent(_ value: Double) -> String { Self.percent(value) }

  /// With two decimals, made by hand: the same bytes whatever the machine.
  static func percent(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    let decimals = rest == 0 ? "" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return "\(hundredths / 100)\(decimals)%"
  }
}

extension ReportHTML {
  func picture(_ page: inout HTMLPage) {
    page.section("picture", words.pictureTitle) { page in
      guard report.chart.stages.contains(where: { $0.from != nil }) else {
        return page.paragraph(Markup(words.nothingBegan))
      }
      ChartHTML(chart: report.chart, words: words).add(to: &page)
    }
  }
}
