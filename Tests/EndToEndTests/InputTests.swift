import Glibc
import RunbookModel
import TestServers
import Testing

/// Bad input: a clear word, the documented exit code, nothing started.
@Suite struct InputTests {
  @Test func `a runbook that does not exist is named, with exit code 2`() async throws {
    try await Desk.with { desk in
      for verb in ["validate", "plan", "drill"] {
        let environment = verb == "validate" ? [] : ["-e", "here"]
        let ended = try await desk.start([verb, "\(desk.path)/nowhere"] + environment).end()
        #expect(ended.status == 2, "\(verb): \(ended)")
        #expect(ended.errors.contains("nowhere"), "\(verb): \(ended)")
      }
      #expect(desk.runCount == 0)
    }
  }

  @Test(arguments: [
    ("an unclosed list", "lifeboat: 1\nrunbook: [a\n", "LB1"),
    ("an unknown key", "lifeboat: 1\nrunbook: a\nservise: x\n", "service"),
    ("two documents", "lifeboat: 1\n---\nlifeboat: 1\n", "LB1"),
    ("a tab", "lifeboat: 1\nstages:\n\t- stage: a\n", "LB1"),
    ("a key twice", "lifeboat: 1\nrunbook: a\nrunbook: b\n", "runbook"),
    ("nothing", "", "LB1"),
    ("another version", "lifeboat: 7\nrunbook: a\n", "7"),
  ])
  func `broken documents are refused with their place, and nothing runs`(
    _ how: String, _ text: String, _ said: String
  ) async throws {
    try await Desk.with { desk in
      try desk.environment()
      try write(text, to: desk.book + "/runbook.yaml")
      for arguments in [["validate", desk.book], ["drill", desk.book, "-e", "here"]] {
        let ended = try await desk.start(arguments).end()
        #expect(ended.status == 2, "\(how): \(ended)")
        #expect(ended.errors.contains("runbook.yaml:"), "\(how): \(ended)")
        #expect(ended.errors.contains(said), "\(how): \(ended)")
      }
      #expect(desk.runCount == 0)
    }
  }

  @Test func `an alias bomb and 10000 levels are refused quickly`() async throws {
    try await Desk.with { desk in
      try desk.environment()
      var bomb = "lifeboat: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
      for level in 1...12 {
        let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
        bomb += "a\(level): &a\(level) [\(items)]\n"
      }
      let deep = "lifeboat: 1\nrunbook: " + String(repeating: "[", count: 10_000)
      for text in [bomb, deep] {
        try write(text, to: desk.book + "/runbook.yaml")
        let ended = try await desk.lifeboat("validate", desk.book)
        #expect(ended.status == 2, "\(ended.errors.prefix(400))")
        #expect(ended.errors.utf8.count < 20_000)
      }
    }
  }

  @Test func `S7: a missing or empty secret is said before the run starts`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      try write("", to: desk.path + "/empty")
      for (source, said) in [
        ("{file: \(desk.path)/absent}", "absent"), ("{file: \(desk.path)/empty}", "empty"),
        ("{env: LIFEBOAT_TEST_UNSET}", "LIFEBOAT_TEST_UNSET"),
      ] {
        try desk.environment("secrets: {key: \(source)}")
        for verb in ["plan", "drill"] {
          let ended = try await desk.lifeboat(verb, desk.book, "-e", "here")
          #expect(ended.status == 2, "\(ended)")
          #expect(ended.errors.contains("'key'") && ended.errors.contains(said), "\(ended)")
        }
      }
      #expect(desk.log == [] && desk.runCount == 0)
    }
  }

  @Test func `an environment that is not there, or another run than any, is exit code 2`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      let nowhere = try await desk.lifeboat("drill", desk.book, "-e", "nowhere")
      #expect(nowhere.status == 2 && nowhere.errors.contains("nowhere"), "\(nowhere)")
      _ = try await desk.drill()
      for verb in [
        ["status", "29991231"], ["report", "29991231"], ["resume", "29991231"],
        ["undo", "29991231", "--reason", "x"], ["audit", "verify", "29991231"],
        ["status", "../../etc"],
      ] {
        let ended = try await desk.start(verb).end()
        #expect(ended.status == 2, "\(verb): \(ended)")
        #expect(
          ended.errors.contains(verb.contains("29991231") ? "29991231" : "etc"), "\(verb): \(ended)"
        )
      }
    }
  }

  @Test func `with no run at all 'latest' says so, and the list of runs is empty`() async throws {
    try await Desk.with { desk in
      for verb in ["status", "report", "resume"] {
        let ended = try await desk.lifeboat(verb)
        #expect(ended.status == 2 && ended.errors.contains("no run"), "\(verb): \(ended)")
      }
      let runs = try await desk.lifeboat("runs")
      #expect(runs.status == 0 && runs.output.contains("no runs"), "\(runs)")
      #expect(access(desk.state, F_OK) != 0, "looking creates nothing")
    }
  }

  @Test func `a wrong or missing variant is refused with the ones there are`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"), head: "variants: [failover, switchover]\non_failure: hold")
      for more in [["--variant", "sideways"], []] {
        let ended = try await desk.start(["drill", desk.book, "-e", "here"] + more).end()
        #expect(ended.status == 2, "\(ended)")
        #expect(ended.errors.contains("failover, switchover"), "\(ended)")
      }
      try desk.runbook(checked("a"))
      let none = try await desk.drill("--variant", "failover")
      #expect(none.status == 2 && none.errors.contains("failover"), "\(none)")
      #expect(desk.log == [])
    }
  }

  @Test(arguments: [
    ([], "incident"), (["-p", "incident="], "incident"), (["-p", "incident=  "], "incident"),
    (["-p", "incident=INC-x"], "INC-"), (["-p", "incident=INC-1", "-p", "incidnet=2"], "incidnet"),
    (["-p", "incident=INC-1", "-p", "incident=INC-2"], "incident"),
    (["-p", "incident"], "incident"), (["-p", "incident=INC-1", "-p", "wait=5"], "wait"),
  ])
  func `L5: a missing, blank or ill-formed parameter is refused before anything starts`(
    _ given: [String], _ said: String
  ) async throws {
    try await Desk.with { desk in
      let parameters = """
        on_failure: hold
        parameters:
          incident: {type: string, required: true, pattern: '^INC-[0-9]+$', description: Number}
          wait: {type: duration, default: 1s}
        """
      try desk.runbook(checked("a"), head: parameters)
      let ended = try await desk.start(["drill", desk.book, "-e", "here"] + given).end()
      #expect(ended.status == 2, "\(ended)")
      #expect(ended.errors.contains(said), "\(ended)")
      #expect(desk.log == [] && desk.runCount == 0)
    }
  }

  @Test func `a good parameter reaches the step`() async throws {
    try await Desk.with { desk in
      let step = """
        - step: a
          uses: command.run
          with: {argv: [sh, -c, 'echo "$N" >> log'], env: {N: '${{ params.incident }}'}, cwd: '${{ env.target }}'}
          undo: {none: a test}
        """
      try desk.runbook(
        step, head: "on_failure: hold\nparameters: {incident: {type: string, required: true}}")
      let ended = try await desk.drill("-p", "incident=INC-7=8")
      #expect(ended.status == 0 && desk.log == ["INC-7=8"], "\(ended)")
    }
  }

  @Test func `an environment that does not allow the purpose refuses it with exit code 4`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      try desk.environment(allows: "[recovery]")
      let drill = try await desk.drill()
      #expect(drill.status == 4 && drill.errors.contains("does not allow a drill"), "\(drill)")
      try desk.environment(allows: "[drill]")
      let recovery = try await desk.lifeboat(
        "recover", desk.book, "-e", "here", "--reason", "x", "--service", "small")
      #expect(recovery.status == 4, "\(recovery)")
      #expect(recovery.errors.contains("does not allow a recovery"), "\(recovery)")
      try desk.environment(
        "guards: {blackout: [{from: '2020-01-01T00:00Z', to: '2099-01-01T00:00Z'}]}")
      let blackout = try await desk.drill()
      #expect(blackout.status == 4 && blackout.errors.contains("blackout"), "\(blackout)")
      #expect(desk.log == [] && desk.runCount == 0)
    }
  }

  @Test func `a recovery needs a reason, and the service's name where no terminal is`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      let recover = ["recover", desk.book, "-e", "here"]
      for (more, status, said): ([String], Int32, String) in [
        ([], 2, "--reason"), (["--reason", "  ", "--service", "small"], 2, "reason"),
        (["--reason", "x"], 4, "--service small"),
        (["--reason", "x", "--service", "smal"], 4, "'smal'"),
      ] {
        let ended = try await desk.start(recover + more).end()
        #expect(ended.status == status, "\(ended)")
        #expect(ended.errors.contains(said), "\(ended)")
      }
      #expect(desk.log == [] && desk.runCount == 0)
      let real = try await desk.start(recover + ["--reason", "x", "--service", "small"]).end()
      #expect(real.status == 0 && desk.log == ["a"], "\(real)")
      #expect(try await desk.report()["identity"]?["purpose"] == "recovery")
    }
  }

  @Test func `an answer beforehand for an unknown step, or one that asks nobody, is refused`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(gate("go"), checked("a"))
      for (more, said) in [
        (["--approve", "goo"], "goo"), (["--approve", "a"], "asks nobody"),
        (["--decline", "b"], "'b'"),
      ] {
        let ended = try await desk.start(["drill", desk.book, "-e", "here"] + more).end()
        #expect(ended.status == 2 && ended.errors.contains(said), "\(ended)")
      }
      #expect(desk.runCount == 0)
    }
  }

  @Test func `the time of an outage must be a time that has been`() async throws {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      for time in ["soon", "2999-01-01T00:00:00Z", ""] {
        let ended = try await desk.drill("--outage-at", time)
        #expect(ended.status == 2, "\(time): \(ended)")
      }
      let ended = try await desk.drill("--outage-at", "5m ago")
      #expect(ended.status == 0, "\(ended)")
    }
  }

  @Test func `a state folder that is a file, or another's, is said with exit code 70`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(checked("a"))
      try write("", to: desk.path + "/file")
      let file = try await desk.start(
        ["drill", desk.book, "-e", "here"], state: desk.path + "/file"
      ).end()
      #expect(file.status == 70 && file.errors.contains("/file"), "\(file)")
      // Somebody who may run the program here, but not write everywhere; only root can become one.
      let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
      let able = try await desk.start(["--version"], as: nobody).end()
      if able.status == 0 {
        mkdir(desk.path + "/closed", 0o700)
        for state in ["/closed", "/closed/deeper"] {
          let path = desk.path + state
          let ended = try await desk.start(
            ["drill", desk.book, "-e", "here"], state: path, as: nobody
          ).end()
          #expect(ended.status == 70, "\(state): \(ended)")
          #expect(ended.errors.contains(path), "\(state): \(ended)")
        }
      }
      #expect(desk.log == [])
    }
  }
}
