import RunbookAction
import RunbookModel

extension HAProxyShift {
  struct Input: ActionInput {
    var runtime: RuntimeInput
    var backend: String
    var to: [String]
    var ramp: [Double]
    var holdEach: Duration
    var check: NestedCall?
    var minHealthy: Int?
    var waitHealthy: Duration

    static let fields = haproxyShiftFields

    private enum CodingKeys: String, CodingKey {
      case runtime, backend, to, ramp, check
      case holdEach = "hold_each"
      case minHealthy = "min_healthy"
      case waitHealthy = "wait_healthy"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      runtime = try container.decode(RuntimeInput.self, forKey: .runtime)
      backend = try container.decode(String.self, forKey: .backend)
      if case .list = try container.decode(Value.self, forKey: .to) {
        to = try container.decode([String].self, forKey: .to)
      } else {
        to = [try container.decode(String.self, forKey: .to)]
      }
      ramp = try container.decodeIfPresent([Double].self, forKey: .ramp) ?? [100]
      holdEach = try container.decodeIfPresent(Duration.self, forKey: .holdEach) ?? .zero
      check = try container.decodeIfPresent(Called.self, forKey: .check)?.call
      minHealthy = try container.decodeIfPresent(Int.self, forKey: .minHealthy)
      waitHealthy =
        try container.decodeIfPresent(Duration.self, forKey: .waitHealthy) ?? .seconds(30)
    }
  }

  /// A check as it is written: `with` may be left out.
  private struct Called: Decodable {
    var uses: String
    var with: Value?

    var call: NestedCall { NestedCall(uses: uses, with: with ?? [:]) }
  }

  /// The input, read and found possible without looking at HAProxy.
  struct Order: Sendable {
    var processes: [RuntimeAddress]
    var backend: String
    var target: [String]
    var ramp: [Int]
    var holdEach: Duration
    var check: NestedCall?
    var minHealthy: Int
    var waitHealthy: Duration

    init(_ input: Input) throws(ActionFailure) {
      processes = try input.runtime.addresses()
      backend = try readPlainName(input.backend, "backend")
      target = []
      for name in input.to where !target.contains(name) {
        target.append(try readPlainName(name, "server"))
      }
      guard !target.isEmpty else {
        throw .refused(.input, "'to' names no server: a backend must never lose its last one")
      }
      ramp = try Self.readRamp(input.ramp)
      guard input.holdEach >= .zero, input.waitHealthy >= .zero else {
        throw .refused(.input, "'hold_each' and 'wait_healthy' cannot be negative")
      }
      waitHealthy = input.waitHealthy
      holdEach = input.holdEach
      check = input.check
      minHealthy = input.minHealthy ?? target.count
      guard (1...target.count).contains(minHealthy) else {
        throw .refused(
          .input, "'min_healthy: \(minHealthy)' does not fit: 'to' names \(target.count) servers")
      }
    }

    private static func readRamp(_ ramp: [Double]) throws(ActionFailure) -> [Int] {
      let whole = ramp.compactMap { Int(exactly: $0) }
      guard whole.count == ramp.count, (1...20).contains(whole.count), whole.last == 100,
        whole[0] > 0, zip(whole, whole.dropFirst()).allSatisfy({ $0 < $1 })
      else {
        throw .refused(
          .input, "'ramp' must be at most 20 whole percentages that grow and end in 100",
          advice: "write ramp: [10, 50, 100]")
      }
      return whole
    }
  }
}
