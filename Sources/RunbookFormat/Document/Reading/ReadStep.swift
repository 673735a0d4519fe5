internal import RunbookModel

/// One step.
extension DocumentReader {
  mutating func readStep(
    _ keys: Slots<StepKey>, _ inherited: FailurePolicy, _ variants: [String]
  ) -> Step {
    let page = page(keys[.uses], "uses")
    var step = Step(
      id: StepID(name(keys[.step], "step") ?? ""),
      uses: page?.name ?? keys[.uses].map { tree.string($0) } ?? "",
      with: keys[.with].map { input($0) } ?? .map([], place(keys[.step] ?? keys.map)))
    step.place = place(keys[.step] ?? keys.map)
    step.description = text(keys[.description], "description")
    step.owner = text(keys[.owner], "owner")
    step.when = expression(keys[.when], "when")
    if keys[.only] != nil { step.only = only(keys[.only], variants) }
    step.timeout = duration(keys[.timeout], "timeout")
    step.settle = duration(keys[.settle], "settle", isPositive: false)
    if let retry = keys[.retry] { step.retry = readRetry(retry) }
    if keys[.verify] != nil { step.verify = checks(keys[.verify], "verify") }
    step.approval = keys[.approval].flatMap { readApproval($0) }
    // A message that fails must not hold up the recovery that it tells of, nor decide whether it succeeded.
    let onlyTells = page?.traits.contains(.tells) == true
    step.onFailure =
      word(keys[.onFailure], "on_failure", FailurePolicy.self)
      ?? (onlyTells ? .continue : inherited)
    step.pointOfNoReturn = flag(keys[.pointOfNoReturn], "point_of_no_return") ?? false
    step.expected = duration(keys[.expected], "expected")
    step.critical = flag(keys[.critical], "critical") ?? !onlyTells
    readRepetition(keys, into: &step)
    step.undo = readUndo(keys, page, pointOfNoReturn: step.pointOfNoReturn)
    step.commitWithin = readCommitWithin(keys[.commitWithin], step, page)
    return step
  }

  /// A change that takes itself back must be one, and must be able to.
  private mutating func readCommitWithin(
    _ node: NodeID?, _ step: Step, _ page: ActionPage?
  ) -> Duration? {
    guard let node, let time = duration(node, "commit_within") else { return nil }
    guard time <= Self.longestConfirmation else {
      problems.error(
        .outOfRange, "'commit_within' is at most 24h: a process must stay that long",
        at: place(node))
      return nil
    }
    let why: String
    let help: String
    if let page, page.kind != .change {
      why = "'\(page.name)' changes nothing that could be taken back"
      help = "delete it, or write it at the step that makes the change"
    } else if step.pointOfNoReturn {
      why = "nothing is taken back after a point of no return"
      help = "delete one of the two; where a person must look first, write 'approval'"
    } else if case .none(let reason) = step.undo {
      why = "it has no undo (\(reason))"
      help = "write how it is undone, or delete 'commit_within'"
    } else {
      return time
    }
    problems.error(
      .cannotTakeItselfBack,
      "'\(step.id)' is to take itself back unless it is confirmed, and cannot: \(why)",
      at: place(node), help: help)
    return nil
  }

  private static let longestConfirmation = Duration.seconds(24 * 3600)

  /// The page of the action that is named; nil, and said so, when there is none.
  mutating func page(_ id: NodeID?, _ what: String) -> ActionPage? {
    guard let id, let name = text(id, what) else { return nil }
    if let page = catalogue[name] { return page }
    guard !problems.isFull else {
      problems.countError()
      return nil
    }
    let names = catalogue.names
    problems.error(
      .unknownAction, "there is no action '\(name.prefix(100))'", at: place(id),
      help: Nearest.help(for: name, among: sameProduct(name, names) ?? names))
    return nil
  }

  /// The actions of the product that is named, when the product is known and only its verb is not.
  private func sameProduct(_ name: String, _ names: [String]) -> [String]? {
    guard let dot = name.firstIndex(of: "."), Nearest.word(to: name, among: names) == nil
    else { return nil }
    let same = names.filter { $0.hasPrefix(name[...dot]) }
    return same.isEmpty ? nil : same
  }

  mutating func input(_ id: NodeID) -> Template {
    guard tree[id].kind == .map else {
      wrongType(id, "'with'", "a map of the action's fields")
      return .map([], place(id))
    }
    return template(id)
  }

  private mutating func only(_ id: NodeID?, _ variants: [String]) -> [String] {
    var only: [String] = []
    for item in items(id, "only") {
      guard let name = name(item, "only") else { continue }
      if variants.contains(name) {
        only.append(name)
      } else {
        problems.error(
          .unknownVariant, "there is no variant '\(name)'", at: place(item),
          help: variants.isEmpty
            ? "the runbook names no variants; write 'variants: [\(name)]' at its top"
            : Nearest.help(for: name, among: variants))
      }
    }
    if let id, tree[id].kind == .list, tree[id].count == 0 {
      problems.error(
        .outOfRange, "'only' names no variant, so the step would never run", at: place(id),
        help: "delete the step, or name a variant")
    }
    return only
  }

  private mutating func readRetry(_ id: NodeID) -> RetryPolicy {
    var retry = RetryPolicy.once
    guard let keys = slots(id, RetryKey.self) else { return retry }
    retry.attempts = count(keys[.attempts], "attempts", 1...1000) ?? 1
    retry.delay = duration(keys[.delay], "delay", isPositive: false) ?? retry.delay
    retry.backoff = number(keys[.backoff], "backoff", 1...100) ?? retry.backoff
    retry.maxDelay =
      duration(keys[.maxDelay], "max_delay", isPositive: false) ?? max(retry.maxDelay, retry.delay)
    retry.jitter = number(keys[.jitter], "jitter", 0...1) ?? retry.jitter
    if let node = keys[.maxDelay], retry.maxDelay < retry.delay {
      problems.error(
        .contradiction,
        "'max_delay' (\(retry.maxDelay.text)) is less than 'delay' "
          + "(\(retry.delay.text))", at: place(node), help: "make it at least as long")
    }
    if keys[.on] != nil {
      for item in items(keys[.on], "on") {
        if let kind = word(item, "on", FailureKind.self) { retry.kinds.append(kind) }
      }
    }
    return retry
  }

  private mutating func readApproval(_ id: NodeID) -> ApprovalPolicy? {
    guard let keys = slots(id, ApprovalKey.self) else { return nil }
    let role = name(keys[.role], "role")
    let count = count(keys[.count], "count", 1...100)
    let timeout = duration(keys[.timeout], "timeout")
    let onTimeout = word(keys[.onTimeout], "on_timeout", ApprovalPolicy.TimeoutChoice.self)
    if let node = keys.keyNode(.onTimeout), keys[.timeout] == nil {
      problems.error(
        .contradiction, "'on_timeout' says what happens after 'timeout', which is missing",
        at: place(node), help: "write 'timeout: 10m' beside it")
    }
    return role.map {
      ApprovalPolicy(role: $0, count: count ?? 1, timeout: timeout, onTimeout: onTimeout ?? .deny)
    }
  }

  mutating func checks(_ id: NodeID?, _ what: String) -> [CheckCall] {
    var checks: [CheckCall] = []
    for item in items(id, what) {
      guard let keys = slots(item, CheckKey.self) else { continue }
      let page = page(keys[.uses], "uses")
      if let page, page.kind != .check, let node = keys[.uses] {
        problems.error(
          .wrongType, "'\(what)' takes checks; '\(page.name)' is not one", at: place(node),
          help: "a check only looks; '\(page.name)' would act")
      }
      guard let page else { continue }
      checks.append(
        CheckCall(
          uses: page.name, with: keys[.with].map { input($0) } ?? .map([], place(item)),
          place: place(keys[.uses] ?? item)))
    }
    return checks
  }
}
