package import RunbookModel

/// Reads runbooks, environments and rehearsals, and says everything that is wrong with them in one pass.
///
///     let loader = DocumentLoader(catalogue: registry.catalogue)
///     let loaded = loader.load(path: "Runbooks/shop_failover", environment: "lab")
///     print(DiagnosticRenderer(files: loaded.files).text(loaded.diagnostics))
///     guard let runbook = loaded.runbook, !loaded.hasErrors else { return }
///
/// A document is given back only when nothing in it is an error; warnings do not stop it. Times: ten thousand steps
/// take about a tenth of a second, and it grows with the file. What it keeps: the file's bytes, the document, at most
/// 1,000 errors and 1,000 warnings of each file.
package struct DocumentLoader: Sendable {
  package let catalogue: ActionCatalogue

  package init(catalogue: ActionCatalogue) { self.catalogue = catalogue }

  /// What kind of document a file holds, by the key that names it.
  package enum Kind: String, Sendable {
    case runbook
    case environment
    case rehearsal

    var noun: String {
      switch self {
      case .runbook: "a runbook"
      case .environment: "an environment"
      case .rehearsal: "a rehearsal"
      }
    }
  }

  /// The runbook in `file`, checked against the environments that it is to run in.
  ///
  /// `others` are environments beside them that are only compared with them.
  package func runbook(
    _ file: SourceFile, environments: [LoadedEnvironment] = [], others: [LoadedEnvironment] = []
  ) -> Loaded<Runbook> {
    examine(file, environments, others).loaded
  }

  /// The runbook, and what was read of it although something in it is an error: rehearsals are checked against that.
  func examine(
    _ file: SourceFile, _ environments: [LoadedEnvironment], _ others: [LoadedEnvironment]
  ) -> (loaded: Loaded<Runbook>, outline: Outline?) {
    var problems = DiagnosticList()
    let tree = YAMLFile.read(file.bytes, file: file.path, &problems)
    guard isKind(.runbook, tree, &problems) else { return (Loaded(nil, problems), nil) }
    var reader = DocumentReader(tree: tree, catalogue: catalogue, problems: problems)
    guard var draft = reader.readRunbook() else { return (Loaded(nil, reader.problems), nil) }
    let order = reader.resolveNeeds(in: &draft)
    problems = reader.problems
    let isComplete = tree.isComplete && draft.isWhole
    // The nodes are not needed any more, and are most of the memory.
    reader = DocumentReader(
      tree: NodeTree(file: "", bytes: []), catalogue: catalogue, problems: problems)
    let loaded = check(draft, order, environments, others, problems, isComplete: isComplete)
    return (loaded, Outline(runbook: draft.runbook, isComplete: isComplete))
  }

  /// A runbook as far as it could be read.
  struct Outline {
    let runbook: Runbook
    let isComplete: Bool
  }

  private func check(
    _ draft: RunbookDraft, _ order: StepOrder, _ environments: [LoadedEnvironment],
    _ others: [LoadedEnvironment], _ problems: DiagnosticList, isComplete: Bool
  ) -> Loaded<Runbook> {
    let known = environments.compactMap(\.loaded.value)
    var check = StaticCheck(draft, order, catalogue, known, problems, isComplete: isComplete)
    check.run()
    var problems = check.problems
    // Rules judge a whole runbook; half of one would break most of them for no fault of its author's.
    if isComplete {
      let context = RuleContext(
        draft: draft, check: check, catalogue: catalogue, environments: known,
        others: others.compactMap(\.environment),
        silences: Dictionary(
          (environments + others).compactMap { loaded in
            loaded.loaded.value.map { ($0.name, loaded.silences) }
          }, uniquingKeysWith: { first, _ in first }))
      var findings = RuleFindings(draft.silences)
      for rule in RuleBook.all {
        findings.begin()
        rule.check(context, &findings)
      }
      // A field that is made for a secret has said so itself.
      let said = Set(problems.items.lazy.filter { $0.code == FieldCode.secret }.map(\.place))
      problems.add(
        contentsOf: findings.items.filter {
          $0.code != RuleBook.plainSecret.code || !said.contains($0.place)
        })
    }
    return Loaded(problems.hasErrors ? nil : draft.runbook, problems)
  }

  /// The environment in `file`.
  package func environment(_ file: SourceFile) -> LoadedEnvironment {
    var problems = DiagnosticList()
    let tree = YAMLFile.read(file.bytes, file: file.path, &problems)
    guard isKind(.environment, tree, &problems) else {
      return LoadedEnvironment(file: file, loaded: Loaded(nil, problems), silences: Silences())
    }
    var reader = DocumentReader(tree: tree, catalogue: catalogue, problems: problems)
    guard let draft = reader.readEnvironment() else {
      return LoadedEnvironment(
        file: file, loaded: Loaded(nil, reader.problems), silences: Silences())
    }
    reader.checkEnvironment(draft, file: file)
    var findings = RuleFindings(draft.silences)
    RuleBook.checkSecrets(in: draft.environment, &findings)
    reader.problems.add(contentsOf: findings.items)
    let isGood = !reader.problems.hasErrors
    return LoadedEnvironment(
      file: file, loaded: Loaded(isGood ? draft.environment : nil, reader.problems),
      silences: draft.silences)
  }

  /// The rehearsal in `file`, checked against its runbook where that could be read, and the environments beside it.
  func rehearsal(
    _ file: SourceFile, of outline: Outline?, environments: [LoadedEnvironment]
  ) -> LoadedRehearsal {
    var problems = DiagnosticList()
    let tree = YAMLFile.read(file.bytes, file: file.path, &problems)
    guard isKind(.rehearsal, tree, &problems) else {
      return LoadedRehearsal(file: file, loaded: Loaded(nil, problems))
    }
    var reader = DocumentReader(tree: tree, catalogue: catalogue, problems: problems)
    let rehearsal = reader.readRehearsal()
    problems = reader.problems
    if let rehearsal, let outline {
      var check = RehearsalCheck(
        rehearsal, outline.runbook, environments, catalogue, problems,
        isComplete: outline.isComplete)
      check.run()
      problems = check.problems
    }
    return LoadedRehearsal(
      file: file, loaded: Loaded(problems.hasErrors ? nil : rehearsal, problems))
  }

  /// What a file is, by its first keys; nil when nothing says so.
  static func kind(of tree: NodeTree) -> Kind? {
    guard let root = tree.nodes.first, root.kind == .map else { return nil }
    for (key, _) in tree.pairs(of: 0) where tree[key].kind == .scalar {
      if let kind = Kind(rawValue: tree.string(key)) { return kind }
    }
    return nil
  }

  private func isKind(
    _ wanted: Kind, _ tree: NodeTree, _ problems: inout DiagnosticList
  ) -> Bool {
    guard let root = tree.nodes.first else { return false }
    let found = Self.kind(of: tree)
    if found == wanted { return true }
    let place = tree.place(0)
    switch found {
    case .runbook?, .environment?, .rehearsal?:
      problems.error(
        .wrongKindOfFile, "this is \(found?.noun ?? "it"), not \(wanted.noun)", at: place,
        help: "name another file")
    case nil:
      // A map with keys of its own is read on, so that a misspelt 'runbook' is found with all else.
      if root.kind == .map { return true }
      problems.error(
        .wrongType,
        "a \(wanted.rawValue) is a map of keys, but this is "
          + (root.kind == .list ? "a list" : "a text"), at: place, help: "begin with 'lifeboat: 1'")
    }
    return false
  }
}

/// A document when nothing in it is an error, and what is to be said about it in any case.
package struct Loaded<Value: Sendable>: Sendable {
  package let value: Value?
  package let problems: DiagnosticList

  init(_ value: Value?, _ problems: DiagnosticList) {
    self.value = value
    self.problems = problems
  }
}

/// An environment's file and what was read from it.
package struct LoadedEnvironment: Sendable {
  package let file: SourceFile
  package let loaded: Loaded<RunbookEnvironment>
  let silences: Silences

  package var environment: RunbookEnvironment? { loaded.value }

  /// Its name, also when it could not be read.
  var name: String {
    environment?.name ?? Folder.stem(file.path.split(separator: "/").last.map(String.init) ?? "")
  }
}

/// A rehearsal's file and what was read from it.
package struct LoadedRehearsal: Sendable {
  package let file: SourceFile
  package let loaded: Loaded<Rehearsal>

  package var rehearsal: Rehearsal? { loaded.value }
}
