import RunbookFormat
import RunbookModel
import Testing

/// What holds for every type and every value, tried on random ones.
@Suite struct `Checks of fields hold for any input` {
  private let check = FieldCheck(catalogue: ActionCatalogue([]))

  @Test(arguments: [UInt64(11), 12, 13]) func `a value that passes keeps its form`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var passed = 0
    for round in 0..<2_000 {
      let type = randomType(&random, depth: 2)
      let value = randomValue(&random, for: type, depth: 3)
      let (once, problems) = check.checked(value, as: type, named: "it")
      guard problems.isEmpty else {
        #expect(problems.allSatisfy { $0.hasPrefix("'it") }, "round \(round): \(problems)")
        continue
      }
      passed += 1
      let (twice, again) = check.checked(once, as: type, named: "it")
      #expect(again == [] && twice == once, "round \(round): \(type.words) on \(value)")
    }
    #expect(passed > 200)
  }

  @Test(arguments: [UInt64(21), 22]) func `what passes as written passes in a run`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let here = SourcePlace(file: "f", line: 1, column: 1)
    for round in 0..<2_000 {
      let type = randomType(&random, depth: 2)
      let value = randomValue(&random, for: type, depth: 3)
      let written = check.problems(in: .literal(value, here), as: type, named: "it")
      let run = check.checked(value, as: type, named: "it").problems
      if written.isEmpty { #expect(run == [], "round \(round): \(type.words) on \(value)") }
      #expect(written.allSatisfy { $0.place == here })
    }
  }

  private func randomType(_ random: inout SeededRandom, depth: Int) -> FieldType {
    switch Int.random(in: 0..<(depth > 0 ? 17 : 13), using: &random) {
    case 0: .any
    case 1: .string
    case 2: .int
    case 3: .double
    case 4: .bool
    case 5: .duration
    case 6: .size
    case 7: .percentage
    case 8: .timestamp
    case 9: .address
    case 10: .url
    case 11: .word(["a", "b"])
    case 12: .secret(forChangesOnly: false)
    case 13: .list(randomType(&random, depth: depth - 1))
    case 14: .map(randomType(&random, depth: depth - 1))
    case 15:
      .either([
        randomType(&random, depth: depth - 1), randomType(&random, depth: depth - 1),
      ])
    default:
      .object([
        Field("a", randomType(&random, depth: depth - 1), "", need: .required),
        Field("b", randomType(&random, depth: depth - 1), "", allowsEmpty: true),
      ])
    }
  }

  /// Mostly of the type's shape, so that many pass.
  private func randomValue(
    _ random: inout SeededRandom, for type: FieldType, depth: Int
  ) -> Value {
    if depth > 0, Int.random(in: 0..<8, using: &random) > 0 {
      switch type {
      case .list(let entry):
        return .list(
          (0..<Int.random(in: 0...2, using: &random)).map { _ in
            randomValue(&random, for: entry, depth: depth - 1)
          })
      case .map(let entry): return ["k": randomValue(&random, for: entry, depth: depth - 1)]
      case .object(let fields):
        return .map(
          ValueMap(
            fields.map { ($0.name, randomValue(&random, for: $0.type, depth: depth - 1)) }))
      case .either(let types):
        return randomValue(&random, for: types.randomElement(using: &random)!, depth: depth - 1)
      default: break
      }
    }
    let scalars: [Value] = [
      .null, true, false, 0, 16, -3, 1.5, "", " ", "a", "b", "x", "30s", "16MiB", "10%", "12",
      "db1:5432", "https://a.test/", "2026-01-01T00:00Z", .duration(.seconds(3)), .unknown("later"),
      .timestamp(Timestamp(nanoseconds: 0)), .secret(SecretName("s")), [], [:], ["a"], ["z": 1],
      .list([.unknown("later"), .secret(SecretName("s"))]),
    ]
    return scalars.randomElement(using: &random)!
  }
}
