import RunbookEngine

/// Many runs of one plan with faults by seed: how they ended, and which promises were broken.
package struct Exploration: Sendable {
  package private(set) var runs = 0
  package private(set) var endings: [String: Int] = [:]
  package private(set) var faults = 0
  package private(set) var records = 0
  package private(set) var deaths = 0
  /// How many runs broke each invariant.
  package private(set) var broken: [Invariant: Int] = [:]
  /// The first few of them, with what is needed to see them again.
  package private(set) var findings: [Finding] = []

  package struct Finding: Sendable {
    package var seed: UInt64
    package var breach: Breach
    /// The shortest script that was found to show it.
    package var script: [ScriptLine]
  }

  /// So many findings are kept with their script; the others are only counted.
  package static let mostFindings = 10

  package init() {}

  /// Runs the plan once for each seed.
  package static func explore(
    _ model: Model, seeds: Range<UInt64>, rules: SimulatedRun.Rules = .real
  ) -> Exploration {
    var exploration = Exploration()
    for seed in seeds {
      let account = SimulatedRun.play(model, script: Script(seed: seed), rules: rules)
      exploration.add(account, seed: seed, model, rules)
    }
    return exploration
  }

  private mutating func add(
    _ account: SimulatedRun.Account, seed: UInt64, _ model: Model, _ rules: SimulatedRun.Rules
  ) {
    runs += 1
    endings[account.ending.word, default: 0] += 1
    faults += account.script.count
    records += account.records.count
    deaths += account.deaths
    guard let breach = account.breaches.first else { return }
    broken[breach.invariant, default: 0] += 1
    // One script says what is wrong as well as a hundred do: the first of each kind is worked out.
    guard findings.count < Self.mostFindings,
      broken[breach.invariant, default: 0] <= 2
    else { return }
    let script = Shortening(model: model, invariant: breach.invariant, rules: rules)
      .shorten(account.script)
    findings.append(Finding(seed: seed, breach: breach, script: script))
  }

  package mutating func merge(_ other: Exploration) {
    runs += other.runs
    endings.merge(other.endings, uniquingKeysWith: +)
    faults += other.faults
    records += other.records
    deaths += other.deaths
    broken.merge(other.broken, uniquingKeysWith: +)
    findings = Array(
      (findings + other.findings).sorted { $0.seed < $1.seed }
        .prefix(Self.mostFindings))
  }
}

/// Finds a script that shows the same broken invariant with fewer lines, by leaving lines out.
struct Shortening {
  let model: Model
  let invariant: Invariant
  let rules: SimulatedRun.Rules
  private static let mostAttempts = 2000

  /// The lines as they are when what they show depends on more than them.
  func shorten(_ script: [ScriptLine]) -> [ScriptLine] {
    guard shows(script) else { return script }
    var lines = script
    var part = max(lines.count / 2, 1)
    var attempts = 0
    while attempts < Self.mostAttempts {
      var start = 0
      var isShorter = false
      while start < lines.count, attempts < Self.mostAttempts {
        var fewer = lines
        fewer.removeSubrange(start..<min(start + part, lines.count))
        attempts += 1
        if shows(fewer) {
          lines = fewer
          isShorter = true
        } else {
          start += part
        }
      }
      if part == 1, !isShorter { break }
      if !isShorter { part = max(part / 2, 1) }
    }
    return lines
  }

  private func shows(_ lines: [ScriptLine]) -> Bool {
    SimulatedRun.play(model, script: Script(lines), rules: rules).breaches.contains {
      $0.invariant == invariant
    }
  }
}

extension SimulatedRun.Ending {
  /// The ending in one word, as an expectation and a count name it.
  package var word: String {
    switch self {
    case .closed(let outcome): outcome.rawValue
    case .held: "held"
    case .unanswered: "unanswered"
    case .paused: "paused"
    case .neverBegan: "never_began"
    case .lost: "lost"
    }
  }
}
