import ActionConformance
import Glibc
import RunbookAction
import RunbookModel
import Testing

@Suite struct `Limits of commands` {
  private let kept = 768 << 10

  @Test func `output beyond the limit is counted and dropped`() async throws {
    let evidence = try await run(["argv": sh("head -c 5000000 /dev/zero | tr '\\0' x")])
    #expect(evidence.output?.utf8.count == kept)
    #expect(evidence.droppedBytes == 5_000_000 - kept)
  }

  @Test func `a program that writes without end is stopped at the deadline`() async throws {
    let failure = try await failure(["argv": ["/usr/bin/yes"]], within: .milliseconds(300))
    #expect(failure.effect == .unknown)
    #expect(failure.kind == .timeout)
  }

  @Test func `everything that the program started is ended with it`() async throws {
    try await withFolder { folder in
      let failure = try await calledOff("sleep 600 & echo $! > pid; touch ready; wait", in: folder)
      #expect(failure.effect == .unknown)
      let text = try await run(["argv": ["/bin/cat", .string("\(folder)/pid")]]).facts["stdout"]
      let pid = try #require(text?.string.flatMap(pid_t.init))
      #expect(await eventually { kill(pid, 0) != 0 || isZombie(pid) })
    }
  }

  @Test func `a program that ignores SIGTERM is killed`() async throws {
    try await withFolder { folder in
      let failure = try await calledOff(
        "trap '' TERM; touch ready; while :; do sleep 600; done", in: folder)
      #expect(failure.message.contains("killed"))
    }
  }

  @Test func `what ignores SIGTERM is killed also when the program itself has ended`() async throws
  {
    try await withFolder { folder in
      let script = "(trap '' TERM; touch ready; while :; do sleep 600; done) & echo $! > pid; wait"
      _ = try await calledOff(script, in: folder)
      let text = try await run(["argv": ["/bin/cat", .string("\(folder)/pid")]]).facts["stdout"]
      let pid = try #require(text?.string.flatMap(pid_t.init))
      #expect(await eventually { kill(pid, 0) != 0 || isZombie(pid) })
    }
  }

  @Test func `a program may use its last seconds to clean up`() async throws {
    try await withFolder { folder in
      let failure = try await calledOff(
        "trap 'echo tidy > tidy; exit 0' TERM; sleep 600 & touch ready; wait", in: folder)
      #expect(failure.message.contains("stopped"))
      #expect(exists("\(folder)/tidy"))
    }
  }

  @Test func `with no time left nothing is run`() async throws {
    try await withFolder { folder in
      let change = try await planned(["argv": ["/usr/bin/touch", .string("\(folder)/ran")]])
      let failure = await #expect(throws: ActionFailure.self) {
        _ = try await commandRun().apply(change, contexts().write(within: .zero))
      }
      #expect(failure?.effect == .unchanged(retryable: true))
      #expect(!exists("\(folder)/ran"))
    }
  }

  @Test func `a process left behind does not hold up the step, and is not broken by its end`()
    async throws
  {
    try await withFolder { folder in
      let script = "(sleep 1; echo more; echo more; echo alive > \(folder)/alive) & echo hi"
      let evidence = try await run(["argv": sh(script)])
      #expect(evidence.facts["stdout"] == "hi")
      #expect(evidence.summary.contains("still running"))
      #expect(await eventually { exists("\(folder)/alive") })
    }
  }

  @Test func `many at a time each keep their own output`() async throws {
    try await withThrowingTaskGroup(of: (Int, Value?).self) { group in
      for number in 0..<120 {
        group.addTask {
          let evidence = try await run([
            "argv": ["/bin/sh", "-c", "sleep 0.1; echo $0", .int(Int64(number))]
          ])
          return (number, evidence.facts["stdout"])
        }
      }
      for try await (number, text) in group { #expect(text == .string(String(number))) }
    }
  }

  /// The failure of a script whose step is called off as soon as it has made the file `ready`.
  private func calledOff(_ script: String, in folder: String) async throws -> ActionFailure {
    let change = try await planned(["argv": sh(script), "cwd": .string(folder)])
    let task = Task {
      try await commandRun().apply(change, contexts().write(within: .seconds(600)))
    }
    #expect(await eventually { exists("\(folder)/ready") })
    task.cancel()
    let result = await task.result
    guard case .failure(let error as ActionFailure) = result else {
      throw NoChange(why: "it was not stopped: \(result)")
    }
    #expect(error.kind == .timeout)
    return error
  }

  private func isZombie(_ pid: pid_t) -> Bool {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return true }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 256)
    let count = fread(&line, 1, 256, file)
    return count == 0 || String(decoding: line, as: UTF8.self).contains(") Z")
  }
}

@Suite struct `Secrets of commands` {
  private let secret = "hunter2-Größe\"\\/+ x"

  private func contextsWithSecret() -> TestContexts { contexts(["key": secret]) }

  @Test func `reach the environment and the input, and stand in no argument`() async throws {
    let evidence = try await run(
      [
        "argv": sh("tr '\\0' ' ' < /proc/$$/cmdline; test -n \"$KEY\" && echo has; wc -c"),
        "env": ["KEY": .secret(SecretName("key"))], "stdin": .secret(SecretName("key")),
      ], contextsWithSecret())
    let output = try #require(evidence.output)
    #expect(output.contains("has"))
    #expect(output.contains(String(secret.utf8.count)))
    #expect(!output.contains("•••") && !output.contains("hunter2"))
  }

  @Test func `are masked in output, also when written in two parts`() async throws {
    let evidence = try await run(
      [
        "argv": sh(
          "printf %.9s \"$KEY\"; sleep 0.1; printf %s \"${KEY#?????????}\"; echo \"$KEY\" >&2"),
        "env": ["KEY": .secret(SecretName("key"))],
      ], contextsWithSecret())
    #expect(evidence.output == "•••\n--- stderr ---\n•••\n")
    #expect(evidence.facts["stdout"] == "•••")
  }

  @Test func `are masked in the words of a failure`() async throws {
    let failure = try await failure(
      ["argv": sh("echo \"bad $KEY\" >&2; exit 1"), "env": ["KEY": .secret(SecretName("key"))]],
      within: .seconds(20), contextsWithSecret())
    #expect(failure.message.contains("bad •••"))
    #expect(!failure.message.contains("hunter2"))
  }

  @Test(arguments: [768 << 10, 832 << 10])
  func `never show their first half where the output is cut`(limit: Int) async throws {
    for shift in [1, 7, 15] {
      let evidence = try await run(
        [
          "argv": sh(
            "head -c \(limit - shift) /dev/zero | tr '\\0' x; "
              + "echo \"$KEY$KEY\"; head -c 200000 /dev/zero"),
          "env": ["KEY": .secret(SecretName("key"))],
        ], contextsWithSecret())
      #expect(evidence.output?.utf8.contains(UInt8(ascii: "h")) == false, "at \(limit - shift)")
    }
  }

  @Test func `that only changes need are not given to the plan's check`() async throws {
    let fields = try #require(registry["command.run"]).page.fields
    let input = filled(
      [
        "argv": ["/bin/true"], "env": ["KEY": .secret(SecretName("key"))],
        "check": ["argv": ["/bin/true"], "env": ["KEY": .secret(SecretName("key"))]],
      ], for: fields)
    let failure = await #expect(throws: ActionFailure.self) {
      _ = try await commandRun().plan(input, contextsWithSecret().read())
    }
    #expect(failure?.kind == .authentication)
  }
}
