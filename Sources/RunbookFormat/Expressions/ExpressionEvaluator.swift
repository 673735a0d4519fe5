import RunbookModel

/// One evaluation: walks the tree, counts its work, and knows the variables bound on the way.
struct ExpressionEvaluator {
  let nodes: [ExpressionNode]
  let scope: any ExpressionScope
  let source: String
  var variables: [Value] = []
  var stepsLeft = ExpressionLimits.steps

  init(nodes: [ExpressionNode], scope: any ExpressionScope, source: String) {
    self.nodes = nodes
    self.scope = scope
    self.source = source
  }

  mutating func value(of index: Int) throws(EvaluationFailure) -> Value {
    try spend(1, at: index)
    switch nodes[index].kind {
    case .literal(let value): return value
    case .root(let name): return try root(name, at: index)
    case .step(let id): return try step(id, at: index)
    case .variable(let slot): return variables[slot]
    case .field(let target, let name): return try field(name, of: target, at: index)
    case .and(let left, let right): return try logical(left, right, decides: false)
    case .or(let left, let right): return try logical(left, right, decides: true)
    case .binary(let operation, let left, let right):
      return try binary(operation, left, right, at: index)
    case .choice(let condition, let yes, let no):
      return try choice(condition, yes, no)
    case .not, .negate: return try unary(at: index)
    case .computedStep(let key):
      let id = try value(of: key)
      if case .unknown = id { return id }
      guard case .string(let id) = id else {
        throw failure("the id of a step must be a string, but it is \(id.kind)", at: key)
      }
      return try step(id, at: index)
    case .index(let target, let key): return try element(of: target, key, at: index)
    case .has(let target, let name): return try has(name, in: target, at: index)
    case .hasStep(let id): return .bool(scope.step(id) != nil)
    case .list, .map: return try collection(at: index)
    case .call(let function, let arguments):
      return try call(function, arguments, at: index)
    case .matches(let target, let pattern): return try matches(target, pattern, at: index)
    case .quantified(let quantifier, let list, _, let body):
      return try quantified(quantifier, list, body, at: index)
    }
  }

  // MARK: Work

  mutating func spend(_ work: Int, at index: Int) throws(EvaluationFailure) {
    stepsLeft -= work
    if stepsLeft < 0 {
      throw failure("the expression takes more than \(ExpressionLimits.steps) steps", at: index)
    }
  }

  func failure(_ message: String, at node: Int) -> EvaluationFailure {
    EvaluationFailure(message: message, node: node)
  }

  /// The source of one node, for messages.
  func written(_ index: Int) -> String {
    let bytes = Array(source.utf8)
    let node = nodes[index]
    guard node.start <= node.end, node.end <= bytes.count else { return source }
    let text = ExpressionText(
      String(decoding: bytes[node.start..<node.end], as: UTF8.self), at: nil)
    return text.shortSource
  }

  // MARK: Names

  private func root(_ name: String, at index: Int) throws(EvaluationFailure) -> Value {
    if let value = scope.root(name) { return value }
    throw failure("'\(name)' has no meaning here", at: index)
  }

  private func step(_ id: String, at index: Int) throws(EvaluationFailure) -> Value {
    if let value = scope.step(id) { return value }
    throw failure("there is no step '\(id)'", at: index)
  }

  private mutating func field(
    _ name: String, of target: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let holder = try value(of: target)
    switch holder {
    case .unknown: return holder
    case .map(let map):
      return try entry(name, of: map, target: target, at: index)
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .list, .secret:
      try refuseSecret(holder, at: target)
      throw failure("'\(written(target))' is \(holder.kind) and has no '\(name)' in it", at: index)
    }
  }

  private mutating func entry(
    _ name: String, of map: ValueMap, target: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    // A map is searched from its first key on.
    try spend(map.count / 4, at: index)
    if let value = map[name] { return value }
    // Looking for the nearest key costs far more, and quantifiers may ask again for each entry.
    try spend(map.count + 20 * min(map.count, 1000), at: index)
    let help = Nearest.help(for: name, among: map.keys).map { "; \($0)" } ?? "; it is empty"
    throw failure("'\(written(target))' has no '\(name)'\(help)", at: index)
  }

  private mutating func has(
    _ name: String, in target: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let holder = try value(of: target)
    switch holder {
    case .unknown: return holder
    case .map(let map):
      try spend(map.count / 4, at: index)
      return .bool(map[name] != nil)
    case .null, .bool, .int, .double, .string, .duration, .timestamp, .list, .secret:
      try refuseSecret(holder, at: target)
      throw failure(
        "'\(written(target))' is \(holder.kind), so has() cannot look into it", at: index)
    }
  }

  private mutating func element(
    of target: Int, _ key: Int, at index: Int
  ) throws(EvaluationFailure) -> Value {
    let holder = try value(of: target)
    let key = (value: try value(of: key), node: key)
    if case .unknown = holder { return holder }
    if case .unknown = key.value { return key.value }
    switch (holder, key.value) {
    case (.map(let map), .string(let name)):
      return try entry(name, of: map, target: target, at: index)
    case (.list(let items), .int(let place)):
      if place >= 0, place < items.count { return items[Int(place)] }
      throw failure(
        "there is no entry \(place) in '\(written(target))'; it has \(items.count),"
          + " counted from 0", at: index)
    case (.map, _), (.list, _):
      try refuseSecret(key.value, at: key.node)
      let wanted = if case .map = holder { "a string" } else { "an integer" }
      throw failure("the index must be \(wanted), but it is \(key.value.kind)", at: key.node)
    default:
      try refuseSecret(holder, at: target)
      throw failure("'\(written(target))' is \(holder.kind) and has no entries", at: index)
    }
  }

  private mutating func collection(at index: Int) throws(EvaluationFailure) -> Value {
    switch nodes[index].kind {
    case .list(let children):
      var items: [Value] = []
      items.reserveCapacity(children.count)
      for child in children {
        items.append(try value(of: child))
        try spend(items[items.count - 1].weight, at: index)
      }
      return .list(items)
    case .map(let pairs):
      var map = ValueMap()
      for pair in pairs {
        let key = try value(of: pair.key)
        let entry = try value(of: pair.value)
        if case .unknown = key { return key }
        guard case .string(let name) = key else {
          throw failure("the key of a map must be a string, but it is \(key.kind)", at: pair.key)
        }
        try spend(map.count / 4 + entry.weight, at: index)
        guard map[name] == nil else {
          throw failure("the key '\(name)' stands twice", at: pair.key)
        }
        map.appendDistinct(name, entry)
      }
      return .map(map)
    default: return .null
    }
  }
}
