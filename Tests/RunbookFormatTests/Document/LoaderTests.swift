import RunbookFormat
import RunbookModel
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Finding and reading files: folders by their conventions, and a clear word for everything that is not a file.
struct LoaderTests {
  private static let runbook = Samples.steps(
    "    - {step: a, uses: tcp.check, with: {address: '${{ env.db }}'}}")

  private func environment(_ name: String, _ allows: String, _ db: String) -> String {
    "lifeboat: 1\nenvironment: \(name)\nallows: [\(allows)]\nvalues: {db: '\(db)'}\n"
  }

  @Test func `a folder is its runbook and all its environments`() throws {
    let files = [
      "runbook.yaml": Self.runbook, "environments/lab.yaml": environment("lab", "drill", "h:1"),
      "environments/.hidden.yaml": "x", "environments/notes.txt": "x",
      "environments/real.yml": environment("real", "recovery", "h:2"),
    ]
    try Samples.withFolder(files) { folder in
      for path in [folder, "\(folder)/runbook.yaml", "\(folder)/"] {
        let loaded = Samples.loader.load(path: path)
        #expect(loaded.runbook?.name == "shop", "\(loaded.diagnostics)")
        #expect(loaded.environments.compactMap(\.environment?.name) == ["lab", "real"])
        #expect(loaded.files.count == 3 && !loaded.hasErrors)
      }
    }
  }

  @Test func `a broken environment stops validation, but not a run in another one`() throws {
    let files = [
      "runbook.yaml": Self.runbook, "environments/lab.yaml": "lifeboat: [",
      "environments/real.yaml": environment("real", "recovery", "h:2"),
    ]
    try Samples.withFolder(files) { folder in
      #expect(Samples.loader.load(path: folder).hasErrors)
      let loaded = Samples.loader.load(path: folder, environment: "real")
      #expect(!loaded.hasErrors && loaded.runbook != nil)
      #expect(loaded.environments.map(\.environment?.name) == ["real"])
      let byPath = Samples.loader.load(
        path: folder, environment: "\(folder)/environments/real.yaml")
      #expect(!byPath.hasErrors && byPath.environments.count == 1)
    }
  }

  @Test func `a drill is refused when it shares a target with a recovery, a recovery is not`()
    throws
  {
    let files = [
      "runbook.yaml": Self.runbook, "environments/lab.yaml": environment("lab", "drill", "h:1"),
      "environments/real.yaml": environment("real", "recovery", "h:1"),
    ]
    try Samples.withFolder(files) { folder in
      let drill = Samples.loader.load(path: folder, environment: "lab")
      #expect(drill.diagnostics.map(\.code) == ["LB412"])
      #expect(!Samples.loader.load(path: folder, environment: "real").hasErrors)
    }
  }

  @Test func `an environment that is not there is shown with the nearest one`() throws {
    let files = [
      "runbook.yaml": Self.runbook, "environments/lab.yaml": environment("lab", "drill", "h:1"),
    ]
    try Samples.withFolder(files) { folder in
      let loaded = Samples.loader.load(path: folder, environment: "lap")
      #expect(loaded.diagnostics.first?.code == "LB100")
      #expect(loaded.diagnostics.first?.help == "did you mean 'lab'?")
    }
  }

  @Test func `an environment's file may be checked alone`() throws {
    let files = ["environments/lab.yaml": environment("lab", "drill", "h:1") + "x: 1\n"]
    try Samples.withFolder(files) { folder in
      let loaded = Samples.loader.load(path: "\(folder)/environments/lab.yaml")
      #expect(loaded.diagnostics.map(\.code) == ["LB201"])
      #expect(loaded.runbook == nil && loaded.environments.count == 1)
    }
  }

  @Test func `a path that leads to no file says what is there instead`() throws {
    try Samples.withFolder(["a.txt": "x"]) { folder in
      mkfifo("\(folder)/pipe", 0o600)
      symlink("loop", "\(folder)/loop")
      mkdir("\(folder)/folder.yaml", 0o700)
      let cases = [
        ("nothing.yaml", "there is no such file"), ("a.txt/b.yaml", "a part of the path"),
        ("pipe", "it is no ordinary file"), ("loop", "symbolic links"),
        (".", "there is no 'runbook.yaml'"), (String(repeating: "x", count: 300), "too long"),
      ]
      for (name, words) in cases {
        let loaded = Samples.loader.load(path: "\(folder)/\(name)")
        #expect(loaded.diagnostics.count == 1 && loaded.hasErrors)
        #expect(loaded.diagnostics.first?.message.contains(words) == true, "\(loaded.diagnostics)")
      }
      guard case .failure(let problem) = SourceFile.read("\(folder)/folder.yaml") else {
        Issue.record("a folder was read")
        return
      }
      #expect(problem.message.contains("it is a folder"))
    }
  }

  @Test func `a file over 64 MiB is refused before it is read`() throws {
    try Samples.withFolder(["big.yaml": "lifeboat: 1\n"]) { folder in
      #expect(truncate("\(folder)/big.yaml", (64 << 20) + 1) == 0)
      let loaded = Samples.loader.load(path: "\(folder)/big.yaml")
      #expect(loaded.diagnostics.map(\.code) == ["LB101"])
    }
  }

  @Test func `an environment where a runbook is wanted, and the reverse, are told apart`() throws {
    let files = ["runbook.yaml": environment("runbook", "drill", "h:1")]
    try Samples.withFolder(files) { folder in
      let loaded = Samples.loader.load(path: folder, environment: "lab")
      #expect(loaded.diagnostics.contains { $0.code == "LB218" })
    }
    #expect(
      Samples.loader.environment(Samples.file(Self.runbook)).loaded.problems.items.map(\.code)
        == ["LB218"])
  }
}
