package import RunbookModel

/// What a path led to: a runbook with its environments, or an environment alone, and all that is to be said about them.
package struct LoadedRunbook: Sendable {
  package internal(set) var runbook: Runbook?
  /// The runbook's file, also when nothing in it can be used; nil when a lone environment was loaded.
  package internal(set) var runbookFile: SourceFile?
  /// The environment that was asked for; all of them when none was.
  package internal(set) var environments: [LoadedEnvironment] = []
  /// In file order, the runbook's file first.
  package internal(set) var diagnostics: [Diagnostic] = []
  package internal(set) var errors = 0
  package internal(set) var warnings = 0

  package var hasErrors: Bool { errors > 0 }

  /// Every file that a diagnostic may show a line of.
  package var files: [SourceFile] {
    (runbookFile.map { [$0] } ?? []) + environments.map(\.file)
  }

  mutating func conclude(_ lists: [DiagnosticList]) {
    let order = files.map(\.path)
    diagnostics = lists.flatMap { $0.sorted(files: order) }
    errors = lists.reduce(0) { $0 + $1.errors }
    warnings = lists.reduce(0) { $0 + $1.warnings }
  }
}

extension DocumentLoader {
  /// Loads what `path` names: a folder that holds `runbook.yaml` and `environments/*.yaml`, a runbook's file with the
  /// same folder beside it, or an environment's file.
  ///
  /// With `environment` only that one is read and reported on, by its name or its path: another one that is broken must
  /// not stop a recovery. Without it all are. Where a drill is meant, the environments for recoveries beside it are
  /// looked at too, for targets that they share.
  package func load(path: String, environment: String? = nil) -> LoadedRunbook {
    var result = LoadedRunbook()
    let file = Folder.isFolder(path) ? Folder.join(path, "runbook.yaml") : path
    switch SourceFile.read(file) {
    case .failure(let problem):
      var list = DiagnosticList()
      list.add(Folder.isFolder(path) ? noRunbook(in: path, problem) : problem)
      result.conclude([list])
      return result
    case .success(let source):
      if environment == nil, isEnvironment(source) {
        result.environments = [self.environment(source)]
        result.conclude(result.environments.map(\.loaded.problems))
        return result
      }
      return load(source, environment)
    }
  }

  private func load(_ source: SourceFile, _ environment: String?) -> LoadedRunbook {
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
      refuseRehearsals(beside: source, &list)
    }
    let loaded = runbook(source, environments: result.environments, others: others)
    result.runbook = loaded.value
    result.conclude([list, loaded.problems] + result.environments.map(\.loaded.problems))
    return result
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

  private func isEnvironment(_ source: SourceFile) -> Bool {
    var ignored = DiagnosticList()
    // The kind stands in the first lines.
    let head = SourceFile(path: source.path, bytes: Array(source.bytes.prefix(4096)))
    return Self.kind(of: YAMLFile.read(head.bytes, file: head.path, &ignored)) == .environment
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

  private func refuseRehearsals(beside source: SourceFile, _ list: inout DiagnosticList) {
    var ignored = DiagnosticList()
    let folder = Folder.join(Folder.parent(of: source.path), "rehearsals")
    let names = Folder.documents(in: folder, &ignored)
    guard let first = names.first else { return }
    list.warning(
      .notServed,
      "'\(folder)' holds \(names.count == 1 ? "a rehearsal" : "\(names.count) rehearsals") "
        + "('\(first)'\(names.count > 1 ? ", ..." : "")); this version of lifeboat does not serve "
        + "rehearsals yet", at: nil, help: "they were not read")
  }
}
