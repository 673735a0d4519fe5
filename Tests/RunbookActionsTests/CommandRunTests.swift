import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Testing

@Suite struct `command run` {
  @Test func `is done when the exit code is an expected one, and keeps what was written`()
    async throws
  {
    let evidence = try await run([
      "argv": sh("echo out; echo err >&2; exit 3"), "exit_codes": [0, 3],
    ])
    #expect(evidence.facts["exit_code"] == 3)
    #expect(evidence.facts["stdout"] == "out")
    #expect(evidence.output == "out\n--- stderr ---\nerr\n")
    #expect(evidence.droppedBytes == 0)
  }

  @Test func `another exit code leaves open what was changed, and says what the program said`()
    async throws
  {
    let failure = try await failure(["argv": sh("echo no disk >&2; exit 7")])
    #expect(failure.effect == .unknown)
    #expect(failure.message.contains("exit code 7"))
    #expect(failure.message.contains("no disk"))
  }

  @Test func `an exit code named as unchanged says that nothing was changed`() async throws {
    let failure = try await failure(["argv": sh("exit 9"), "unchanged_exit_codes": [9]])
    #expect(failure.effect == .unchanged(retryable: true))
  }

  @Test func `a program ended by a signal leaves open what was changed`() async throws {
    let failure = try await failure(["argv": sh("kill -KILL $$")])
    #expect(failure.effect == .unknown)
    #expect(failure.message.contains("signal 9"))
  }

  @Test func `a program that is not there is refused in the plan`() async throws {
    for argv: Value in [["/no/such/program"], ["no-such-program-anywhere"], ["/etc/passwd"], ["/"]]
    {
      let plan = try await commandRun().plan(
        ["argv": argv, "exit_codes": [0], "unchanged_exit_codes": []], contexts().read())
      guard case .impossible(let failure) = plan else {
        Issue.record("\(argv) was planned")
        continue
      }
      #expect(failure.effect == .unchanged(retryable: false))
    }
  }

  @Test func `a program that vanished after the plan was not run`() async throws {
    try await withFolder { folder in
      let file = "\(folder)/tool"
      _ = try await run(["argv": ["/bin/cp", "/bin/true", .string(file)]])
      let change = try await planned(["argv": [.string(file)]])
      unlink(file)
      let failure = await #expect(throws: ActionFailure.self) {
        _ = try await commandRun().apply(change, contexts().write())
      }
      #expect(failure?.effect == .unchanged(retryable: false))
    }
  }

  @Test func `a script without a first line is refused with the reason`() async throws {
    try await withFolder { folder in
      let file = "\(folder)/script"
      _ = try await run([
        "argv": sh("echo true > \(file); chmod +x \(file)")
      ])
      let failure = try await failure(["argv": [.string(file)]])
      #expect(failure.effect == .unchanged(retryable: false))
      #expect(failure.advice?.contains("#!") == true)
    }
  }

  @Test func `a bare name is found before anybody approves it`() async throws {
    let fields = try #require(registry["command.run"]).page.fields
    let plan = try await commandRun().plan(
      filled(["argv": ["true"]], for: fields), contexts().read())
    guard case .change(let change, let preview) = plan else { throw NoChange(why: "\(plan)") }
    let program = try #require(change["run"]?["program"]?.string)
    #expect(program.hasPrefix("/") && program.hasSuffix("/true"))
    #expect(preview.does[0].contains(program))
    #expect(preview.fidelity == .rendered)
  }

  @Test func `the program gets the allowed variables, its own, and no other`() async throws {
    setenv("LIFEBOAT_TEST_LEAK", "leaked", 1)
    let evidence = try await run(["argv": ["/usr/bin/env"], "env": ["GIVEN": "yes", "PORT": 5432]])
    let lines = try #require(evidence.output).split(separator: "\n")
    #expect(lines.contains("GIVEN=yes") && lines.contains("PORT=5432"))
    let names = Set(lines.compactMap { $0.split(separator: "=").first.map(String.init) })
    #expect(names.isSubset(of: ["PATH", "HOME", "LANG", "TZ", "GIVEN", "PORT"]))
  }

  @Test func `the program inherits no descriptor, no blocked signal, and a session of its own`()
    async throws
  {
    signal(SIGPIPE, SIG_IGN)
    let evidence = try await run([
      "argv": sh(
        "ls /proc/self/fd | tr '\\n' ' '; cat /proc/self/status; cat /proc/$$/stat; echo $$")
    ])
    let output = try #require(evidence.output)
    // 3 is the folder that ls itself has open.
    #expect(output.hasPrefix("0 1 2 3 "))
    let lines = output.split(separator: "\n")
    let blocked = lines.first { $0.hasPrefix("SigBlk:") }
    let ignored = lines.first { $0.hasPrefix("SigIgn:") }
    #expect(blocked?.hasSuffix("0000000000000000") == true)
    let mask = try #require(ignored.flatMap { UInt64($0.split(separator: "\t")[1], radix: 16) })
    #expect(mask & (1 << UInt64(SIGPIPE - 1)) == 0)
    let stat = lines[lines.count - 2].split(separator: " ")
    #expect(stat[5] == lines.last!)
  }

  @Test func `what is given as input is read, however long, and need not be read`() async throws {
    let long = String(repeating: "0123456789", count: 200_000)
    let evidence = try await run(["argv": ["/usr/bin/wc", "-c"], "stdin": .string(long)])
    #expect(evidence.facts["stdout"] == "2000000")
    _ = try await run(["argv": ["/bin/true"], "stdin": .string(long)])
    let empty = try await run(["argv": ["/bin/cat"]])
    #expect(empty.output == nil)
  }

  @Test func `it runs in the folder that it was told`() async throws {
    try await withFolder { folder in
      let evidence = try await run(["argv": ["/bin/pwd"], "cwd": .string(folder)])
      #expect(evidence.facts["stdout"] == .string(folder))
    }
    let fields = try #require(registry["command.run"]).page.fields
    let plan = try await commandRun().plan(
      filled(["argv": ["/bin/pwd"], "cwd": "/no/such/folder"], for: fields), contexts().read())
    guard case .impossible(let failure) = plan else { throw NoChange(why: "\(plan)") }
    #expect(failure.message.contains("/no/such/folder"))
  }

  @Test func `arguments that have no one way to be written are refused`() async throws {
    let fields = try #require(registry["command.run"]).page.fields
    for word: Value in [1.5, true, .null, .secret(SecretName("s")), "a\0b"] {
      let plan = try await commandRun().plan(
        filled(["argv": ["/bin/echo", word]], for: fields), contexts(["s": "x"]).read())
      guard case .impossible = plan else {
        Issue.record("\(word) was planned")
        continue
      }
    }
  }

  @Test func `what is in place is not done again`() async throws {
    let fields = try #require(registry["command.run"]).page.fields
    let plan = try await commandRun().plan(
      filled(["argv": ["/bin/true"], "check": ["argv": ["/bin/true"]]], for: fields),
      contexts().read())
    guard case .alreadyInPlace = plan else { throw NoChange(why: "\(plan)") }
  }

  @Test func `a check that cannot tell stops the plan and does not verify`() async throws {
    let fields = try #require(registry["command.run"]).page.fields
    let input = filled(
      ["argv": ["/bin/true"], "check": ["argv": sh("exit 2")]], for: fields)
    let failure = await #expect(throws: ActionFailure.self) {
      _ = try await commandRun().plan(input, contexts().read())
    }
    #expect(failure?.effect == .unchanged(retryable: true))
  }

  @Test func `without a check nothing is claimed afterwards`() async throws {
    let change = try await planned(["argv": ["/bin/true"]])
    guard case .cannotTell = try await commandRun().verify(change, contexts().read()) else {
      Issue.record("verify claims something")
      return
    }
  }

  @Test func `without an undo nothing is undone and that is said`() async throws {
    let change = try await planned(["argv": ["/bin/true"]])
    let undo = try #require(try commandRun().undo)
    let failure = await #expect(throws: ActionFailure.self) {
      _ = try await undo(change, contexts().write())
    }
    #expect(failure?.effect == .unchanged(retryable: false))
  }

  @Test func `an undo that fails leaves open what is so now`() async throws {
    let change = try await planned(["argv": ["/bin/true"], "undo": ["argv": ["/bin/false"]]])
    let undo = try #require(try commandRun().undo)
    let failure = await #expect(throws: ActionFailure.self) {
      _ = try await undo(change, contexts().write())
    }
    #expect(failure?.effect == .unknown)
  }
}
