package import RunbookModel

/// What a path led to: a runbook with its environments and rehearsals, or an environment alone, and all that is to be
/// said about them.
package struct LoadedRunbook: Sendable {
  package internal(set) var runbook: Runbook?
  /// The runbook's file, also when nothing in it can be used; nil when a lone environment was loaded.
  package internal(set) var runbookFile: SourceFile?
  /// The environment that was asked for; all of them when none was.
  package internal(set) var environments: [LoadedEnvironment] = []
  /// The rehearsals beside the runbook; the one that was named, when one was.
  package internal(set) var rehearsals: [LoadedRehearsal] = []
  /// In file order, the runbook's file first.
  package internal(set) var diagnostics: [Diagnostic] = []
  package internal(set) var errors = 0
  package internal(set) var warnings = 0

  package var hasErrors: Bool { errors > 0 }

  /// Every file that a diagnostic may show a line of.
  package var files: [SourceFile] {
    (runbookFile.map { [$0] } ?? []) + environments.map(\.file) + rehearsals.map(\.file)
  }

  mutating func conclude(_ lists: [DiagnosticList]) {
    let order = files.map(\.path)
    diagnostics = lists.flatMap { $0.sorted(files: order) }
    errors = lists.reduce(0) { $0 + $1.errors }
    warnings = lists.reduce(0) { $0 + $1.warnings }
  }
}

extension DocumentLoader {
  /// Loads what `path` names: a folder that holds `runbook.yaml`, `environments/*.yaml` and `rehearsals/*.yaml`, a
  /// runbook's file with the same folders beside it, a rehearsal's file with its runbook, or an environment's file.
  ///
  /// With `environment` only that one is read and reported on, by its name or its path, and no rehearsal: another
  /// document that is broken must not stop a recovery. Without it all are. Where a drill is meant, the environments for recoveries beside it are
  /// looked at too, for targets that they share.
  package func load(path: String, environment: String? = nil) -> LoadedRunbook {
    var result = LoadedRunbook()
    let isFolder = Folder.isFolder(path)
    let file = isFolder ? Folder.join(path, "runbook.yaml") : path
    switch SourceFile.read(file) {
    case .failure(let problem):
      var list = DiagnosticList()
      list.add(isFolder ? noRunbook(in: path, problem) : problem)
      result.conclude([list])
      return result
    case .success(let source):
      guard environment == nil else { return load(source, environment) }
      switch isFolder ? .runbook : kind(of: source) {
      case .environment?:
        result.environments = [self.environment(source)]
        result.conclude(result.environments.map(\.loaded.problems))
        return result
      case .rehearsal?: return load(rehearsal: source)
      case .runbook?, nil: return load(source, nil)
      }
    }
  }

  /// A rehearsal lies in a folder beside its runbook.
  private func load(rehearsal: SourceFile) -> LoadedRunbook {
    let folder = Folder.join(Folder.parent(of: rehearsal.path), "..")
    switch SourceFile.read(Folder.join(folder, "runbook.yaml")) {
    case .success(let runbook): return load(runbook, nil, rehearsals: [rehearsal])
    case .failure(var problem):
      var result = LoadedRunbook()
      var list = DiagnosticList()
      problem.message = "the runbook of '\(rehearsal.path)' was not found: \(problem.message)"
      problem.help = "a rehearsal lies in the folder 'rehearsals' beside its 'runbook.yaml'"
      list.add(problem)
      result.conclude([list])
      return result
    }
  }

  private func load(
    _ source: SourceFile, _ environment: String?, rehearsals: [SourceFile]? = nil
  ) -> LoadedRunbook {
    var result = LoadedRunbook()
    var list = DiagnosticList()
    result.runbookFile = source
    let folder = Folder.join(Folder.parent(of: source.path), "environments")
    var others: [LoadedEnvironment] = []
    if let environment {
      others = loadOne(environment, folder, &result, &list)
    } else {
      for name in Folder.documents(in: folder, &list) {
        load(Folder.join(folder, name), &result, &list)
      }
    }
    let (loaded, outline) = examine(source, result.environments, others)
    result.runbook = loaded.value
    if environment == nil {
      let files = rehearsals ?? self.rehearsals(beside: source, &list)
      result.rehearsals = files.map {
        rehearsal($0, of: outline, environments: result.environments)
      }
      checkNames(of: result.rehearsals, &list)
    }
    result.conclude(
      [list, loaded.problems] + result.environments.map(\.loaded.problems)
        + result.rehearsals.map(\.loaded.problems))
    return result
  }

  /// The runbooks' folders in a folder of runbooks, sorted; none where `path` is a runbook itself, or holds none.
  package static func runbookFolders(in path: String) -> [String] {
    let folders = Folder.folders(in: path)
    func isRunbook(_ folder: String) -> Bool {
      Folder.isThere(Folder.join(folder, "runbook.yaml"))
    }
    guard !isRunbook(path) else { return [] }
    return folders.filter(isRunbook)
  }

  private func load(_ path: String, _ result: inout LoadedRunbook, _ list: inout DiagnosticList) {
    switch SourceFile.read(path) {
    case .success(let file): result.environments.append(environment(file))
    case .failure(let problem): list.add(problem)
    }
  }

  /// Loads one environment; gives back those for recoveries beside it when it is for drills only.
  private func loadOne(
    _ name: String, _ folder: String, _ result: inout LoadedRunbook, _ list: inout DiagnosticList
  ) -> [LoadedEnvironment] {
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      load(name, &result, &list)
      return []
    }
    var ignored = DiagnosticList()
    let names = Folder.documents(in: folder, &ignored)
    guard let file = names.first(where: { Folder.stem($0) == name }) else {
      list.error(
        .unreadable, "there is no environment '\(name)' in '\(folder)'", at: nil,
        help: Nearest.help(for: name, among: names.map(Folder.stem))
          ?? "write '\(Folder.join(folder, name)).yaml'")
      return []
    }
    load(Folder.join(folder, file), &result, &list)
    guard let allowed = result.environments.first?.environment?.allows, allowed == [.drill] else {
      return []
    }
    return names.filter { $0 != file }.compactMap { other in
      guard case .success(let source) = SourceFile.read(Folder.join(folder, other)) else {
        return nil
      }
      return self.environment(source)
    }
  }

  private func kind(of source: SourceFile) -> Kind? {
    var ignored = DiagnosticList()
    // The kind stands in the first lines.
    let head = SourceFile(path: source.path, bytes: Array(source.bytes.prefix(4096)))
    return Self.kind(of: YAMLFile.read(head.bytes, file: head.path, &ignored))
  }

  private func noRunbook(in folder: String, _ problem: Diagnostic) -> Diagnostic {
    var ignored = DiagnosticList()
    guard Folder.documents(in: folder, &ignored).allSatisfy({ Folder.stem($0) != "runbook" }) else {
      return problem
    }
    return Diagnostic(
      DiagnosticCode.unreadable.rawValue, .error, "there is no 'runbook.yaml' in '\(folder)'",
      at: nil, help: "name a folder that holds one, or the runbook's file")
  }

  private func rehearsals(
    beside source: SourceFile, _ list: inout DiagnosticList
  ) -> [SourceFile] {
    let folder = Folder.join(Folder.parent(of: source.path), "rehearsals")
    var files: [SourceFile] = []
    for name in Folder.documents(in: folder, &list) {
      switch SourceFile.read(Folder.join(folder, name)) {
      case .success(let file): files.append(file)
      case .failure(let problem): list.add(problem)
      }
    }
    return files
  }

  /// Two of one name cannot be told apart where one has failed.
  private func checkNames(of rehearsals: [LoadedRehearsal], _ list: inout DiagnosticList) {
    var seen: [String: SourcePlace] = [:]
    for rehearsal in rehearsals.lazy.compactMap(\.rehearsal) {
      guard let place = rehearsal.place else { continue }
      guard let first = seen.updateValue(place, forKey: rehearsal.name) else { continue }
      list.error(
        .duplicateName, "there are two rehearsals with the name '\(rehearsal.name)'", at: place,
        help: "give one of them another name",
        related: [.init(message: "the first one is here", place: first)])
    }
  }
}
