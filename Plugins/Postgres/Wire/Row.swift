import CLibPQ
import Glibc
import RunbookAction
import RunbookModel

/// One row of an answer: texts by column name, nil for NULL.
struct Row: Sendable {
  private let columns: [String: String?]

  /// Answers here are a handful of rows; more than this many are not kept.
  private static let limit: Int32 = 1000

  static func all(of result: OpaquePointer) -> [Row] {
    let width = PQnfields(result)
    return (0..<min(PQntuples(result), limit)).map { place in
      var columns: [String: String?] = [:]
      for column in 0..<width {
        let name = String(cString: PQfname(result, column))
        let isNull = PQgetisnull(result, place, column) == 1
        columns.updateValue(
          isNull ? nil : String(cString: PQgetvalue(result, place, column)), forKey: name)
      }
      return Row(columns: columns)
    }
  }

  func text(_ column: String) -> String? { columns[column] ?? nil }
  func flag(_ column: String) -> Bool? { text(column).map { $0 == "t" } }
  func int(_ column: String) -> Int64? { text(column).flatMap { Int64($0) } }
  func position(_ column: String) -> WALPosition? { text(column).flatMap { WALPosition($0) } }
  func time(_ column: String) -> Timestamp? { text(column).flatMap { Timestamp($0) } }
  func milliseconds(_ column: String) -> Duration? { int(column).map { .milliseconds($0) } }
}

/// A place in the write-ahead log, written `0/3000148`.
struct WALPosition: Comparable, Sendable, CustomStringConvertible {
  var bytes: UInt64

  init(bytes: UInt64) { self.bytes = bytes }
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let high = UInt32(parts[0], radix: 16),
      let low = UInt32(parts[1], radix: 16)
    else { return nil }
    bytes = UInt64(high) << 32 | UInt64(low)
  }
  static func < (left: WALPosition, right: WALPosition) -> Bool { left.bytes < right.bytes }

  /// How many bytes this place is behind the other; zero when it is not.
  func behind(_ other: WALPosition) -> Int64 {
    other.bytes > bytes ? Int64(clamping: other.bytes - bytes) : 0
  }
  var description: String {
    String(bytes >> 32, radix: 16, uppercase: true) + "/"
      + String(bytes & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }
}

/// Waits until the descriptor is ready; false when the deadline passed first. A broken one counts as ready: the next
/// call on it says what is wrong.
func wait(_ descriptor: Int32, for events: Int32, by deadline: Deadline) -> Bool {
  var item = pollfd(fd: descriptor, events: Int16(events), revents: 0)
  while true {
    if deadline.hasPassed { return false }
    let ready = poll(&item, 1, Int32(deadline.milliseconds))
    if ready > 0 { return true }
    if ready < 0, errno != EINTR { return true }
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// Foreign words as one line of bounded length.
func oneLine(_ text: String) -> String {
  let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return words.count > 500 ? String(words.prefix(500)) + " ..." : words
}

/// Calls with C copies of the texts, in order.
func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = texts.map { strdup($0) }
  defer {
    for case let copy? in copies {
      // One of them may be a password.
      explicit_bzero(copy, strlen(copy))
      free(copy)
    }
  }
  var pointers = copies.map { UnsafePointer($0) }
  pointers.append(nil)
  return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
