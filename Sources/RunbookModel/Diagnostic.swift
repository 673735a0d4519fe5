/// A place in a file: where a diagnostic points and what it underlines. Lines and columns count from 1; columns count
/// Unicode characters.
public struct SourcePlace: Hashable, Sendable, Codable {
  public var file: String
  public var line: Int
  public var column: Int
  /// How many characters to underline; at least 1.
  public var length: Int

  public init(file: String, line: Int, column: Int, length: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
    self.length = length
  }
}

/// One problem in a document: where it is, what is wrong, and what to write instead.
public struct Diagnostic: Hashable, Sendable, Codable, Error {
  public enum Severity: String, Sendable, Codable {
    case error
    case warning
  }

  /// `LB1xx` syntax, `LB2xx` names and types, `LB3xx` order, `LB4xx` disaster-recovery rules.
  public var code: String
  public var severity: Severity
  public var message: String
  public var place: SourcePlace?
  /// What to write instead, as an order: "write 'timeout: 30s'".
  public var help: String?
  /// Other places that belong to it, each with its part of the story.
  public var related: [Related]

  public struct Related: Hashable, Sendable, Codable {
    public var message: String
    public var place: SourcePlace
    public init(message: String, place: SourcePlace) {
      self.message = message
      self.place = place
    }
  }

  public init(
    _ code: String, _ severity: Severity = .error, _ message: String, at place: SourcePlace?,
    help: String? = nil, related: [Related] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.place = place
    self.help = help
    self.related = related
  }
}
