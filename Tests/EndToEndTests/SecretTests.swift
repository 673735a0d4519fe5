import RunbookModel
import TestServers
import Testing

@Suite struct SecretTests {
  private let secret = #"s3cr3t"horse\battery'staple 9f8e7d6c"#

  /// The secret as other programs write it.
  private var forms: [String] {
    [
      secret, #"s3cr3t\"horse\\battery'staple 9f8e7d6c"#,
      "s3cr3t%22horse%5Cbattery%27staple%209f8e7d6c",
      "czNjcjN0ImhvcnNlXGJhdHRlcnknc3RhcGxlIDlmOGU3ZDZj",
    ]
  }

  private func steps(_ desk: Desk) -> String {
    """
    - step: leak
      uses: command.run
      with:
        argv: [sh, -c, 'cat; printf %s "$KEY"; printf %s "$KEY" >&2; printf %s "$KEY" | base64 -w0; exit "$CODE"']
        env: {KEY: '${{ secrets.key }}', CODE: '0'}
        stdin: '${{ secrets.key }}'
      undo: {none: a test}
    - step: seen_by_others
      uses: command.run
      with:
        argv: [sh, -c, 'for p in /proc/[0-9]*; do tr "\\0" "\\n" < $p/cmdline; done 2>/dev/null | grep -cF -f "$FILE" > hits; true']
        env: {KEY: '${{ secrets.key }}', FILE: '\(desk.path)/key'}
        cwd: '${{ env.target }}'
      undo: {none: a test}
    - step: fails
      uses: command.run
      with:
        argv: [sh, -c, 'printf %s "$KEY" >&2; exit 1']
        env: {KEY: '${{ secrets.key }}'}
      undo: {none: a test}
    """
  }

  @Test func `S1, S2, S3: a secret is in no file, no report, no output and no command line`()
    async throws
  {
    try await Desk.with { desk in
      try write(secret, to: desk.path + "/key")
      try desk.environment("secrets: {key: {file: \(desk.path)/key}}")
      try desk.runbook(steps(desk))
      var told = try await desk.lifeboat("plan", desk.book, "-e", "here").everything
      told += try await desk.lifeboat(
        "plan", desk.book, "-e", "here", "--format", "json", "--out", desk.path + "/out/plan.json"
      ).everything
      let run = try await desk.drill()
      #expect(run.status == 6, "\(run)")
      told += run.everything
      for words in [
        ["status"], ["status", "--format", "json"], ["report"], ["report", "--format", "json"],
        ["runs"], ["audit", "verify"],
      ] {
        told += try await desk.start(words).end().everything
      }
      let leak = try await desk.report()["steps"]?.list?.first
      #expect(leak?["status"] != "failed", "\(run)")
      #expect(desk.read("hits") == "0\n", "it is in a command line")
      #expect(told.contains("•••"), "what was masked is shown as masked")
      for form in forms {
        #expect(!told.contains(form), "it was printed")
        for path in files(under: desk.state) + files(under: desk.path + "/out") {
          let text = String(decoding: bytes(of: path), as: UTF8.self)
          #expect(!text.contains(form), "it is in \(path)")
        }
      }
    }
  }

  @Test func `S2: a secret in an argument is refused before the run`() async throws {
    try await Desk.with { desk in
      try write(secret, to: desk.path + "/key")
      try desk.environment("secrets: {key: {file: \(desk.path)/key}}")
      try desk.runbook(
        """
        - step: bad
          uses: command.run
          with: {argv: [echo, '${{ secrets.key }}']}
          undo: {none: a test}
        """)
      let ended = try await desk.drill()
      #expect(ended.status == 2 && desk.runCount == 0, "\(ended)")
      #expect(!ended.everything.contains(secret))
    }
  }

  @Test func `S4: a secret written into the environment file is an error`() async throws {
    try await Desk.with { desk in
      try desk.environment("secrets: {key: hunter2hunter2}")
      try desk.runbook(checked("a"))
      let ended = try await desk.drill()
      #expect(ended.status == 2 && desk.log == [], "\(ended)")
    }
  }

  @Test func `S5: a secret comes from its place again when a run is resumed`() async throws {
    try await Desk.with { desk in
      try write(secret, to: desk.path + "/key")
      try desk.environment("secrets: {key: {file: \(desk.path)/key}}")
      try desk.runbook(
        gate("go"),
        """
        - step: use
          uses: command.run
          with: {argv: [sh, -c, 'printf %s "$KEY" | wc -c >> log'], env: {KEY: '${{ secrets.key }}'}, cwd: '${{ env.target }}'}
          undo: {none: a test}
        """)
      #expect(try await desk.drill().status == 6)
      removeTree(desk.path + "/key")
      let missing = try await desk.lifeboat("resume", "--approve", "go")
      #expect(missing.status == 2 && desk.log == [], "\(missing)")
      try write(secret, to: desk.path + "/key")
      let ended = try await desk.lifeboat("resume", "--approve", "go")
      #expect(ended.status == 0 && desk.log == ["\(secret.utf8.count)"], "\(ended)")
    }
  }
}
