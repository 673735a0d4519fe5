import CLibCurl
import RunbookAction

/// A URL, taken apart once for all requests to it.
struct HTTPAddress: Sendable, Decodable {
  let text: String
  private let known: HTTPTarget?

  init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    self.text = text
    known = (try? libcurl.require()).flatMap { HTTPTarget(text) }
  }

  /// Where it leads, once libcurl is known to be there; nil where it is no http or https URL.
  var target: HTTPTarget? { known ?? HTTPTarget(text) }
}

/// Whom a URL leads to and what it asks for, as libcurl reads it.
struct HTTPTarget: Sendable {
  var host: String
  var port: UInt16
  /// Where the host is an address itself.
  var numeric: [SocketAddress]?
  /// As `Host` names it (RFC 9110 7.2).
  var authority: String
  /// Path and query, as the request's first line names them. nil where there is more to it: TLS, a user, a text that
  /// is not plain ASCII.
  var plainPath: String?
  /// What most samples send, there where `plainPath` is: samples are many.
  var plainGet: [UInt8]?

  init?(_ url: String) {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
      let scheme = Self.part(CURLUPART_SCHEME, of: handle), scheme == "http" || scheme == "https",
      let host = Self.part(CURLUPART_HOST, of: handle),
      let port = Self.part(CURLUPART_PORT, of: handle, UInt32(CURLU_DEFAULT_PORT)).flatMap(
        UInt16.init)
    else { return nil }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = port
    numeric = RunbookActions.numeric(self.host, port)
    let isUsual = port == (scheme == "http" ? 80 : 443)
    authority = isUsual ? host : "\(host):\(port)"
    guard scheme == "http", url.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
      Self.part(CURLUPART_USER, of: handle) == nil, let path = Self.part(CURLUPART_PATH, of: handle)
    else { return }
    let query = Self.part(CURLUPART_QUERY, of: handle)
    let asked = path + (query.map { "?" + $0 } ?? "")
    plainPath = asked
    plainGet = PlainText(method: "GET", path: asked, host: authority).bytes
  }

  private static func part(
    _ part: CURLUPart, of handle: OpaquePointer, _ flags: UInt32 = 0
  ) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
