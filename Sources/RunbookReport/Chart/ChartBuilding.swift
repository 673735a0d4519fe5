import RunbookEngine
import RunbookModel

extension RunChart {
  /// So many steps get a row of their own; with more of them only those that somebody would look for.
  static let stepRows = 60
  private static let chosenRows = 40
  /// Spans in one row: more of them are joined, so that a step that was tried a thousand times stays one row.
  private static let spansInRow = 60
  private static let pointsOfNoReturn = 8

  init(_ history: RunHistory, _ clocks: Clocks, lanes watched: [Lane] = []) {
    let last = history.time.offsets.last ?? .zero
    let start = history.start ?? Timestamp(nanoseconds: 0)
    let path = PathTaken(history, clocks.recovered).steps
    let people = PeopleSpans(history)
    let still = people.standing.map { ($0, Tone.people) }
    let nobody = history.time.unattended.map { ($0, Tone.nobody) }
    let stops = (still + nobody).map { range, tone in
      Span(
        from: history.time.offsets[range.lowerBound], to: history.time.offsets[range.upperBound],
        tone: tone)
    }.filter { $0.to > $0.from }.sorted { $0.from < $1.from }
    self.start = start
    ran = last
    let marks = Self.marks(history, clocks, start)
    let first = Self.first(marks, last)
    end = Self.end(marks, last)
    scale = ChartScale(from: first, to: end, still: stops.map { ($0.from, $0.to) })
    lanes = watched
    if !stops.isEmpty { lanes.append(Lane(name: .run, spans: Self.joined(stops))) }
    self.marks = marks
    let begun = history.steps.filter { $0.startedAt != nil }.map(\.index)
    let shown = Self.chosen(history, begun, path)
    folded = begun.count - shown.count
    let onPath = Set(path)
    stages = history.plan.stages.map { stage in
      Self.row(history, stage, shown: shown, onPath: onPath)
    }
  }

  /// The picture begins with the outage where that is not far from the run itself.
  private static func first(_ marks: [Mark], _ last: Duration) -> Duration {
    let reach = max(last, .seconds(1))
    let before = marks.map(\.offset).filter { $0 < .zero && .zero - $0 <= reach }
    return before.min() ?? .zero
  }

  /// It ends with the run, or with the RTO where that is near.
  private static func end(_ marks: [Mark], _ last: Duration) -> Duration {
    let limit = marks.first { $0.kind == .rto }?.offset ?? .zero
    return max(limit > last && limit <= last * 2 ? limit : last, .milliseconds(1))
  }

  private static func marks(
    _ history: RunHistory, _ clocks: Clocks, _ start: Timestamp
  ) -> [Mark] {
    var marks: [Mark] = []
    let opening = history.opening
    if let at = opening?.outageAt { marks.append(Mark(kind: .outage, offset: at - start)) }
    if let onset = clocks.outage?.onset { marks.append(Mark(kind: .outageSeen, offset: onset)) }
    if let at = opening?.declaredAt { marks.append(Mark(kind: .declared, offset: at - start)) }
    // Without a known start of the clock the objective ends at no known moment.
    if let target = clocks.rto.target, let at = clocks.start.at {
      marks.append(Mark(kind: .rto, offset: at - start + target))
    }
    if let target = clocks.mtpd.target, let at = opening?.outageAt {
      marks.append(Mark(kind: .mtpd, offset: at - start + target))
    }
    if let recovered = clocks.recovered {
      marks.append(
        Mark(kind: recovered.isSeen ? .recoveredSeen : .recovered, offset: recovered.offset))
    }
    let changes = history.steps.filter { history.plan.steps[$0.index].pointOfNoReturn }
    let passed = changes.compactMap { step -> Mark? in
      guard let done = step.lastGood(.apply)?.ended else { return nil }
      return Mark(
        kind: .pointOfNoReturn(history.plan.steps[step.index].id),
        offset: history.time.offsets[done])
    }
    marks += passed.sorted { $0.offset < $1.offset }.prefix(pointsOfNoReturn)
    marks += history.resumptions.prefix(8).map {
      Mark(kind: .resumed, offset: history.time.offsets[$0.record])
    }
    if let reached = history.deadlineRecord {
      marks.append(Mark(kind: .deadline, offset: history.time.offsets[reached]))
    }
    if let closed = history.closedAt {
      marks.append(Mark(kind: .ended, offset: history.time.offsets[closed]))
    }
    return marks.enumerated().sorted {
      ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
    }
    .map(\.element)
  }

  /// All steps where they have room; else those with trouble, people or no way back, then the longest on the path.
  private static func chosen(_ history: RunHistory, _ begun: [Int], _ path: [Int]) -> Set<Int> {
    if begun.count <= stepRows { return Set(begun) }
    let onPath = Set(path)
    func rank(_ index: Int) -> (Int, Duration) {
      let step = history.steps[index]
      let isTrouble = !step.failures.isEmpty || step.doubtedAt != nil
      let isMarked =
        history.plan.steps[index].pointOfNoReturn || step.acts.contains { $0.kind == .ask }
      let time = history.time
      let ended = step.acts.compactMap(\.ended).max() ?? history.records.count - 1
      let length = time.between(step.startedAt ?? 0, max(ended, step.startedAt ?? 0))
      return (isTrouble ? 3 : isMarked ? 2 : onPath.contains(index) ? 1 : 0, length)
    }
    let ranked = begun.map { ($0, rank($0)) }.sorted { left, right in
      left.1 == right.1 ? left.0 < right.0 : left.1 > right.1
    }
    return Set(ranked.filter { $0.1.0 > 0 }.prefix(chosenRows).map(\.0))
  }

  private static func row(
    _ history: RunHistory, _ stage: PlannedStage, shown: Set<Int>, onPath: Set<Int>
  ) -> StageRow {
    let all = stage.range.clamped(to: history.steps.indices).filter {
      history.steps[$0].startedAt != nil
    }
    let rows = all.filter(shown.contains).map { stepRow(history, $0, onPath.contains($0)) }
    let others = all.filter { !shown.contains($0) }.map { index -> Span in
      let begun = history.steps[index].startedAt ?? 0
      let ended = history.steps[index].acts.compactMap(\.ended).max() ?? history.records.count - 1
      return Span(
        from: history.time.offsets[begun], to: history.time.offsets[max(begun, ended)], tone: .work)
    }
    let spans = rows.map { ($0.from, $0.to) } + others.map { ($0.from, $0.to) }
    return StageRow(
      name: stage.name, title: stage.title, from: spans.map(\.0).min(), to: spans.map(\.1).max(),
      budget: stage.budget, stepCount: all.count, rows: rows, load: Load.profile(others))
  }

  private static func stepRow(
    _ history: RunHistory, _ index: Int, _ isOnPath: Bool
  ) -> StepRow {
    let step = history.plan.steps[index]
    let spans = joined(StepSpans(history, index).spans)
    return StepRow(
      id: step.id, status: history.status(of: index), isOnPath: isOnPath,
      isPointOfNoReturn: step.pointOfNoReturn, from: spans.first?.from ?? .zero,
      to: spans.map(\.to).max() ?? .zero, spans: spans)
  }

  /// Neighbours of one kind become one span; with too many of them the shortest give way to what is before them.
  static func joined(_ spans: [Span]) -> [Span] {
    var joined: [Span] = []
    for span in spans {
      if let last = joined.last, last.tone == span.tone, span.from <= last.to {
        joined[joined.count - 1].to = max(last.to, span.to)
      } else {
        joined.append(span)
      }
    }
    guard joined.count > spansInRow else { return joined }
    let lengths = joined.map { $0.to - $0.from }.sorted(by: >)
    let limit = lengths[spansInRow - 1]
    var kept: [Span] = []
    for span in joined {
      if span.to - span.from >= limit || kept.isEmpty, kept.count < spansInRow {
        kept.append(span)
      } else {
        kept[kept.count - 1].to = max(kept[kept.count - 1].to, span.to)
      }
    }
    return kept
  }
}

extension RunChart.Load {
  /// In so many parts at most.
  private static let parts = 200

  /// How many of the spans lie over each other, where that changes.
  static func profile(_ spans: [RunChart.Span]) -> [RunChart.Load] {
    guard let from = spans.map(\.from).min(), let to = spans.map(\.to).max(), to > from else {
      return []
    }
    let width = (to - from) / parts
    guard width > .zero else { return [RunChart.Load(from: from, to: to, steps: spans.count)] }
    var changes = [Int](repeating: 0, count: parts + 1)
    for span in spans {
      let first = min(parts - 1, max(0, Int((span.from - from) / width)))
      let last = min(parts - 1, max(first, Int((span.to - from) / width)))
      changes[first] += 1
      changes[last + 1] -= 1
    }
    var profile: [RunChart.Load] = []
    var count = 0
    for part in 0..<parts {
      count += changes[part]
      let left = from + width * part
      if let last = profile.last, last.steps == count {
        profile[profile.count - 1].to = left + width
      } else {
        profile.append(RunChart.Load(from: left, to: left + width, steps: count))
      }
    }
    return profile.filter { $0.steps > 0 }
  }
}
