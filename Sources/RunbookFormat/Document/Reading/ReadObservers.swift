internal import RunbookModel

/// What watches the service from outside.
extension DocumentReader {
  mutating func observers(_ id: NodeID?) -> [Observer] {
    guard let id else { return [] }
    let count = tree[id].kind == .list ? Int(tree[id].count) : 0
    guard count <= DocumentLimits.observers else {
      problems.error(
        .outOfRange,
        "there are \(count) observers; the limit is \(DocumentLimits.observers)",
        at: place(id))
      return []
    }
    var observers: [Observer] = []
    var names: [String: NodeID] = [:]
    for node in items(id, "observers") {
      guard let keys = slots(node, ObserverKey.self) else { continue }
      guard let observer = observer(keys, node) else { continue }
      if let earlier = names[observer.name] {
        problems.error(
          .duplicateName, "there are two observers with the id '\(observer.name)'",
          at: place(keys[.observer] ?? node), help: "give one of them another id",
          related: [.init(message: "the first one is here", place: place(earlier))])
      }
      names[observer.name] = keys[.observer] ?? node
      observers.append(observer)
    }
    return observers
  }

  private mutating func observer(_ keys: Slots<ObserverKey>, _ node: NodeID) -> Observer? {
    let name = name(keys[.observer], "observer")
    let page = page(keys[.uses], "uses")
    if let page, page.kind != .check, let uses = keys[.uses] {
      problems.error(
        .wrongType, "an observer takes a check; '\(page.name)' is not one", at: place(uses),
        help: "a check only looks; '\(page.name)' would act")
      return nil
    }
    let every = within(
      keys[.every], "every", .milliseconds(50)...(.seconds(3600)), else: .seconds(1))
    let timeout = within(
      keys[.timeout], "timeout", .milliseconds(10)...(.seconds(60)), else: .seconds(1))
    let decides = word(keys[.decides], "decides", Observer.Decision.self)
    guard let name, let page else { return nil }
    return Observer(
      name: name,
      check: CheckCall(
        uses: page.name, with: keys[.with].map { input($0) } ?? .map([], place(node)),
        place: place(keys[.uses] ?? node)),
      every: every, timeout: timeout, decides: decides)
  }

  private mutating func within(
    _ id: NodeID?, _ what: String, _ range: ClosedRange<Duration>, else usual: Duration
  ) -> Duration {
    guard let value = duration(id, what), let id else { return usual }
    guard !range.contains(value) else { return value }
    problems.error(
      .outOfRange, "'\(what)' of an observer is \(value.text)", at: place(id),
      help: "write something from \(range.lowerBound.text) to \(range.upperBound.text)")
    return usual
  }

  /// Only an observer can say that the service stays good.
  mutating func checkSoak(_ objectives: NodeID?, _ runbook: Runbook) {
    guard let soak = runbook.objectives.soak, let objectives,
      !runbook.observers.contains(where: { $0.decides == .service })
    else { return }
    problems.error(
      .contradiction,
      "'soak' asks for \(soak.text) in which the service stays good, but no observer says whether "
        + "it is", at: objective("soak", in: objectives),
      help: "add an observer with 'decides: service', or delete 'soak'")
  }
}
