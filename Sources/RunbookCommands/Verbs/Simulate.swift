import ArgumentParser
import Glibc
import RunbookAction
import RunbookEngine
import RunbookModel
import RunbookSimulation

/// `lifeboat simulate`: a run in a model, and what happens to it when things go wrong.
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "simulate",
    abstract: "Run a plan in a model of the world. Touches no server, no secret, no state.",
    discussion: """
      The plan is made from the documents alone. In the model every step takes its expected time \
      and does what it says. With --seed, faults are drawn from that number: steps fail, hang, lie \
      or lose their answer, the process dies, people say no or nothing. With --explore that is done \
      for many seeds, and every run is checked after every record against what no run may break.

      \(SimulationText.limits)

      Exit code 0: no promise was broken. 4: the runbook broke one (two writable primaries, customers \
      moved to where nothing is writable). 70: the program broke one.
      """)

  @OptionGroup var target: RunbookOptions
  @OptionGroup var output: OutputOptions
  @Flag(help: "Simulate for a recovery; without it, for a drill.")
  var recovery = false
  @Option(help: "Draw faults from this number; with --explore, the first of the seeds.")
  var seed: UInt64?
  @Option(help: "How many runs --explore makes, 1 to 10000000.")
  var runs: UInt64 = 10_000
  @Flag(help: "Draw faults for many seeds, and count how the runs ended.")
  var explore = false

  func validate() throws {
    guard (1...10_000_000).contains(runs) else {
      throw ValidationError("--runs is from 1 to 10000000")
    }
    guard (seed ?? 0) <= UInt64.max / 2 else {
      throw ValidationError("--seed is from 0 to \(UInt64.max / 2)")
    }
  }

  func run() async throws {
    let console = Console()
    let plan = try Preparation.sketch(
      target, purpose: recovery ? .recovery : .drill, console: console)
    let model = Model(plan, catalogue: Program.current.registry.catalogue)
    let text = SimulationText(plan: plan, console: console)
    let broken: [Invariant]
    if explore {
      let exploration = await Self.explore(model, from: seed ?? 0, runs: runs)
      broken = Array(exploration.broken.keys)
      switch output.format {
      case .text: console.out(text.text(exploration, from: seed ?? 0))
      case .json: console.out(JSONText.text(text.json(exploration, from: seed ?? 0), pretty: true))
      }
    } else {
      let account = SimulatedRun.play(
        model, script: seed.map { Script(seed: $0) } ?? Script(), tellsStory: true)
      broken = account.breaches.map(\.invariant)
      switch output.format {
      case .text: console.out(text.text(account, seed: seed))
      case .json: console.out(JSONText.text(text.json(account, seed: seed), pretty: true))
      }
    }
    if broken.isEmpty { return }
    throw broken.allSatisfy(\.isTheRunbooks) ? ExitStatus.refused : ExitStatus.internal
  }

  /// All cores, each with its share of the seeds.
  private static func explore(_ model: Model, from seed: UInt64, runs: UInt64) async -> Exploration
  {
    let workers = UInt64(max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    let share = (runs + workers - 1) / workers
    return await withTaskGroup(of: Exploration.self) { group in
      for worker in 0..<workers {
        let first = seed + min(worker * share, runs)
        let end = seed + min((worker + 1) * share, runs)
        group.addTask { Exploration.explore(model, seeds: first..<end) }
      }
      return await group.reduce(into: Exploration()) { $0.merge($1) }
    }
  }
}
