import CLibCurl
import Glibc
import RunbookAction
import RunbookModel

/// Sends a request to a host at these addresses and reads its answer, until the deadline at most.
///
/// Most checks ask for no more than a connection and one answer: those are made on the event loop, thousands a second.
/// Whatever is more than that is libcurl's, on a thread of its own: it reads certificates from files. Put into its
/// callers, as the two beside it: each asynchronous function in between costs a sample a frame and a hop.
@inline(__always)
nonisolated(nonsending) func exchange(
  _ request: HTTPRequest, at addresses: [SocketAddress], until deadline: Deadline
) async -> Result<HTTPAnswer, HTTPTrouble> {
  if let text = request.plainText,
    let result = await exchangePlainly(text, of: request, at: addresses, until: deadline)
  {
    return result
  }
  return await blocking { exchangeThroughLibcurl(request, at: addresses, until: deadline) }
}

private func exchangeThroughLibcurl(
  _ request: HTTPRequest, at addresses: [SocketAddress], until deadline: Deadline
) -> Result<HTTPAnswer, HTTPTrouble> {
  guard var transfer = CurlTransfer(milliseconds: deadline.milliseconds) else {
    return .failure(.notTried("libcurl could not be started"))
  }
  configure(&transfer, request, addresses)
  if let refusal = transfer.refusal { return .failure(.notTried(refusal)) }
  let handle = transfer.handle
  let collector = Collector(readsHeaders: request.readsHeaders)
  let pointer = Unmanaged.passUnretained(collector).toOpaque()
  lifeboat_curl_set_pointer(handle, CURLOPT_WRITEDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, pointer in
    Collector.from(pointer).body(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }
  lifeboat_curl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
  lifeboat_curl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, pointer in
    Collector.from(pointer).header(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }
  let (code, text) = transfer.perform()
  var answer = collector.answer
  answer.status = transfer.number(CURLINFO_RESPONSE_CODE)
  answer.took = .microseconds(Int64(transfer.seconds(CURLINFO_TOTAL_TIME) * 1e6))
  answer.remoteIP = transfer.text(CURLINFO_PRIMARY_IP) ?? ""
  if code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.isCut && answer.status > 0) {
    return .success(answer)
  }
  return .failure(trouble(transfer, code, text))
}

private func configure(
  _ transfer: inout CurlTransfer, _ request: HTTPRequest, _ addresses: [SocketAddress]
) {
  transfer.set(CURLOPT_URL, request.url, "the URL")
  transfer.set(CURLOPT_PROTOCOLS_STR, "http,https", "the protocols")
  transfer.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https", "the protocols")
  transfer.set(CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1 : 0, "redirects")
  transfer.set(CURLOPT_MAXREDIRS, HTTPLimits.redirects, "redirects")
  transfer.set(CURLOPT_USERAGENT, "lifeboat", "the user agent")
  if let file = request.caFile { transfer.set(CURLOPT_CAINFO, file, "the CA file") }
  if request.method == "HEAD" { transfer.set(CURLOPT_NOBODY, 1, "the method") }
  if let body = request.body {
    transfer.set(CURLOPT_POSTFIELDSIZE, body.count, "the body")
    body.withUnsafeBytes { bytes in
      let pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      transfer.expect(
        lifeboat_curl_set_pointer(transfer.handle, CURLOPT_COPYPOSTFIELDS, pointer), "the body")
    }
    transfer.set(CURLOPT_CUSTOMREQUEST, request.method, "the method")
  }
  // "Name;" is how libcurl is told to send an empty header; "Name:" would leave it out.
  transfer.set(
    CURLOPT_HTTPHEADER,
    request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" },
    "the headers")
  transfer.set(CURLOPT_RESOLVE, pins(request, addresses), "the pinned addresses")
}

private func pins(_ request: HTTPRequest, _ addresses: [SocketAddress]) -> [String] {
  let target = request.target
  var pins: [String] = []
  for (host, address) in request.pins {
    for port in Set([target.port, 80, 443]) { pins.append("\(host):\(port):\(address)") }
  }
  // A numeric host needs no pin, and a v6 one could not be written in it.
  if request.pin == nil, addresses.map(\.text) != [target.host] {
    let list = addresses.map { $0.text.contains(":") ? "[\($0.text)]" : $0.text }
    pins.append("\(target.host):\(target.port):\(list.joined(separator: ","))")
  }
  return pins.sorted()
}

private func trouble(
  _ transfer: borrowing CurlTransfer, _ code: CURLcode, _ text: String
) -> HTTPTrouble {
  let connected = transfer.seconds(CURLINFO_CONNECT_TIME)
  switch code {
  case CURLE_COULDNT_CONNECT:
    switch Int32(transfer.number(CURLINFO_OS_ERRNO)) {
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
  default: return transfer.number(CURLINFO_REQUEST_SIZE) > 0 ? .lost(text) : .notTried(text)
  }
}

/// Takes what libcurl hands over, up to the limits; used by one thread, for one exchange.
private final class Collector {
  var answer = HTTPAnswer(status: 0)
  private let readsHeaders: Bool
  private var headerBytes = 0
  private var isAfterHeaders = false

  init(readsHeaders: Bool) { self.readsHeaders = readsHeaders }

  static func from(_ pointer: UnsafeMutableRawPointer?) -> Collector {
    Unmanaged<Collector>.fromOpaque(pointer!).takeUnretainedValue()
  }

  /// How many bytes were taken; fewer than were given end the transfer.
  func body(_ bytes: UnsafeRawBufferPointer) -> Int { answer.takeBody(bytes) ? bytes.count : 0 }

  func header(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= HTTPLimits.headers else { return 0 }
    if bytes.starts(with: "HTTP/".utf8) {
      answer.beginAnew()
      isAfterHeaders = false
    } else if bytes.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
      // What comes after the body is no header (RFC 9110 6.5.1).
      isAfterHeaders = true
    } else if readsHeaders, !isAfterHeaders, let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      answer.takeHeader(bytes[..<colon], bytes[(colon + 1)...])
    }
    return bytes.count
  }
}
