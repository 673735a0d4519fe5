import RunbookModel
import TestServers
import Testing

/// `lifeboat simulate`: a model, and nothing but a model.
@Suite struct SimulationTests {
  @Test func `a simulation touches nothing: no program, no secret, no state`() async throws {
    try await Desk.with { desk in
      try desk.environment("secrets: {key: {file: \(desk.path)/there_is_no_such_file}}")
      try desk.runbook(change("a", "echo ran >>log"), gate("go"), change("b", "echo ran >>log"))
      let calm = try await desk.lifeboat("simulate", desk.book, "-e", "here")
      #expect(calm.status == 0, "\(calm)")
      #expect(calm.output.contains("Nothing real was touched or looked at."), "\(calm)")
      #expect(calm.output.contains("In the model the run succeeded"), "\(calm)")
      #expect(calm.output.contains("Changed there at the end: a, b."), "\(calm)")
      let explored = try await desk.lifeboat(
        "simulate", desk.book, "-e", "here", "--explore", "--runs", "300")
      #expect(explored.status == 0, "\(explored)")
      #expect(explored.output.contains("300 runs, seeds 0 to 299"), "\(explored)")
      #expect(explored.output.contains("No promise was broken."), "\(explored)")
      #expect(desk.log.isEmpty)
      #expect(readText(desk.state) == nil && names(in: desk.state).isEmpty)
    }
  }

  @Test func `a seed gives the same run again, also as JSON`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"), change("b", "true"))
      let first = try await desk.lifeboat(
        "simulate", desk.book, "-e", "here", "--seed", "11", "--format", "json")
      let again = try await desk.lifeboat(
        "simulate", desk.book, "-e", "here", "--seed", "11", "--format", "json")
      #expect(first.status == 0, "\(first)")
      #expect(first.output == again.output)
      #expect(first.output.contains("\"is_a_model\": true"), "\(first)")
    }
  }

  @Test func `a number of runs that nobody can wait for is refused`() async throws {
    try await Desk.with { desk in
      try desk.runbook(change("a", "true"))
      for runs in ["0", "10000001", "-1"] {
        let ended = try await desk.lifeboat(
          "simulate", desk.book, "-e", "here", "--explore", "--runs", runs)
        #expect(ended.status == 2, "\(ended)")
      }
    }
  }
}
