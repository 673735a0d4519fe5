/// A value as an author wrote it: data, and places where an expression will put data.
///
/// `${{ ... }}` alone in its scalar is `expression` and keeps its type; inside text it is part of `text` and is
/// formatted.
public indirect enum Template: Hashable, Sendable {
  case literal(Value, SourcePlace?)
  case expression(ExpressionText)
  case text([Part], SourcePlace?)
  case list([Template], SourcePlace?)
  case map([Entry], SourcePlace?)

  public enum Part: Hashable, Sendable {
    case literal(String)
    case expression(ExpressionText)
  }

  public struct Entry: Hashable, Sendable {
    public var key: String
    public var keyPlace: SourcePlace?
    public var value: Template
    public init(key: String, keyPlace: SourcePlace?, value: Template) {
      self.key = key
      self.keyPlace = keyPlace
      self.value = value
    }
  }

  public var place: SourcePlace? {
    switch self {
    case .literal(_, let place), .text(_, let place), .list(_, let place), .map(_, let place):
      place
    case .expression(let expression): expression.place
    }
  }

  /// The template under `key`, when this is a map that has it.
  public subscript(key: String) -> Template? {
    guard case .map(let entries, _) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The value itself when no expression is anywhere inside.
  public var constant: Value? {
    switch self {
    case .literal(let value, _): return value
    case .expression, .text: return nil
    case .list(let items, _):
      let values = items.compactMap(\.constant)
      return values.count == items.count ? .list(values) : nil
    case .map(let entries, _):
      let pairs = entries.compactMap { entry in entry.value.constant.map { (entry.key, $0) } }
      return pairs.count == entries.count ? .map(ValueMap(distinct: pairs)) : nil
    }
  }
}

/// The source of one CEL expression, without its `${{` and `}}`, and where its first character stands.
public struct ExpressionText: Hashable, Sendable {
  public var source: String
  public var place: SourcePlace?
  public init(_ source: String, at place: SourcePlace?) {
    self.source = source
    self.place = place
  }
}
