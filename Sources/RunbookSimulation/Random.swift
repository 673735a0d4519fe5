/// Numbers that a seed decides: the same seed gives the same run, on every machine.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea, Flood 2014): small, quick, and good enough to choose faults.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// True so many times in a thousand.
  mutating func happens(perMille: UInt64) -> Bool {
    // The product's upper half: no division, and the bias is far below what anybody could see.
    next().multipliedFullWidth(by: 1000).high < perMille
  }

  mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[Int(next().multipliedFullWidth(by: UInt64(choices.count)).high)]
  }
}
