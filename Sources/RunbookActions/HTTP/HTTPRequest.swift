import RunbookModel

/// One HTTP request as it is sent.
struct HTTPRequest: Sendable {
  var url: String
  var target: HTTPTarget
  var method: String
  var headers: [(name: String, value: String)]
  var body: [UInt8]?
  /// Addresses that replace look-ups, by host name.
  var pins: [String: String]
  var caFile: String?
  var followsRedirects: Bool
  /// Somebody looks at the headers of the answer: few do, and samples are many.
  var readsHeaders: Bool

  /// The address that replaces the look-up of the host that is asked.
  var pin: String? { pins.first { $0.key.lowercased() == target.host.lowercased() }?.value }

  /// What is sent where a plain connection and one answer are all that is needed, as libcurl would send it; nil where
  /// it takes more.
  var plainText: [UInt8]? {
    guard let path = target.plainPath, ["GET", "HEAD"].contains(method), body == nil,
      !followsRedirects
    else { return nil }
    if headers.isEmpty, method == "GET" { return target.plainGet }
    var text = PlainText(method: method, path: path, host: target.authority)
    for (name, value) in headers {
      // What becomes of blanks, and of a name that is not one, is libcurl's to say.
      guard value.isEmpty || value.utf8.contains(where: { $0 != 0x20 && $0 != 0x09 }),
        !name.utf8.contains(UInt8(ascii: ";"))
      else { return nil }
      let line = value.isEmpty ? "\(name):\r\n" : "\(name): \(value)\r\n"
      switch name.lowercased() {
      case "host": text.host = value
      case "user-agent": (text.agent, text.more) = ("", text.more + line)
      case "accept": (text.accept, text.more) = ("", text.more + line)
      // They change how the connection or the answer is to be understood.
      case "connection", "content-length", "expect", "http2-settings", "te", "trailer",
        "transfer-encoding", "upgrade":
        return nil
      default: text.more += line
      }
    }
    return text.bytes
  }
}

/// The parts of a request in the order in which libcurl sends them.
struct PlainText {
  var method: String
  var path: String
  var host: String
  var agent = "User-Agent: lifeboat\r\n"
  var accept = "Accept: */*\r\n"
  var more = ""

  var bytes: [UInt8] {
    Array("\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(agent)\(accept)\(more)\r\n".utf8)
  }
}

/// What came back.
struct HTTPAnswer: Sendable, Equatable {
  var status: Int
  /// Of the last answer, names in lower case; empty where the request does not read them.
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// There was more than was read.
  var isCut = false
  var took = Duration.zero
  var remoteIP = ""

  /// Takes it as far as there is room; false when it was cut.
  mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let room = HTTPLimits.body - body.count
    body.append(contentsOf: bytes.prefix(room))
    if bytes.count > room { isCut = true }
    return !isCut
  }

  /// The value without the white space around it (RFC 9110 5.5), and the end of the line.
  mutating func takeHeader(
    _ name: some Sequence<UInt8>, _ value: some BidirectionalCollection<UInt8>
  ) {
    func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
    let end = value.lastIndex { !isSpace($0) }.map(value.index(after:)) ?? value.startIndex
    headers.append(
      (
        name: String(decoding: Array(name), as: UTF8.self).lowercased(),
        value: String(decoding: value[..<end].drop(while: isSpace), as: UTF8.self)
      ))
  }

  /// What came before was an interim answer, or the one before a redirect: only the last counts.
  mutating func beginAnew() {
    headers = []
    body = []
  }

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
  /// The request went out, and what came back was not read to its end; the trouble may be on this side.
  case lost(String)
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
