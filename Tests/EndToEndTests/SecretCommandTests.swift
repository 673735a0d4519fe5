import Glibc
import RunbookModel
import TestServers
import Testing

/// Secrets that a program of the environment prints.
@Suite struct SecretCommandTests {
  private let secret = "by-command-77f0a1"

  /// Writes how long the secret is into the target's log.
  private let use = """
    - step: use
      uses: command.run
      with: {argv: [sh, -c, 'printf %s "$KEY" | wc -c >> log'], env: {KEY: '${{ secrets.key }}'}, cwd: '${{ env.target }}'}
      undo: {none: a test}
    """

  /// A program beside the environment that prints the secret and notes that it ran.
  /// Another process makes the file that is run: while this one has it open for writing, whatever another test starts in
  /// that moment holds it open too, and nobody can run it ("Text file busy").
  private func helper(_ desk: Desk, _ body: String, _ name: String = "helper") async throws {
    let path = "\(desk.book)/environments/\(name)"
    let draft = "\(desk.book)/\(name).draft"
    try write("#!/bin/sh\n\(body)\n", to: draft)
    let made = try await Child(
      ["install", "-m", "755", draft, path], environment: ["PATH=/usr/bin:/bin"],
      in: desk.path, output: draft + ".out", errors: draft + ".err"
    ).end()
    guard made.status == 0 else { throw RigError("no helper: \(made)") }
  }

  private func secrets(_ desk: Desk, _ text: String) throws {
    try desk.environment("secrets: {\(text)}")
    try desk.runbook(use)
  }

  @Test func `what the program prints is the secret, less one line end, asked for once a process`()
    async throws
  {
    try await Desk.with { desk in
      try await helper(
        desk, "echo ran >> '\(desk.path)/asked'; pwd > '\(desk.path)/where'; echo '\(secret)'")
      try secrets(desk, "key: {command: [./helper]}")
      let plan = try await desk.lifeboat("plan", desk.book, "-e", "here")
      #expect(plan.status == 0, "\(plan)")
      #expect(readText(desk.path + "/asked") == "ran\n", "a dry run reads it too, once")
      let run = try await desk.drill()
      #expect(run.status == 0 && desk.log == ["\(secret.utf8.count)"], "\(run)")
      #expect(readText(desk.path + "/asked") == "ran\nran\n")
      // A relative program, and the program itself, stand in the environment's folder.
      #expect(readText(desk.path + "/where") == desk.book + "/environments\n")
      for path in files(under: desk.state) + files(under: desk.path + "/out") {
        #expect(!String(decoding: bytes(of: path), as: UTF8.self).contains(secret), "in \(path)")
      }
    }
  }

  @Test func `S7: a program that fails stops everything before a run begins, and shows no secret`()
    async throws
  {
    let cases = [
      ("echo '\(secret)'; echo '\(secret)' >&2; exit 3", "ended with exit code 3"),
      ("true", "printed nothing"), ("echo", "printed nothing"),
      ("head -c 70000 /dev/zero | tr '\\0' a", "more than 64 KiB"),
      ("printf '\\377\\376'", "not UTF-8"), ("kill -9 $$", "was ended by signal 9"),
    ]
    for (body, words) in cases {
      try await Desk.with { desk in
        try await helper(desk, body)
        try secrets(desk, "key: {command: [./helper]}")
        for ended in [
          try await desk.lifeboat("plan", desk.book, "-e", "here"), try await desk.drill(),
        ] {
          #expect(ended.status == 2 && ended.errors.contains(words), "\(body): \(ended)")
          #expect(ended.errors.contains("LB220"), "\(ended)")
          #expect(!ended.everything.contains(secret), "\(ended)")
        }
        #expect(desk.runCount == 0 && desk.log == [])
      }
    }
  }

  @Test func `a program that does not end is stopped at its time, with all that it started`()
    async throws
  {
    try await Desk.with { desk in
      try await helper(
        desk, "sleep 1000 & echo $! > '\(desk.path)/pid'; trap '' TERM; while :; do sleep 1; done")
      try secrets(desk, "key: {command: [./helper], timeout: 3s}")
      let ended = try await desk.drill()
      #expect(ended.status == 2 && ended.errors.contains("had not ended after 3 s"), "\(ended)")
      let pid = pid_t(readText(desk.path + "/pid")?.split(separator: "\n").first ?? "") ?? 0
      #expect(pid > 0)
      #expect(await eventually { kill(pid, 0) != 0 }, "its child still runs")
    }
  }

  @Test func `several programs are asked side by side`() async throws {
    try await Desk.with { desk in
      // Each waits for the other two: one after another they would never end.
      for name in ["one", "two", "three"] {
        try await helper(
          desk,
          "touch '\(desk.path)/\(name)'; for f in one two three; do "
            + "while [ ! -e '\(desk.path)/'$f ]; do sleep 0.02; done; done; echo '\(secret)'", name)
      }
      try secrets(
        desk,
        "key: {command: [./one], timeout: 60s}, b: {command: [./two], timeout: 60s}, "
          + "c: {command: [./three], timeout: 60s}")
      let ended = try await desk.drill()
      #expect(ended.status == 0, "\(ended)")
    }
  }

  @Test func `a program that is not there is named, and nothing is started`() async throws {
    try await Desk.with { desk in
      try secrets(desk, "key: {command: [no_such_helper_anywhere, read]}")
      let ended = try await desk.drill()
      #expect(ended.status == 2 && desk.runCount == 0, "\(ended)")
      #expect(ended.errors.contains("there is no program 'no_such_helper_anywhere'"), "\(ended)")
    }
  }
}
