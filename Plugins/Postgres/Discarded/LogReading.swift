import RunbookAction
import RunbookModel

/// What one server's log holds after a place, read by pg_waldump: its commits, and whether all of them were seen.
struct LogReading: Sendable {
  /// What stands after the place, in the log's order, as far as it is kept.
  private(set) var listing: [String] = []
  private(set) var transactions: Int64 = 0
  private(set) var firstCommit: Timestamp?
  private(set) var lastCommit: Timestamp?
  /// A commit's time was not one that could be read: printed in another zone than UTC.
  private(set) var hasOddTime = false
  /// Commits that were counted and are not in `listing`.
  private(set) var unlisted: Int64 = 0
  /// A line that is none of pg_waldump's.
  private var odd: String?
  private var listedBytes = 0

  static let listingLimit = 8 << 20
  private static let pageSize: UInt64 = 8192

  /// What is read: `words` is the beginning of the command.
  struct Source: Sendable {
    var words: [String]
    var timeline: Int64
    /// Where the other server's log leaves this one's.
    var fork: WALPosition
    var segmentSize: UInt64

    /// The segment is read from its beginning: the fork must be reached by reading, or nothing after it can be trusted.
    fileprivate var start: WALPosition {
      let last = fork.bytes == 0 ? 0 : fork.bytes - 1
      return WALPosition(bytes: last - last % segmentSize)
    }

    fileprivate func command(from start: WALPosition, _ more: [String]) -> Program {
      Program(words: words + ["--timeline=\(timeline)", "--start=\(start)"] + more)
    }
  }

  enum Outcome: Sendable {
    /// All of it was read: it ends there.
    case whole(LogReading, end: WALPosition)
    /// Not all was read; so much was found until then.
    case unknown(String, found: LogReading)
  }

  static func read(_ source: Source, by deadline: Deadline) -> Outcome {
    var reading = LogReading()
    let result = source.command(from: source.start, ["--rmgr=Transaction"]).read(by: deadline) {
      reading.take($0, after: source.fork)
    }
    if let odd = reading.odd {
      return .unknown("the command printed what is no line of pg_waldump: \(odd)", found: reading)
    }
    let end: WALPosition
    switch LogEnd(result, segmentSize: source.segmentSize) {
    case .end(let position): end = position
    case .unreadable(let reason): return .unknown(reason, found: reading)
    }
    guard end >= source.fork else {
      return .unknown(
        "the log can be read up to \(end) only, before the place where the other one left it "
          + "(\(source.fork))", found: reading)
    }
    // What is really the end has nothing behind it; damage in the middle has. A log that goes on in the next segment
    // has filled this one: pg_waldump waits 5 s for a segment that is not there, so that one is not asked for.
    let nextPage = end.bytes - end.bytes % pageSize + pageSize
    let lastPage = end.bytes - end.bytes % source.segmentSize + source.segmentSize - pageSize
    for place in Set([nextPage, max(nextPage, lastPage)]).sorted() {
      let behind = WALPosition(bytes: place)
      if let wrong = whyNotEmpty(source, behind, by: deadline) {
        return .unknown("the log cannot be read on at \(end), and \(wrong)", found: reading)
      }
    }
    return .whole(reading, end: end)
  }

  private static func whyNotEmpty(
    _ source: Source, _ place: WALPosition, by deadline: Deadline
  ) -> String? {
    var hasRecord = false
    let result = source.command(from: place, ["--limit=1"]).read(by: deadline) {
      if $0.hasPrefix("rmgr:") { hasRecord = true }
    }
    if hasRecord {
      return
        "there are records behind that, after \(place): it is damaged there, or still being written"
    }
    if result.output.contains("could not find a valid record after")
      || result.output.contains("could not find file")
    {
      return nil
    }
    return "whether anything is behind that could not be seen: \(LogEnd.words(result))"
  }

  private mutating func take(_ line: String, after fork: WALPosition) {
    if line.isEmpty || line.hasPrefix("first record is after") { return }
    guard line.hasPrefix("rmgr: Transaction"), let place = Self.position(in: line),
      let what = line.firstRange(of: "desc: ")
    else {
      odd = odd ?? String(oneLine(line).prefix(200))
      return
    }
    guard place >= fork else { return }
    let words = line[what.upperBound...].split(separator: " ", maxSplits: 5)
    switch words.first {
    case "COMMIT": note(words.dropFirst())
    case "COMMIT_PREPARED": note(words.dropFirst(2))
    default: return
    }
    list(line)
  }

  private static func position(in line: String) -> WALPosition? {
    guard let start = line.firstRange(of: "lsn: ") else { return nil }
    return WALPosition(String(line[start.upperBound...].prefix { $0 != "," }))
  }

  /// `2026-11-21 14:37:03.072785 UTC`, and perhaps more after a semicolon.
  private mutating func note(_ words: ArraySlice<Substring>) {
    transactions += 1
    let words = words.prefix(3).map { $0.prefix { $0 != ";" } }
    guard words.count == 3, words[2] == "UTC" || words[2] == "GMT",
      let time = Timestamp("\(words[0])T\(words[1])Z")
    else {
      hasOddTime = true
      return
    }
    firstCommit = min(firstCommit ?? time, time)
    lastCommit = max(lastCommit ?? time, time)
  }

  private mutating func list(_ line: String) {
    guard listedBytes + line.utf8.count + 1 <= Self.listingLimit else {
      unlisted += 1
      return
    }
    listedBytes += line.utf8.count + 1
    listing.append(line)
  }
}

/// Why pg_waldump stopped: it always ends with an error, at the end of the written log as well.
enum LogEnd: Sendable, Equatable {
  case end(WALPosition)
  case unreadable(String)

  init(_ result: Program.Result, segmentSize: UInt64) {
    let said = oneLine(result.output)
    guard case .exited = result.ending, let start = said.firstRange(of: "error in WAL record at ")
    else {
      self = .unreadable(Self.words(result))
      return
    }
    let tail = said[start.upperBound...]
    // After the last record there are zeros, or a page that was never written in this round.
    if let length = tail.firstRange(of: "invalid record length at "), tail.hasSuffix("got 0"),
      let end = WALPosition(String(tail[length.upperBound...].prefix { $0 != ":" }))
    {
      self = .end(end)
    } else if tail.contains("invalid magic number 0000 in") || tail.contains("unexpected pageaddr"),
      let end = Self.page(tail, segmentSize)
    {
      self = .end(end)
    } else {
      self = .unreadable(
        "its log cannot be read on, and that is not how a log ends (a write torn by a power cut, or "
          + "damage): \(said)")
    }
  }

  /// From `... segment 00000001000000000000000A, offset 8192`, with or without an LSN in between.
  private static func page(_ tail: Substring, _ segmentSize: UInt64) -> WALPosition? {
    guard let start = tail.firstRange(of: " segment "), let mark = tail.firstRange(of: "offset "),
      let offset = UInt64(tail[mark.upperBound...].prefix { $0.isNumber })
    else { return nil }
    let name = tail[start.upperBound...].prefix { $0.isHexDigit }
    guard name.count == 24, let high = UInt64(name.dropFirst(8).prefix(8), radix: 16),
      let low = UInt64(name.dropFirst(16), radix: 16), high < 1 << 32
    else { return nil }
    let number = high * (0x1_0000_0000 / segmentSize) + low
    return WALPosition(bytes: number * segmentSize + offset)
  }

  static func words(_ result: Program.Result) -> String {
    let said = oneLine(result.output)
    return "pg_waldump \(result.ending.sentence)" + (said.isEmpty ? "" : ": \(said)")
  }
}
