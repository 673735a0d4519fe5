internal import RunbookModel

/// The runbook's own keys.
extension DocumentReader {
  /// The runbook of the tree's root; nil when nothing of it can be used.
  mutating func readRunbook() -> RunbookDraft? {
    guard let keys = slots(0, RunbookKey.self) else { return nil }
    checkVersion(keys[.lifeboat], keys.keyNode(.lifeboat))
    let name = name(keys[.runbook], "runbook") ?? ""
    let service = self.name(keys[.service], "service") ?? ""
    var draft = RunbookDraft(
      runbook: Runbook(
        name: name, title: text(keys[.title], "title") ?? name, service: service,
        objectives: objectives(keys[.objectives])))
    draft.rtoPlace = keys[.objectives].flatMap { rtoPlace(in: $0) }
    draft.runbook.description = text(keys[.description], "description")
    draft.runbook.owner = text(keys[.owner], "owner")
    draft.runbook.tags = texts(keys[.tags], "tags")
    draft.runbook.variants = variants(keys[.variants])
    draft.runbook.onFailure = word(keys[.onFailure], "on_failure", FailurePolicy.self) ?? .hold
    draft.runbook.concurrency = count(keys[.concurrency], "concurrency", 1...1000) ?? 16
    draft.runbook.deadline = duration(keys[.deadline], "deadline")
    readParameters(keys[.parameters], into: &draft)
    draft.runbook.observers = observers(keys[.observers])
    checkSoak(keys[.objectives], draft.runbook)
    readSilences(keys[.silence], into: &draft.silences.everywhere)
    readStages(keys[.stages], into: &draft)
    return draft
  }

  /// `lifeboat: 1`, and before everything else, so that a reader of any version can find it.
  mutating func checkVersion(_ id: NodeID?, _ key: NodeID?) {
    guard let id else { return }
    guard tree[id].kind == .scalar, case .int(let version) = resolve(id) else {
      wrongType(id, "'lifeboat'", "the format's version", help: "write 'lifeboat: 1'")
      return
    }
    if version != DocumentLimits.version {
      problems.error(
        .version,
        "this file is written in version \(version) of the format; this program reads "
          + "version \(DocumentLimits.version)", at: place(id),
        help: version > DocumentLimits.version ? "use a newer lifeboat" : "write 'lifeboat: 1'")
    }
    if let key, key != 1 {
      problems.error(
        .version, "'lifeboat' must be the first key", at: place(key),
        help: "move 'lifeboat: \(version)' to the top of the file")
    }
  }

  private func rtoPlace(in id: NodeID) -> SourcePlace? { objective("rto", in: id) }

  func objective(_ key: String, in id: NodeID) -> SourcePlace? {
    guard tree[id].kind == .map else { return nil }
    let pair = tree.pairs(of: id).first { tree.string($0.key) == key }
    return pair.map { place($0.value) }
  }

  private mutating func objectives(_ id: NodeID?) -> Objectives {
    var objectives = Objectives(rto: nil, rpo: nil, clock: .outage)
    guard let id, let keys = slots(id, ObjectivesKey.self) else { return objectives }
    objectives.rto = duration(keys[.rto], "rto")
    objectives.rpo = duration(keys[.rpo], "rpo", isPositive: false)
    objectives.mtpd = duration(keys[.mtpd], "mtpd")
    objectives.clock = word(keys[.clock], "clock", Objectives.Clock.self) ?? .outage
    objectives.soak = duration(keys[.soak], "soak")
    if let rto = objectives.rto, let mtpd = objectives.mtpd, let node = keys[.mtpd], rto >= mtpd {
      problems.error(
        .contradiction, "the RTO (\(rto.text)) must be smaller than 'mtpd' (\(mtpd.text))",
        at: place(node), help: "mtpd is the longest disruption that is tolerable")
    }
    return objectives
  }

  private mutating func variants(_ id: NodeID?) -> [String] {
    var variants: [String] = []
    guard id != nil else { return variants }
    for item in items(id, "variants") {
      guard let name = name(item, "variants") else { continue }
      if variants.contains(name) {
        problems.error(
          .duplicateName, "the variant '\(name)' stands twice", at: place(item),
          help: "delete one of the two")
      } else if variants.count == DocumentLimits.variants {
        problems.error(
          .outOfRange, "there are more than \(DocumentLimits.variants) variants", at: place(item))
        return variants
      } else {
        variants.append(name)
      }
    }
    return variants
  }

  /// The silenced rules of one list; a reason is required, because the next reader will ask.
  mutating func readSilences(_ id: NodeID?, into rules: inout Set<String>) {
    guard id != nil else { return }
    for item in items(id, "silence") {
      guard let keys = slots(item, SilenceKey.self) else { continue }
      let reason = text(keys[.reason], "reason")
      guard let node = keys[.rule], let code = text(node, "rule") else { continue }
      let known = RuleBook.all.map(\.code)
      if !known.contains(code) {
        problems.error(
          .badSilence, "there is no rule '\(code)' that can be silenced", at: place(node),
          help: Nearest.help(for: code, among: known))
      } else if reason != nil {
        rules.insert(code)
      }
    }
  }
}
