import CLibHTTPParser
import RunbookModel

/// Reads the answer to one request out of what comes over its connection, piece by piece (RFC 9112).
///
/// Used by one thread at a time, for one exchange.
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
  private var isInValue = false

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

  fileprivate func begins() { answer.beginAnew() }

  fileprivate func header(_ bytes: UnsafeRawBufferPointer, isValue: Bool) -> Bool {
    headerBytes += bytes.count
    guard headerBytes <= HTTPLimits.headers else { return false }
    guard readsHeaders else { return true }
    if isInValue, !isValue { keepHeader() }
    isInValue = isValue
    if isValue { value += bytes } else { name += bytes }
    return true
  }

  fileprivate func endsHeaders(_ status: Int) {
    if isInValue { keepHeader() }
    answer.status = status
  }

  private func keepHeader() {
    answer.takeHeader(name, value)
    name = []
    value = []
    isInValue = false
  }

  fileprivate func body(_ bytes: UnsafeRawBufferPointer) -> Bool { answer.takeBody(bytes) }

  fileprivate func ends() -> Bool {
    isWhole = !(100..<200).contains(answer.status) || answer.status == 101
    return !isWhole
  }
}

private let callbacks: http_parser_settings = {
  var settings = http_parser_settings()
  settings.on_message_begin = { parser in
    reader(parser).begins()
    return 0
  }
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
    reader.endsHeaders(Int(parser!.pointee.status_code))
    return reader.isForHead ? 1 : 0
  }
  settings.on_body = { parser, bytes, count in
    reader(parser).body(UnsafeRawBufferPointer(start: bytes, count: count)) ? 0 : -1
  }
  settings.on_message_complete = { parser in reader(parser).ends() ? 0 : -1 }
  return settings
}()

private func reader(_ parser: UnsafeMutablePointer<http_parser>?) -> AnswerReader {
  Unmanaged<AnswerReader>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
}
