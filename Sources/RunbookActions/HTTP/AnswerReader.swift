import CLibHTTPParser
import RunbookModel

/// Reads the answer to one request out of what comes over its connection, piece by piece (RFC 9112).
///
/// Used by one thread at a time, for one exchange. Debian builds the parser without its strict mode: what stands
/// between two chunks is not looked at.
final class AnswerReader {
  enum Progress {
    /// It goes on.
    case more
    case whole
    /// It ended before it was whole.
    case brokenOff
    /// Its headers are more than anybody reads.
    case tooLong
    /// The parser does not take it.
    case refused
  }

  private(set) var answer = HTTPAnswer(status: 0)
  fileprivate let isForHead: Bool
  private let readsHeaders: Bool
  private let parser = UnsafeMutablePointer<http_parser>.allocate(capacity: 1)
  private var isWhole = false
  private var headerBytes = 0
  // Of the header that is being read.
  private var name: [UInt8] = []
  private var value: [UInt8] = []
  private var nameLength = 0
  private var isInValue = false
  /// What `Transfer-Encoding` says.
  private var encoding: [UInt8] = []
  private var isOfEncoding = false
  private var isAfterHeaders = false

  init(toHead isForHead: Bool, readsHeaders: Bool) {
    self.isForHead = isForHead
    self.readsHeaders = readsHeaders
    parser.initialize(to: http_parser())
    http_parser_init(parser, HTTP_RESPONSE)
  }

  deinit { parser.deallocate() }

  func take(_ bytes: UnsafeRawBufferPointer) -> Progress {
    // The parser would pass over empty lines before the answer, which nobody else does.
    if parser.pointee.nread == 0, answer.status == 0, !bytes.isEmpty, bytes[0] != UInt8(ascii: "H")
    {
      return .refused
    }
    parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    withUnsafePointer(to: callbacks) {
      _ = http_parser_execute(
        parser, $0, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    if isWhole || answer.isCut { return .whole }
    guard headerBytes <= HTTPLimits.headers else { return .tooLong }
    switch http_errno(parser.pointee.http_errno) {
    case HPE_OK: return .more
    case HPE_INVALID_EOF_STATE: return .brokenOff
    default: return .refused
    }
  }

  /// The other side has closed the connection: only an answer without a length is whole with that.
  func end() -> Progress {
    let progress = take(UnsafeRawBufferPointer(start: nil, count: 0))
    if case .more = progress { return .brokenOff }
    return progress
  }

  // MARK: - What the parser finds; each says whether it shall go on

  fileprivate func begins() -> Bool {
    answer.beginAnew()
    encoding = []
    isAfterHeaders = false
    // Its first line, whatever it is: interim answers without end are headers without end.
    return takes(16)
  }

  fileprivate func header(_ bytes: UnsafeRawBufferPointer, isValue: Bool) -> Bool {
    if isInValue, !isValue { keepHeader() }
    let isBegin = nameLength == 0
    isInValue = isValue
    guard takes(bytes.count + (isBegin ? 4 : 0)) else { return false }
    // What comes after the body is no header (RFC 9110 6.5.1).
    if isAfterHeaders { return true }
    if !isValue {
      if isBegin, let first = bytes.first {
        isOfEncoding = first | 0x20 == UInt8(ascii: "t")
      }
      nameLength += bytes.count
    } else if isOfEncoding, nameLength == "transfer-encoding".utf8.count {
      encoding += bytes
    }
    guard readsHeaders else { return true }
    if isValue { value += bytes } else { name += bytes }
    return true
  }

  /// `isCoded`: it says that its body is encoded for the transfer.
  fileprivate func endsHeaders(_ status: Int, major: Int, minor: Int, isCoded: Bool) -> Bool {
    if isInValue { keepHeader() }
    isAfterHeaders = true
    answer.status = status
    // The parser takes numbers that are none, and codings that it does not know.
    guard (100...999).contains(status), major == 1, minor <= 1 else { return false }
    guard isCoded else { return true }
    let coding = encoding.filter { $0 != 0x20 && $0 != 0x09 }.map { $0 | 0x20 }
    return coding.elementsEqual("chunked".utf8)
  }

  /// There is no body, whatever the headers say (RFC 9112 6.3).
  fileprivate var hasNoBody: Bool {
    isForHead || answer.status < 200 || answer.status == 204 || answer.status == 304
  }

  fileprivate func body(_ bytes: UnsafeRawBufferPointer) -> Bool { answer.takeBody(bytes) }

  fileprivate func ends() -> Bool {
    isWhole = answer.status >= 200 || answer.status == 101
    return !isWhole
  }

  fileprivate func takes(_ count: Int) -> Bool {
    headerBytes += count
    return headerBytes <= HTTPLimits.headers
  }

  private func keepHeader() {
    nameLength = 0
    isInValue = false
    guard readsHeaders, !isAfterHeaders else { return }
    answer.takeHeader(name, value)
    name = []
    value = []
  }
}

private let callbacks: http_parser_settings = {
  var settings = http_parser_settings()
  settings.on_message_begin = { reader($0).begins() ? 0 : -1 }
  settings.on_status = { parser, _, count in reader(parser).takes(count) ? 0 : -1 }
  settings.on_header_field = { parser, bytes, count in
    reader(parser).header(UnsafeRawBufferPointer(start: bytes, count: count), isValue: false)
      ? 0 : -1
  }
  settings.on_header_value = { parser, bytes, count in
    reader(parser).header(UnsafeRawBufferPointer(start: bytes, count: count), isValue: true)
      ? 0 : -1
  }
  settings.on_headers_complete = { parser in
    let reader = reader(parser)
    let found = parser!.pointee
    let isTaken = reader.endsHeaders(
      Int(found.status_code), major: Int(found.http_major), minor: Int(found.http_minor),
      isCoded: found.uses_transfer_encoding != 0)
    guard isTaken else { return -1 }
    return reader.hasNoBody ? 1 : 0
  }
  settings.on_body = { parser, bytes, count in
    reader(parser).body(UnsafeRawBufferPointer(start: bytes, count: count)) ? 0 : -1
  }
  settings.on_message_complete = { reader($0).ends() ? 0 : -1 }
  return settings
}()

private func reader(_ parser: UnsafeMutablePointer<http_parser>?) -> AnswerReader {
  Unmanaged<AnswerReader>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
}
