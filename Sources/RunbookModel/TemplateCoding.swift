/// Templates in a stored plan: `{"value": ...}` where nothing is to be evaluated, else `{"expression": ...}`,
/// `{"text": [...]}`, `{"list": [...]}` or `{"map": {...}}`. Places in the file are not kept: the file may be gone.
extension Template: Codable {
  private enum Key: String, CodingKey {
    case value
    case expression
    case text
    case list
    case map
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    if let constant { return try container.encode(constant, forKey: .value) }
    switch self {
    case .literal(let value, _): try container.encode(value, forKey: .value)
    case .expression(let expression): try container.encode(expression, forKey: .expression)
    case .text(let parts, _): try container.encode(parts, forKey: .text)
    case .list(let items, _): try container.encode(items, forKey: .list)
    case .map(let entries, _):
      var map = container.nestedContainer(keyedBy: AnyCodingKey.self, forKey: .map)
      for entry in entries { try map.encode(entry.value, forKey: AnyCodingKey(entry.key)) }
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let expression = try container.decodeIfPresent(ExpressionText.self, forKey: .expression) {
      self = .expression(expression)
    } else if let parts = try container.decodeIfPresent([Part].self, forKey: .text) {
      self = .text(parts, nil)
    } else if let items = try container.decodeIfPresent([Template].self, forKey: .list) {
      self = .list(items, nil)
    } else if container.contains(.map) {
      let map = try container.nestedContainer(keyedBy: AnyCodingKey.self, forKey: .map)
      self = .map(
        try map.allKeys.map { key in
          Entry(
            key: key.stringValue, keyPlace: nil, value: try map.decode(Template.self, forKey: key))
        }, nil)
    } else {
      self = .literal(try container.decode(Value.self, forKey: .value), nil)
    }
  }
}

extension Template.Part: Codable {
  private enum Key: String, CodingKey {
    case expression
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .literal(let text):
      var container = encoder.singleValueContainer()
      try container.encode(text)
    case .expression(let expression):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(expression, forKey: .expression)
    }
  }

  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      self = .literal(text)
    } else {
      self = .expression(
        try decoder.container(keyedBy: Key.self).decode(ExpressionText.self, forKey: .expression))
    }
  }
}

extension ExpressionText: Codable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(source)
  }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self), at: nil)
  }
}
