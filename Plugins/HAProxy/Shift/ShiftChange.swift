import RunbookAction
import RunbookModel

/// Where a backend's new traffic goes afterwards, and everything that is needed to put it back.
struct ShiftChange: Codable, Equatable, Sendable {
  var backend: String
  /// The servers that get the traffic.
  var target: [String]
  /// So many of them must be healthy, all the way.
  var minHealthy: Int
  var holdEach: Duration
  /// How long they may take to become so before anything moves.
  var waitHealthy: Duration
  /// Must hold before each next part of the ramp.
  var check: NestedCall?
  var processes: [Process]

  /// One process of HAProxy: each keeps weights of its own.
  struct Process: Codable, Equatable, Sendable {
    var address: String
    /// Every server that is touched, as it was.
    var before: [Setting]
    /// Servers of the target that are in maintenance or draining and are made ready first.
    var makesReady: [String]
    var steps: [Step]

    private enum CodingKeys: String, CodingKey {
      case address, before, steps
      case makesReady = "makes_ready"
    }
  }

  /// A server's weight and whether it takes part.
  struct Setting: Codable, Equatable, Sendable {
    var server: String
    var weight: Int
    var mode: ServerMode
  }

  /// One part of the ramp.
  struct Step: Codable, Equatable, Sendable {
    var percent: Int
    var weights: [Weight]
  }

  struct Weight: Codable, Equatable, Sendable {
    var server: String
    var weight: Int
  }

  private enum CodingKeys: String, CodingKey {
    case backend, target, check, processes
    case minHealthy = "min_healthy"
    case holdEach = "hold_each"
    case waitHealthy = "wait_healthy"
  }

  /// How many parts the ramp has.
  var length: Int { processes.map(\.steps.count).max() ?? 0 }
  /// Some server outside the target carries traffic somewhere: there is something to move in parts.
  func isShared(by states: [BackendState]) -> Bool {
    zip(processes, states).contains { process, state in
      process.before.contains { setting in
        guard !target.contains(setting.server), let server = state[setting.server] else {
          return false
        }
        return server.isUsable && server.weight > 0
      }
    }
  }

  /// The time that the ramp takes at least.
  var holds: Duration { holdEach * max(length - 1, 0) }
}

extension ShiftChange.Process {
  /// The commands of one part of the ramp: whoever gains comes first, so that somebody always has
  /// weight.
  func commands(for step: ShiftChange.Step, in backend: String) -> [String] {
    step.weights.sorted { $0.weight > $1.weight }.map {
      "set server \(backend)/\($0.server) weight \($0.weight)"
    }
  }

  /// The commands that put everything back, again whoever gains first.
  func commandsBack(in backend: String, from now: BackendState) -> [String] {
    before.sorted { $0.weight > $1.weight }.flatMap { setting -> [String] in
      var commands = ["set server \(backend)/\(setting.server) weight \(setting.weight)"]
      if now[setting.server]?.mode != setting.mode {
        commands.append("set server \(backend)/\(setting.server) state \(setting.mode.rawValue)")
      }
      return commands
    }
  }

  /// The same without having looked: every server's state is set too.
  func commandsBack(in backend: String) -> [String] {
    before.sorted { $0.weight > $1.weight }.flatMap { setting in
      [
        "set server \(backend)/\(setting.server) weight \(setting.weight)",
        "set server \(backend)/\(setting.server) state \(setting.mode.rawValue)",
      ]
    }
  }

  /// The address as `socat` takes it.
  var socatAddress: String {
    switch RuntimeAddress(address) {
    case .unix(let path)?: path.shellQuoted
    case .tcp?, nil: "TCP:\(address)".shellQuoted
    }
  }

  /// The last part of the ramp whose weights stand there; nil for none.
  func stepReached(in state: BackendState) -> Int? {
    steps.lastIndex { step in step.weights.allSatisfy { state[$0.server]?.weight == $0.weight } }
  }

  func isBefore(_ state: BackendState) -> Bool {
    before.allSatisfy { setting in
      let server = state[setting.server]
      return server?.weight == setting.weight && server?.mode == setting.mode
    }
  }

  /// What stands there and was put there neither before the change nor by it; empty when nothing
  /// did.
  func strangers(in state: BackendState) -> [String] {
    before.compactMap { setting in
      guard let server = state[setting.server] else { return "\(setting.server) is gone" }
      var weights = steps.flatMap(\.weights).filter { $0.server == setting.server }.map(\.weight)
      weights.append(setting.weight)
      if makesReady.contains(setting.server) { weights.append(0) }
      if !weights.contains(server.weight) {
        return "\(setting.server) has weight \(server.weight)"
      }
      let isOurs =
        server.mode == setting.mode
        || (server.mode == .ready && makesReady.contains(setting.server))
      return isOurs ? nil : "\(setting.server) is set to '\(server.mode.rawValue)'"
    }
  }
}
