/// A regular expression with a subset of RE2's syntax, searched for in time that grows with the
/// text, never explodes.
///
/// It knows `.` `[a-z]` `[^a-z]` `[[:alpha:]]` `\d \D \w \W \s \S` (ASCII), `^ $ \A \z \b \B`,
/// `(…)` `(?:…)`, `|`, `* + ? {n} {n,} {n,m}` with n and m up to 1000 (a `?` after them changes
/// nothing here), `\n \t \r \f \v \xHH \x{HHHH}`, a backslash before punctuation, and `(?i)` at the
/// very start for ASCII letters of either case. `.` is any character but a line end; `^` and `$`
/// are the start and the end of the whole text. What RE2 has besides (`\p{…}`, other flags,
/// `\Q…\E`) and what it never had (look-around, back-references) is refused by name.
///
/// The text is found anywhere: to match all of it, write `^…$`.
package struct Pattern: Sendable, Hashable {
  package let source: String
  let program: [PatternInstruction]

  /// Why a text is no pattern.
  package struct Malformed: Error, Sendable, Hashable {
    package var message: String
    /// Where that shows, in characters from the start.
    package var offset: Int
  }

  package init(_ source: String) throws(Malformed) {
    var parser = PatternParser(source)
    let tree = try parser.parse()
    var compiler = PatternCompiler()
    try compiler.emit(tree)
    compiler.program.append(.match)
    self.source = source
    program = compiler.program
  }

  /// Whether it is found in the text; nil when that would take more steps than one expression may
  /// use.
  package func isFound(in text: String) -> Bool? {
    var steps = ExpressionLimits.steps
    return isFound(in: text, steps: &steps)
  }
}

/// Runs on all states at once (Thompson), so nothing is tried twice.
enum PatternInstruction: Sendable, Hashable {
  case scalar(UInt32)
  case set(PatternSet)
  /// Any character but a line end.
  case any
  case split(Int, Int)
  case jump(Int)
  case assert(PatternAssertion)
  case match
}

enum PatternAssertion: Sendable, Hashable {
  case start
  case end
  case wordEdge
  case noWordEdge
}

struct PatternSet: Sendable, Hashable {
  var ranges: [ClosedRange<UInt32>] = []
  var isNegated = false

  func contains(_ scalar: UInt32) -> Bool {
    ranges.contains { $0.contains(scalar) } != isNegated
  }
}

extension Pattern {
  /// As `isFound(in:)`, on an allowance of steps that is used up as it goes.
  func isFound(in text: String, steps: inout Int) -> Bool? {
    var current = PatternStates(count: program.count)
    var next = PatternStates(count: program.count)
    var previous: UInt32?
    var scalars = text.unicodeScalars.makeIterator()
    var scalar = scalars.next()?.value
    while true {
      current.add(0, program, previous: previous, next: scalar)
      steps -= current.list.count + 1
      if steps < 0 { return nil }
      if current.hasMatched { return true }
      guard let read = scalar else { return false }
      let following = scalars.next()?.value
      next.removeAll()
      for state in current.list {
        let isTaken =
          switch program[state] {
          case .scalar(let wanted): wanted == read
          case .set(let set): set.contains(read)
          case .any: read != 0x0A
          case .split, .jump, .assert, .match: false
          }
        if isTaken { next.add(state + 1, program, previous: read, next: following) }
      }
      steps -= next.visits
      if next.hasMatched { return true }
      (current, next) = (next, current)
      previous = read
      scalar = following
    }
  }
}

/// The states that the search is in before one character.
private struct PatternStates {
  /// States that wait for a character.
  var list: [Int] = []
  var hasMatched = false
  var visits = 0
  private var seen: [Int]
  private var generation = 1
  private var waiting: [Int] = []

  init(count: Int) { seen = [Int](repeating: 0, count: count) }

  mutating func removeAll() {
    list.removeAll(keepingCapacity: true)
    generation += 1
    hasMatched = false
    visits = 0
  }

  /// Follows everything that needs no character.
  mutating func add(
    _ state: Int, _ program: [PatternInstruction], previous: UInt32?, next: UInt32?
  ) {
    waiting.append(state)
    while let state = waiting.popLast() {
      if seen[state] == generation { continue }
      seen[state] = generation
      visits += 1
      switch program[state] {
      case .scalar, .set, .any: list.append(state)
      case .jump(let target): waiting.append(target)
      case .split(let one, let two):
        waiting.append(two)
        waiting.append(one)
      case .match: hasMatched = true
      case .assert(let assertion):
        let edge = isWordScalar(previous) != isWordScalar(next)
        let holds =
          switch assertion {
          case .start: previous == nil
          case .end: next == nil
          case .wordEdge: edge
          case .noWordEdge: !edge
          }
        if holds { waiting.append(state + 1) }
      }
    }
  }
}

private func isWordScalar(_ scalar: UInt32?) -> Bool {
  guard let scalar, scalar < 128 else { return false }
  return isWord(UInt8(scalar))
}
