/// Reads the syntax that `Pattern` documents.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var nesting = 0
  private var ignoresCase = false

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  mutating func parse() throws(Pattern.Malformed) -> PatternTree {
    guard scalars.count <= ExpressionLimits.patternInstructions else {
      throw malformed("it is longer than \(ExpressionLimits.patternInstructions) characters")
    }
    ignoresCase = takeText("(?i)")
    let tree = try either()
    if place < scalars.count { throw malformed("a ')' has no '(' before it") }
    return tree
  }

  private func malformed(_ message: String) -> Pattern.Malformed {
    Pattern.Malformed(message: message, offset: place)
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    place += 1
    return true
  }

  private mutating func takeText(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[place...].starts(with: wanted) else { return false }
    place += wanted.count
    return true
  }

  private mutating func either() throws(Pattern.Malformed) -> PatternTree {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ExpressionLimits.patternNesting else {
      throw malformed("its groups are nested too deeply")
    }
    var choices: [PatternTree] = []
    repeat { choices.append(try sequence()) } while take("|")
    return choices.count == 1 ? choices[0] : .either(choices)
  }

  private mutating func sequence() throws(Pattern.Malformed) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let atom = try atom()
      parts.append(try repeats(of: atom))
    }
    return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func repeats(of atom: PatternTree) throws(Pattern.Malformed) -> PatternTree {
    let tree: PatternTree
    if take("*") {
      tree = .repeated(atom, least: 0, most: nil)
    } else if take("+") {
      tree = .repeated(atom, least: 1, most: nil)
    } else if take("?") {
      tree = .repeated(atom, least: 0, most: 1)
    } else if let (least, most) = try counts() {
      tree = .repeated(atom, least: least, most: most)
    } else {
      return atom
    }
    _ = take("?")
    if let scalar = next, "*+?".unicodeScalars.contains(scalar) {
      throw malformed("'\(scalar)' follows a repeat; put the repeat in (?:…)")
    }
    return tree
  }

  /// `{n}`, `{n,}`, `{n,m}`; anything else in braces is itself, as in RE2.
  private mutating func counts() throws(Pattern.Malformed) -> (Int, Int?)? {
    let start = place
    guard take("{"), let least = number() else {
      place = start
      return nil
    }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() ?? -1 }
    guard most != -1, take("}") else {
      place = start
      return nil
    }
    guard least <= 1000, most ?? 0 <= 1000 else {
      throw malformed("a repeat counts to 1000 at most")
    }
    guard most ?? .max >= least else {
      throw malformed("{\(least),\(most ?? 0)} is the wrong way round")
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = place
    var number = 0
    while let scalar = next, ("0"..."9").contains(scalar), place - start < 6 {
      number = number * 10 + Int(scalar.value - 48)
      place += 1
    }
    return place == start ? nil : number
  }

  private mutating func atom() throws(Pattern.Malformed) -> PatternTree {
    guard let scalar = next else { return .empty }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try set())
    case ".":
      place += 1
      return .any
    case "^":
      place += 1
      return .assert(.start)
    case "$":
      place += 1
      return .assert(.end)
    case "*", "+", "?": throw malformed("'\(scalar)' has nothing before it to repeat")
    case "\\": return try escape()
    default:
      place += 1
      return letter(scalar.value)
    }
  }

  private func letter(_ scalar: UInt32) -> PatternTree {
    guard ignoresCase, let other = Self.otherCase(scalar) else { return .scalar(scalar) }
    return .set(PatternSet(ranges: [scalar...scalar, other...other]))
  }

  static func otherCase(_ scalar: UInt32) -> UInt32? {
    switch scalar {
    case 65...90: scalar + 32
    case 97...122: scalar - 32
    default: nil
    }
  }

  private mutating func group() throws(Pattern.Malformed) -> PatternTree {
    place += 1
    if next == "?", !takeText("?:") {
      throw malformed(
        "only (?:…) is known after '(?', and (?i) at the very start; there is no look-around")
    }
    let inner = try either()
    guard take(")") else { throw malformed("a ')' is missing") }
    return inner
  }

  private mutating func escape() throws(Pattern.Malformed) -> PatternTree {
    place += 1
    guard let scalar = next else { throw malformed("it ends in a lone backslash") }
    switch scalar {
    case "A":
      place += 1
      return .assert(.start)
    case "z":
      place += 1
      return .assert(.end)
    case "b":
      place += 1
      return .assert(.wordEdge)
    case "B":
      place += 1
      return .assert(.noWordEdge)
    default: break
    }
    if let set = Self.perlClass(scalar) {
      place += 1
      return .set(set)
    }
    return letter(try escapedScalar())
  }

  /// The character that the escape at this place stands for; the backslash is behind.
  private mutating func escapedScalar() throws(Pattern.Malformed) -> UInt32 {
    guard let scalar = next else { throw malformed("it ends in a lone backslash") }
    place += 1
    switch scalar {
    case "n": return 0x0A
    case "t": return 0x09
    case "r": return 0x0D
    case "f": return 0x0C
    case "v": return 0x0B
    case "a": return 0x07
    case "x": return try hexadecimal()
    default:
      guard scalar.isASCII, !isWord(UInt8(scalar.value)) else {
        place -= 1
        throw malformed("'\\\(scalar)' is not known here")
      }
      return scalar.value
    }
  }

  private mutating func hexadecimal() throws(Pattern.Malformed) -> UInt32 {
    let isLong = take("{")
    let start = place
    while let scalar = next, scalar.properties.isASCIIHexDigit, place - start < (isLong ? 6 : 2) {
      place += 1
    }
    let digits = String(String.UnicodeScalarView(scalars[start..<place]))
    guard let code = UInt32(digits, radix: 16), code <= 0x10FFFF, isLong || digits.count == 2,
      !isLong || take("}")
    else { throw malformed("\\x needs two hexadecimal digits, or \\x{…}") }
    return code
  }

  static func perlClass(_ scalar: Unicode.Scalar) -> PatternSet? {
    switch scalar {
    case "d": PatternSet(ranges: [48...57])
    case "D": PatternSet(ranges: [48...57], isNegated: true)
    case "w": PatternSet(ranges: [48...57, 65...90, 95...95, 97...122])
    case "W": PatternSet(ranges: [48...57, 65...90, 95...95, 97...122], isNegated: true)
    case "s": PatternSet(ranges: [9...10, 12...13, 32...32])
    case "S": PatternSet(ranges: [9...10, 12...13, 32...32], isNegated: true)
    default: nil
    }
  }
}

extension PatternParser {
  /// `[…]`.
  private mutating func set() throws(Pattern.Malformed) -> PatternSet {
    let start = place
    place += 1
    var set = PatternSet()
    let isNegated = take("^")
    var isFirst = true
    while next != "]" || isFirst {
      isFirst = false
      guard next != nil else {
        place = start
        throw malformed("a ']' is missing")
      }
      if try takeClass(into: &set) { continue }
      let low = try setScalar()
      guard next == "-", place + 1 < scalars.count, scalars[place + 1] != "]" else {
        add(low...low, to: &set)
        continue
      }
      place += 1
      let high = try setScalar()
      guard low <= high else { throw malformed("a range in […] is the wrong way round") }
      add(low...high, to: &set)
    }
    place += 1
    set.isNegated = isNegated
    return set
  }

  private mutating func setScalar() throws(Pattern.Malformed) -> UInt32 {
    if take("\\") { return try escapedScalar() }
    guard let scalar = next else { throw malformed("a ']' is missing") }
    place += 1
    return scalar.value
  }

  private func add(_ range: ClosedRange<UInt32>, to set: inout PatternSet) {
    set.ranges.append(range)
    guard ignoresCase else { return }
    for (letters, distance) in [(UInt32(65)...90, Int32(32)), (97...122, -32)]
    where letters.overlaps(range) {
      let both = range.clamped(to: letters)
      let low = UInt32(Int32(both.lowerBound) + distance)
      set.ranges.append(low...low + (both.upperBound - both.lowerBound))
    }
  }

  /// `\d` and its like, and `[:alpha:]` and its like, inside `[…]`.
  private mutating func takeClass(into set: inout PatternSet) throws(Pattern.Malformed) -> Bool {
    if next == "\\", place + 1 < scalars.count,
      let known = Self.perlClass(scalars[place + 1])
    {
      place += 2
      set.ranges += known.isNegated ? Self.inverted(known.ranges) : known.ranges
      return true
    }
    guard takeText("[:") else { return false }
    for (name, ranges) in Self.posixClasses where takeText(name + ":]") {
      set.ranges += ranges
      return true
    }
    throw malformed("this class in [: :] is not known")
  }

  private static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var gaps: [ClosedRange<UInt32>] = []
    var low: UInt32 = 0
    for range in ranges {
      if range.lowerBound > low { gaps.append(low...range.lowerBound - 1) }
      low = range.upperBound + 1
    }
    return gaps + [low...0x10FFFF]
  }

  private static let posixClasses: [(String, [ClosedRange<UInt32>])] = [
    ("alpha", [65...90, 97...122]), ("digit", [48...57]), ("alnum", [48...57, 65...90, 97...122]),
    ("upper", [65...90]), ("lower", [97...122]), ("space", [9...13, 32...32]),
    ("blank", [9...9, 32...32]), ("xdigit", [48...57, 65...70, 97...102]),
    ("punct", [33...47, 58...64, 91...96, 123...126]), ("print", [32...126]),
    ("graph", [33...126]), ("cntrl", [0...31, 127...127]), ("ascii", [0...127]),
    ("word", [48...57, 65...90, 95...95, 97...122]),
  ]
}
