import CLibCurl
import RunbookAction

let libcurl = SystemLibrary("libcurl", package: "libcurl4") { clibcurl_missing() }
let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

/// One transfer of libcurl's: its handle, what was set for it, and its words for what went wrong.
///
/// No proxy, no cookie, no .netrc, no configuration from outside takes part: what was set is what is done.
struct CurlTransfer: ~Copyable {
  let handle: UnsafeMutableRawPointer
  /// The first option that was not taken; nil when every one was.
  private(set) var refusal: String?
  private var lists: [UnsafeMutablePointer<curl_slist>?] = []
  private let message: UnsafeMutablePointer<CChar>

  /// nil when libcurl cannot be started. Ends after `milliseconds` at most.
  init?(milliseconds: Int) {
    guard isCurlReady, let handle = curl_easy_init() else { return nil }
    self.handle = handle
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    lifeboat_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
    set(CURLOPT_NOSIGNAL, 1, "signals")
    set(CURLOPT_QUICK_EXIT, 1, "name look-ups")
    set(CURLOPT_PROXY, "", "the proxy")
    set(CURLOPT_TIMEOUT_MS, max(1, milliseconds), "the timeout")
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, milliseconds), "the timeout")
    set(CURLOPT_FRESH_CONNECT, 1, "the connection")
    set(CURLOPT_FORBID_REUSE, 1, "the connection")
    set(CURLOPT_SSL_VERIFYPEER, 1, "TLS")
    set(CURLOPT_SSL_VERIFYHOST, 2, "TLS")
  }

  deinit {
    curl_easy_cleanup(handle)
    for list in lists { curl_slist_free_all(list) }
    message.deallocate()
  }

  mutating func expect(_ code: CURLcode, _ what: String) {
    guard code != CURLE_OK else { return }
    refusal = refusal ?? "\(what): \(String(cString: curl_easy_strerror(code)))"
  }
  mutating func set(_ option: CURLoption, _ value: Int, _ what: String) {
    expect(lifeboat_curl_set_long(handle, option, value), what)
  }
  mutating func set(_ option: CURLoption, _ value: String, _ what: String) {
    expect(lifeboat_curl_set_text(handle, option, value), what)
  }
  mutating func set(_ option: CURLoption, _ values: [String], _ what: String) {
    guard !values.isEmpty else { return }
    var list: UnsafeMutablePointer<curl_slist>?
    for value in values { list = curl_slist_append(list, value) ?? list }
    lists.append(list)
    expect(lifeboat_curl_set_pointer(handle, option, list), what)
  }

  /// Blocks its thread. The text is libcurl's own for the code.
  func perform() -> (code: CURLcode, text: String) {
    let code = curl_easy_perform(handle)
    let text = String(cString: message)
    return (code, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
  }

  // What libcurl knows of it afterwards; asked here, where the handle cannot have been given back.

  func number(_ info: CURLINFO) -> Int {
    var number = 0
    lifeboat_curl_get_long(handle, info, &number)
    return number
  }
  func seconds(_ info: CURLINFO) -> Double {
    var seconds = 0.0
    lifeboat_curl_get_double(handle, info, &seconds)
    return seconds
  }
  func text(_ info: CURLINFO) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    lifeboat_curl_get_text(handle, info, &text)
    return text.map { String(cString: $0) }
  }
}
