/// A parsed regular expression.
indirect enum PatternTree {
  case empty
  case scalar(UInt32)
  case set(PatternSet)
  case any
  case assert(PatternAssertion)
  case sequence([PatternTree])
  case either([PatternTree])
  case repeated(PatternTree, least: Int, most: Int?)
}

/// Tree to program. Every visit is counted, so that repeats of nothing cost as much as repeats of
/// something.
struct PatternCompiler {
  var program: [PatternInstruction] = []
  private var visits = 0

  mutating func emit(_ tree: PatternTree) throws(Pattern.Malformed) {
    visits += 1
    guard visits <= ExpressionLimits.patternInstructions,
      program.count < ExpressionLimits.patternInstructions
    else {
      throw Pattern.Malformed(
        message: "it is too large; repeats such as {1000} inside one another multiply", offset: 0)
    }
    switch tree {
    case .empty: break
    case .scalar(let scalar): program.append(.scalar(scalar))
    case .set(let set): program.append(.set(set))
    case .any: program.append(.any)
    case .assert(let assertion): program.append(.assert(assertion))
    case .sequence(let parts):
      for part in parts { try emit(part) }
    case .either(let choices): try emit(choices: choices)
    case .repeated(let part, let least, let most): try emit(part, least: least, most: most)
    }
  }

  private mutating func emit(choices: [PatternTree]) throws(Pattern.Malformed) {
    var jumps: [Int] = []
    for (index, choice) in choices.enumerated() {
      guard index < choices.count - 1 else {
        try emit(choice)
        continue
      }
      let split = program.count
      program.append(.split(split + 1, split + 1))
      try emit(choice)
      jumps.append(program.count)
      program.append(.jump(0))
      program[split] = .split(split + 1, program.count)
    }
    for jump in jumps { program[jump] = .jump(program.count) }
  }

  private mutating func emit(
    _ part: PatternTree, least: Int, most: Int?
  ) throws(Pattern.Malformed) {
    for _ in 0..<least { try emit(part) }
    guard let most else {
      let split = program.count
      program.append(.split(split + 1, split + 1))
      try emit(part)
      program.append(.jump(split))
      program[split] = .split(split + 1, program.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<max(least, most) {
      splits.append(program.count)
      program.append(.split(program.count + 1, program.count + 1))
      try emit(part)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }
}
