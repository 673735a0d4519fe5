import RunbookModel

/// One HTTP request as it is sent.
struct HTTPRequest: Sendable {
  var url: String
  var method: String
  var headers: [String]
  var body: [UInt8]?
  /// `host:port:address` entries that replace name look-ups.
  var pins: [String]
  var caFile: String?
  var followsRedirects: Bool
  /// The whole exchange must be over in this time.
  var milliseconds: Int
}

/// What came back.
struct HTTPAnswer: Sendable, Equatable {
  var status: Int
  /// Of the last answer, names in lower case.
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// There was more than was read.
  var isCut = false
  var took = Duration.zero
  var remoteIP = ""

  static func == (left: HTTPAnswer, right: HTTPAnswer) -> Bool {
    left.status == right.status && left.body == right.body && left.isCut == right.isCut
  }
}

/// Why there is no whole answer, as far as that can be seen from here.
enum HTTPTrouble: Error, Sendable, Equatable {
  /// Somebody said that nobody listens there.
  case refused
  /// No connection in time.
  case connectTimedOut
  /// Connected, but no whole answer in time.
  case answerTimedOut
  case hostUnreachable
  /// The other side closed the connection or sent something that is not HTTP; the text says what.
  case broken(String)
  /// It is not known who is at the other end.
  case tls(String)
  /// It could not be tried; the trouble is on this side.
  case notTried(String)
}

enum HTTPLimits {
  /// Of a body; what is longer is cut.
  static let body = 1 << 20
  /// Of all header lines together.
  static let headers = 64 << 10
  /// Of the body as an output of the step.
  static let excerpt = 4 << 10
  static let redirects = 5
}
