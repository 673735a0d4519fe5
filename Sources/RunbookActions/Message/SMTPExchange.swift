import CLibCurl
import RunbookModel

/// One message for one mail server.
struct SMTPRequest: Sendable {
  var url: String
  /// In angle brackets, as the recipients.
  var from: String
  var recipients: [String]
  var message: [UInt8]
  var mustEncrypt: Bool
  var caFile: String?
  var login: (user: String, password: Secret)?
  var pins: [String] = []
  var milliseconds = 0

  init(
    url: String, from: String, recipients: [String], message: [UInt8], mustEncrypt: Bool,
    caFile: String?
  ) {
    self.url = url
    self.from = from
    self.recipients = recipients
    self.message = message
    self.mustEncrypt = mustEncrypt
    self.caFile = caFile
  }
}

enum SMTPOutcome: Sendable, Equatable {
  /// It answered the end of the message with 2xx.
  case accepted(String)
  /// It said no, before or after the message; it has not taken it.
  case refused(Int, String)
  case loginRefused(String)
  /// It is not known who is at the other end, or the connection cannot be encrypted.
  case untrusted(String)
  /// The message did not reach it as a whole, so it cannot have taken it.
  case notSent(String)
  case impossible(String)
  /// All of it was sent, and no answer came.
  case lost(String)
}

/// Sends a message through libcurl. Blocks its thread, for `milliseconds` at most.
///
/// What counts is what the server said, line by line, and whether the end of the message had left: not libcurl's own
/// word. When the answer is there, the goodbye gets one second: a server that hangs over it would make a message look
/// lost that it has accepted.
func exchange(_ request: SMTPRequest) -> SMTPOutcome {
  guard var transfer = CurlTransfer(milliseconds: request.milliseconds) else {
    return .notSent("libcurl could not be started")
  }
  configure(&transfer, request)
  if let refusal = transfer.refusal { return .impossible(refusal) }
  let handle = transfer.handle
  let talk = SMTPTalk(request.message, handle)
  let pointer = Unmanaged.passUnretained(talk).toOpaque()
  lifeboat_curl_set_pointer(handle, CURLOPT_READDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_READFUNCTION) { bytes, size, count, pointer in
    guard let bytes, let pointer else { return 0 }
    return SMTPTalk.from(pointer).give(
      UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
  }
  lifeboat_curl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, pointer in
    guard let bytes, let pointer else { return 0 }
    return SMTPTalk.from(pointer).hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }
  let (code, text) = transfer.perform()
  return withExtendedLifetime(talk) { talk.outcome(code, text) }
}

private func configure(_ transfer: inout CurlTransfer, _ request: SMTPRequest) {
  transfer.set(CURLOPT_URL, request.url, "the address")
  transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps", "the protocols")
  // Otherwise two minutes, which would end no attempt in time to say so.
  transfer.set(
    CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, request.milliseconds / 1000 + 1), "the timeout")
  transfer.set(CURLOPT_USE_SSL, request.mustEncrypt ? Int(CURLUSESSL_ALL.rawValue) : 0, "TLS")
  if let file = request.caFile { transfer.set(CURLOPT_CAINFO, file, "the CA file") }
  if let login = request.login {
    transfer.set(CURLOPT_USERNAME, login.user, "the user")
    transfer.set(CURLOPT_PASSWORD, login.password.reveal(), "the password")
  }
  transfer.set(CURLOPT_MAIL_FROM, request.from, "the sender")
  transfer.set(CURLOPT_MAIL_RCPT, request.recipients, "the recipients")
  transfer.set(CURLOPT_UPLOAD, 1, "sending")
  transfer.set(CURLOPT_RESOLVE, request.pins, "the pinned addresses")
}

/// What was said by both sides; used by one thread, for one exchange.
private final class SMTPTalk {
  private let message: [UInt8]
  private let handle: UnsafeMutableRawPointer
  private var given = 0
  /// libcurl has been told that there is no more: the end of the message may be on its way.
  private var isGiven = false
  /// The server has said that it waits for the message (354).
  private var isAwaited = false
  private var answer: [String] = []
  private var answered: Int?
  /// The last time that it said no.
  private var refusal: (code: Int, words: String)?
  private var heard = 0

  init(_ message: [UInt8], _ handle: UnsafeMutableRawPointer) {
    self.message = message
    self.handle = handle
  }

  static func from(_ pointer: UnsafeMutableRawPointer) -> SMTPTalk {
    Unmanaged<SMTPTalk>.fromOpaque(pointer).takeUnretainedValue()
  }

  func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let part = message[given...].prefix(room.count)
    if part.isEmpty { isGiven = true }
    room.copyBytes(from: part)
    given += part.count
    return part.count
  }

  /// Fewer bytes than were heard end the exchange.
  func hear(_ bytes: UnsafeRawBufferPointer) -> Int {
    heard += bytes.count
    guard heard <= HTTPLimits.headers else { return 0 }
    let line = String(decoding: bytes, as: UTF8.self).withoutControls
    guard answered == nil, let code = Int(line.prefix(3)) else { return bytes.count }
    var words = Substring(line)
    while words.last == " " { words = words.dropLast() }
    if isAwaited { answer.append(String(words)) }
    if code >= 400 { refusal = (code, String(words)) }
    guard line.dropFirst(3).first != "-" else { return bytes.count }
    if isAwaited {
      answered = code
      lifeboat_curl_set_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1)
    }
    isAwaited = isAwaited || code == 354
    return bytes.count
  }

  func outcome(_ code: CURLcode, _ said: String) -> SMTPOutcome {
    if let answered {
      let words = answer.joined(separator: " ")
      return (200..<300).contains(answered) ? .accepted(words) : .refused(answered, words)
    }
    if isAwaited, isGiven { return .lost(said) }
    switch code {
    case CURLE_LOGIN_DENIED: return .loginRefused(refusal?.words ?? said)
    case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CACERT_BADFILE:
      return .untrusted(said)
    default:
      // A server that said no, to the greeting, the sender or a recipient.
      if let refusal, code != CURLE_OPERATION_TIMEDOUT {
        return .refused(refusal.code, refusal.words)
      }
      return .notSent(said)
    }
  }
}
