/// The weights that give a share of the traffic to some servers and the rest to others.
struct Sharing {
  /// HAProxy's largest weight.
  static let largest = 256

  /// Servers that gain, with the weights that they have among each other.
  var target: [(name: String, weight: Int)]
  /// Servers that lose, with the weights that they have now.
  var others: [(name: String, weight: Int)]

  /// For 100 the target gets its own weights. Below that everything is scaled so that the largest
  /// weight is 256: whole numbers then come within half a percent of what was asked for, and no
  /// server that has a part gets zero.
  func weights(for percent: Int) -> [ShiftChange.Weight] {
    guard percent < 100 else {
      return target.map { ShiftChange.Weight(server: $0.name, weight: $0.weight) }
        + others.map { ShiftChange.Weight(server: $0.name, weight: 0) }
    }
    let gained = parts(of: target, of: Double(percent))
    let lost = parts(of: others, of: Double(100 - percent))
    let top = (gained + lost).map(\.1).max() ?? 1
    return (gained + lost).map { name, part in
      let weight = Int((part / top * Double(Self.largest)).rounded())
      return ShiftChange.Weight(server: name, weight: part > 0 ? max(1, weight) : 0)
    }
  }

  private func parts(
    of servers: [(name: String, weight: Int)], of share: Double
  ) -> [(String, Double)] {
    let sum = Double(max(servers.reduce(0) { $0 + $1.weight }, 1))
    return servers.map { ($0.name, Double($0.weight) / sum * share) }
  }
}
