import CLibCurl
import Glibc
import RunbookModel

/// Sends a request and reads its answer through libcurl. Blocks its thread, for `milliseconds` at most.
///
/// No proxy, no cookie, no .netrc, no configuration from outside takes part: what was written is what is asked.
func exchange(_ request: HTTPRequest) -> Result<HTTPAnswer, HTTPTrouble> {
  guard isCurlReady, let handle = curl_easy_init() else {
    return .failure(.notTried("libcurl could not be started"))
  }
  let collector = Collector()
  var lists: [UnsafeMutablePointer<curl_slist>?] = []
  let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  defer {
    curl_easy_cleanup(handle)
    for list in lists { curl_slist_free_all(list) }
    message.deallocate()
  }
  if let refusal = configure(handle, request, &lists) { return .failure(.notTried(refusal)) }
  let pointer = Unmanaged.passUnretained(collector).toOpaque()
  lifeboat_curl_set_pointer(handle, CURLOPT_WRITEDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, pointer in
    Collector.from(pointer).body(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }
  lifeboat_curl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, pointer in
    Collector.from(pointer).header(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }
  lifeboat_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
  let code = withExtendedLifetime(collector) { curl_easy_perform(handle) }
  var answer = collector.answer
  var status = 0
  lifeboat_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
  answer.status = status
  var seconds = 0.0
  lifeboat_curl_get_double(handle, CURLINFO_TOTAL_TIME, &seconds)
  answer.took = .microseconds(Int64(seconds * 1e6))
  var remote: UnsafeMutablePointer<CChar>?
  lifeboat_curl_get_text(handle, CURLINFO_PRIMARY_IP, &remote)
  answer.remoteIP = remote.map { String(cString: $0) } ?? ""
  if code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.isCut && status > 0) {
    return .success(answer)
  }
  let text = String(cString: message)
  return .failure(
    trouble(handle, code, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text))
}

let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

/// nil when every option was taken.
private func configure(
  _ handle: UnsafeMutableRawPointer, _ request: HTTPRequest,
  _ lists: inout [UnsafeMutablePointer<curl_slist>?]
) -> String? {
  var failed: String?
  func expect(_ code: CURLcode, _ what: String) {
    if code != CURLE_OK {
      failed = failed ?? "\(what): \(String(cString: curl_easy_strerror(code)))"
    }
  }
  func set(_ option: CURLoption, _ value: Int, _ what: String) {
    expect(lifeboat_curl_set_long(handle, option, value), what)
  }
  func set(_ option: CURLoption, _ value: String, _ what: String) {
    expect(lifeboat_curl_set_text(handle, option, value), what)
  }
  func set(_ option: CURLoption, _ values: [String], _ what: String) {
    guard !values.isEmpty else { return }
    var list: UnsafeMutablePointer<curl_slist>?
    for value in values { list = curl_slist_append(list, value) ?? list }
    lists.append(list)
    expect(lifeboat_curl_set_pointer(handle, option, list), what)
  }
  set(CURLOPT_URL, request.url, "the URL")
  set(CURLOPT_PROTOCOLS_STR, "http,https", "the protocols")
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https", "the protocols")
  set(CURLOPT_NOSIGNAL, 1, "signals")
  set(CURLOPT_QUICK_EXIT, 1, "name look-ups")
  set(CURLOPT_PROXY, "", "the proxy")
  set(CURLOPT_TIMEOUT_MS, max(1, request.milliseconds), "the timeout")
  set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.milliseconds), "the timeout")
  set(CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1 : 0, "redirects")
  set(CURLOPT_MAXREDIRS, HTTPLimits.redirects, "redirects")
  set(CURLOPT_FRESH_CONNECT, 1, "the connection")
  set(CURLOPT_FORBID_REUSE, 1, "the connection")
  set(CURLOPT_USERAGENT, "lifeboat", "the user agent")
  set(CURLOPT_SSL_VERIFYPEER, 1, "TLS")
  set(CURLOPT_SSL_VERIFYHOST, 2, "TLS")
  if let file = request.caFile { set(CURLOPT_CAINFO, file, "the CA file") }
  if request.method == "HEAD" { set(CURLOPT_NOBODY, 1, "the method") }
  if let body = request.body {
    set(CURLOPT_POSTFIELDSIZE, body.count, "the body")
    body.withUnsafeBytes { bytes in
      let pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      expect(lifeboat_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, pointer), "the body")
    }
    set(CURLOPT_CUSTOMREQUEST, request.method, "the method")
  }
  set(CURLOPT_HTTPHEADER, request.headers, "the headers")
  set(CURLOPT_RESOLVE, request.pins, "the pinned addresses")
  return failed
}

private func trouble(
  _ handle: UnsafeMutableRawPointer, _ code: CURLcode, _ text: String
) -> HTTPTrouble {
  var number = 0
  lifeboat_curl_get_long(handle, CURLINFO_OS_ERRNO, &number)
  var connected = 0.0
  lifeboat_curl_get_double(handle, CURLINFO_CONNECT_TIME, &connected)
  switch code {
  case CURLE_COULDNT_CONNECT:
    switch Int32(number) {
    case ECONNREFUSED, ECONNRESET: return .refused
    case EHOSTUNREACH, EHOSTDOWN: return .hostUnreachable
    case ETIMEDOUT: return .connectTimedOut
    default: return .notTried(text)
    }
  case CURLE_OPERATION_TIMEDOUT: return connected > 0 ? .answerTimedOut : .connectTimedOut
  case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
    CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_UNSUPPORTED_PROTOCOL:
    return connected > 0 ? .broken(text) : .notTried(text)
  case CURLE_TOO_MANY_REDIRECTS: return .broken(text)
  case CURLE_WRITE_ERROR: return .broken("its headers are longer than \(HTTPLimits.headers) bytes")
  case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
    CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
    return .tls(text)
  default: return .notTried(text)
  }
}

/// Takes what libcurl hands over, up to the limits; used by one thread, for one exchange.
private final class Collector {
  var answer = HTTPAnswer(status: 0)
  private var headerBytes = 0

  static func from(_ pointer: UnsafeMutableRawPointer?) -> Collector {
    Unmanaged<Collector>.fromOpaque(pointer!).takeUnretainedValue()
  }

  /// How many bytes were taken; fewer than were given end the transfer.
  func body(_ bytes: UnsafeRawBufferPointer) -> Int {
    let room = HTTPLimits.body - answer.body.count
    answer.body.append(contentsOf: bytes.prefix(room))
    guard bytes.count > room else { return bytes.count }
    answer.isCut = true
    return 0
  }

  func header(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= HTTPLimits.headers else { return 0 }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // An interim answer, or the one before a redirect: only the last counts.
      answer.headers = []
      answer.body = []
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      answer.headers.append(
        (line[..<colon].lowercased(), trimmed(value)))
    }
    return bytes.count
  }
}

private func trimmed(_ text: Substring) -> String {
  let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
  guard let first = text.firstIndex(where: { !isSpace($0) }),
    let last = text.lastIndex(where: { !isSpace($0) })
  else { return "" }
  return String(text[first...last])
}
