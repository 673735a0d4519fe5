import RunbookJournal
import Testing

@Suite struct `Damage of several kinds at once` {
  let sealed = Sealed(10)
  let forged = Sealed.lines(10, salt: "!")

  private func damage(_ generator: inout Seeded) -> [UInt8] {
    var lines = sealed.lines
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      guard let index = lines.indices.randomElement(using: &generator) else { break }
      let other = lines.indices.randomElement(using: &generator) ?? index
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: lines.remove(at: index)
      case 1: lines.swapAt(index, other)
      case 2: lines.insert(lines[other], at: index)
      case 3: lines.insert(forged[min(other, 9)], at: index)
      case 4: lines[index] = forged[min(other, 9)]
      case 5 where !lines[index].isEmpty:
        let place = Int.random(in: 0..<lines[index].count, using: &generator)
        lines[index][place] ^= UInt8.random(in: 1...255, using: &generator)
      default: lines[index].removeLast(min(lines[index].count, 3))
      }
    }
    let whole = Sealed.bytes(lines)
    let cut = Int.random(in: 0..<4, using: &generator) == 0
    return cut ? Array(whole.dropLast(Int.random(in: 0...40, using: &generator))) : whole
  }

  @Test(arguments: 0..<8)
  func `is never called intact, and no more is proven than is there`(seed: UInt64) {
    var generator = Seeded(state: seed)
    for round in 0..<150 {
      let bytes = damage(&generator)
      guard bytes != sealed.bytes else { continue }
      let report = sealed.audit(bytes)
      #expect(report.verdict != .intact, "seed \(seed), round \(round)")
      let found = Set(
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map(Array.init))
      let untouched = sealed.lines.filter { found.contains($0) }.count
      #expect(
        report.provenCount <= untouched,
        "seed \(seed), round \(round): \(report.provenCount) of \(untouched), \(report.messages)")
      let lost = sealed.lines.indices.filter { !found.contains(sealed.lines[$0]) }
      #expect(
        lost.isEmpty || report.verdict == .damaged,
        "seed \(seed), round \(round): \(report.messages)")
    }
  }
}
