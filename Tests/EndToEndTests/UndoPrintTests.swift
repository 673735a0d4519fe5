import Glibc
import RunbookModel
import TestServers
import Testing

/// The undo that is left, as text: what a person needs when the program itself cannot go on.
@Suite struct UndoPrintTests {
  /// A change whose undo waits until the test says go.
  private func slowlyUndone(_ id: String) -> String {
    change(
      id, "echo \(id) >> log", "undo: auto",
      with: "check: {argv: [sh, -c, 'grep -qx \(id) log']}, undo: {argv: [sh, -c, "
        + "'touch undoing; while [ ! -e go ]; do sleep 0.02; done; sed -i /^\(id)$/d log']}")
  }

  private func order(_ json: Value) -> [String] {
    (json["steps"]?.list ?? []).compactMap { $0["step"]?.string }
  }

  @Test func `B4: the undo that is left is printed last first, with what a person would type`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let before = readText(try desk.run() + "/journal.jsonl")
      let said = try await desk.lifeboat("undo", "--print")
      #expect(said.status == 0 && said.output.contains("2 changes to take back"), "\(said)")
      let lines = said.output.split(separator: "\n").map(String.init)
      let first = lines.firstIndex { $0.contains("1. b") } ?? .max
      let second = lines.firstIndex { $0.contains("2. a") } ?? 0
      #expect(first < second, "\(said)")
      let typed = lines.first { $0.contains("echo undo_b") }
      #expect(typed?.contains("cd \(desk.target) && sh -c") ?? false, "\(said)")
      #expect(said.output.contains("nothing was changed"), "\(said)")
      #expect(readText(try desk.run() + "/journal.jsonl") == before && desk.log == ["a", "b"])
    }
  }

  @Test func `what is printed to be typed by hand takes the change back`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), checked("b"))
      #expect(try await desk.drill().status == 0)
      let json = try JSONText.read(
        try await desk.lifeboat("undo", "--print", "--format", "json").output.utf8)
      for step in json["steps"]?.list ?? [] {
        for line in step["by_hand"]?.list ?? [] {
          let child = try Child(
            ["/bin/sh", "-c", line.string ?? "exit 9"], environment: ["PATH=/usr/bin:/bin"],
            in: desk.path, output: desk.path + "/hand.out", errors: desk.path + "/hand.err")
          #expect(try await child.end().status == 0)
        }
      }
      #expect(desk.log == ["undo_b", "undo_a"])
    }
  }

  @Test func `it says where the undo ends, why, and what stays`() async throws {
    try await Desk.with { desk in
      try desk.runbook(
        checked("early"),
        change("wall", "echo wall >> log", "point_of_no_return: true\nundo: {none: a test}"),
        checked("late"),
        checked(
          "other", nil,
          "undo: {uses: command.run, with: "
            + "{argv: [sh, -c, 'echo explicitly >> log'], cwd: '${{ env.target }}'}}"))
      #expect(try await desk.drill().status == 0)
      let text = try await desk.lifeboat("undo", "--print")
      #expect(text.output.contains("wall is a point of no return"), "\(text)")
      #expect(text.output.contains("early stays as it is: it was made before wall"), "\(text)")
      let json = try JSONText.read(
        try await desk.lifeboat("undo", "--print", "--format", "json").output.utf8)
      #expect(order(json) == ["other", "late"], "\(json)")
      #expect(json["ends_before"]?["step"]?.string == "wall")
      // The runbook's own way back, in words.
      #expect(text.output.contains("echo explicitly >> log"), "\(text)")
    }
  }

  @Test func `it is printed while a process drives the run, and from the journal of a dead one`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        checked("a"), checked("b", until("go", saying: "begun") + "; echo b >> log"))
      let run = try desk.startDrill()
      try await desk.waitFor("begun")
      let driven = try await desk.lifeboat("undo", "--print")
      #expect(driven.status == 0 && driven.output.contains("A process drives the run"), "\(driven)")
      #expect(driven.output.contains("1. b  [command.run]  is being made"), "\(driven)")
      run.signal(SIGKILL)
      _ = try await run.end()
      let dead = try await desk.lifeboat("undo", "--print")
      #expect(dead.output.contains("IN DOUBT, look before you take anything back: b"), "\(dead)")
      #expect(dead.output.contains("lifeboat resume"), "\(dead)")
      try desk.touch("go")
    }
  }

  @Test func `an undo that a signal stops prints the commands that remain`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), slowlyUndone("b"))
      #expect(try await desk.drill().status == 0)
      let child = try desk.start(["undo", "--reason", "the drill is over"])
      try await desk.waitFor("undoing")
      child.signal(SIGINT)
      #expect(await eventually { child.errorsSoFar.contains("nothing more") })
      try desk.touch("go")
      let ended = try await child.end()
      #expect(ended.status == 10 && desk.log == ["a"], "\(ended)")
      #expect(ended.errors.contains("1 change to take back"), "\(ended)")
      #expect(ended.errors.contains("echo undo_a"), "\(ended)")
      #expect(!ended.errors.contains("touch undoing"), "what is undone is not printed: \(ended)")
    }
  }

  @Test func `an undo without a reason is refused, and one that is only printed needs none`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      #expect(try await desk.drill().status == 0)
      let silent = try await desk.lifeboat("undo")
      #expect(silent.status == 2 && silent.errors.contains("--print"), "\(silent)")
      #expect(try await desk.lifeboat("undo", "--reason", "done").status == 0)
      let nothing = try await desk.lifeboat("undo", "--print")
      #expect(nothing.status == 0 && nothing.output.contains("nothing can be taken back"))
    }
  }

  @Test func `no secret stands in it`() async throws {
    try await Desk.with { desk in
      try write("hush-hush-42", to: desk.path + "/key")
      try desk.environment("secrets: {key: {file: '\(desk.path)/key'}}")
      try desk.runbook(
        change(
          "a", "echo a >> log", "undo: auto",
          with: "env: {KEY: '${{ secrets.key }}'}, undo: {argv: [sh, -c, 'true']}"))
      #expect(try await desk.drill().status == 0)
      for format in ["text", "json"] {
        let said = try await desk.lifeboat("undo", "--print", "--format", format)
        #expect(said.status == 0 && !said.everything.contains("hush-hush"), "\(said)")
        #expect(said.output.contains("key"), "\(said)")
      }
    }
  }
}
