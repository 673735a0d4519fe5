package import RunbookModel

/// One thing that happened in a run and the commands that it released, as one line of the journal.
///
/// The line has one form, key by key, so that it can be checked without a JSON parser:
///
///     {"seq":0,"at":"2026-11-21T01:35:00.000000000Z","mono_ns":5,"prev":"<base64>",
///      "event":{…},"commands":[…]}       (one line)
///
/// `prev` is the leaf hash of the line before (of no tree at all for record 0), so that each record
/// vouches for everything that stands above it.
package struct Record: Sendable, Equatable {
  /// A longer line is refused by the writer and is damage to a reader.
  package static let maximumLineBytes = 8 << 20

  /// Counts from 0, without gaps.
  package var seq: Int
  package var at: Moment
  package var event: Value
  package var commands: [Value]
  package var prev: RecordHash

  package init(seq: Int, at: Moment, event: Value, commands: [Value], prev: RecordHash) {
    self.seq = seq
    self.at = at
    self.event = event
    self.commands = commands
    self.prev = prev
  }

  /// The bytes of the line, without its end.
  package var line: [UInt8] {
    var bytes = [UInt8]()
    appendLine(to: &bytes)
    return bytes
  }

  package func appendLine(to bytes: inout [UInt8]) {
    Self.appendLine(
      seq: seq, at: at, prev: prev, event: JSONText.write(event),
      commands: JSONText.write(.list(commands)), to: &bytes)
  }

  /// Appends the line of a record whose event and list of commands are JSON already.
  package static func appendLine(
    seq: Int, at: Moment, prev: RecordHash, event: [UInt8], commands: [UInt8],
    to bytes: inout [UInt8]
  ) {
    bytes += "{\"seq\":".utf8
    bytes += String(seq).utf8
    bytes += ",\"at\":\"".utf8
    bytes += at.wall.text(decimals: 9).utf8
    bytes += "\",\"mono_ns\":".utf8
    bytes += String(at.monotonic.nanosecondsClamped).utf8
    bytes += ",\"prev\":\"".utf8
    prev.withBytes { Base64.append($0, to: &bytes) }
    bytes += "\",\"event\":".utf8
    bytes += event
    bytes += ",\"commands\":".utf8
    bytes += commands
    bytes.append(UInt8(ascii: "}"))
  }
}

extension Record {
  /// A line that is not a record, and why.
  package struct Malformed: Error, Sendable, Equatable {
    package var message: String
  }

  /// Reads one line without its end; it must be exactly as `line` writes it up to `event`.
  package init(line: some Collection<UInt8>) throws(Malformed) {
    guard line.count <= Self.maximumLineBytes else {
      throw Malformed(message: "the line is longer than \(Self.maximumLineBytes) bytes")
    }
    let parsed: Value
    do { parsed = try JSONText.read(line) } catch {
      throw Malformed(message: "it is not JSON: \(error.message), at byte \(error.offset + 1)")
    }
    guard let map = parsed.map, map.keys == ["seq", "at", "mono_ns", "prev", "event", "commands"]
    else { throw Malformed(message: "it does not have the six fields of a record, in their order") }
    guard let seq = map["seq"]?.int, seq >= 0 else { throw Malformed(message: "'seq' is no count") }
    guard let wall = map["at"]?.string.flatMap({ Timestamp($0) }) else {
      throw Malformed(message: "'at' is no time")
    }
    guard let nanoseconds = map["mono_ns"]?.int else {
      throw Malformed(message: "'mono_ns' is no count of nanoseconds")
    }
    guard let text = map["prev"]?.string, let bytes = Base64.decode(text.utf8),
      let prev = RecordHash(bytes)
    else { throw Malformed(message: "'prev' is no hash") }
    guard let event = map["event"], let commands = map["commands"]?.list else {
      throw Malformed(message: "'commands' is no list")
    }
    self.init(
      seq: Int(seq), at: Moment(wall: wall, monotonic: .nanoseconds(nanoseconds)),
      event: event, commands: commands, prev: prev)
  }
}
