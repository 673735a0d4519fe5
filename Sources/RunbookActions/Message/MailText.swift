import FoundationEssentials
import RunbookModel

/// A message as it travels: RFC 5322, with MIME for what is not ASCII.
struct MailText {
  private let change: MessageSend.Change
  private let from: String?
  private let at: Timestamp

  init(_ change: MessageSend.Change, from: String?, at: Timestamp) {
    self.change = change
    self.from = from
    self.at = at
  }

  /// For a mail server: ASCII throughout, lines end in CRLF.
  var wire: [UInt8] {
    var lines = headers { Self.encoded($0) }
    let body = Array(change.body.utf8)
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    let isPlain =
      body.allSatisfy { $0 < 128 }
      && change.body.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 }
    lines.append("Content-Transfer-Encoding: \(isPlain ? "7bit" : "base64")")
    lines.append("")
    if isPlain {
      lines += change.body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    } else {
      lines.append(
        Data(body.flatMap { $0 == 10 ? [13, 10] : [$0] }).base64EncodedString(
          options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed]))
      lines.append("")
    }
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  /// For a file: one message of an mbox, in UTF-8, so that people can read it with anything (RFC 6532).
  var readable: String {
    var lines = ["From lifeboat \(Self.mboxDate(at))"]
    lines += headers { $0 }
    lines += [
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 8bit", "",
    ]
    for line in change.body.split(separator: "\n", omittingEmptySubsequences: false) {
      let isLikeFrom = line.drop { $0 == ">" }.hasPrefix("From ")
      lines.append(isLikeFrom ? ">\(line)" : String(line))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func headers(_ text: (String) -> String) -> [String] {
    func person(_ one: Recipient) -> String {
      guard let name = one.name else { return one.address }
      let isASCII = name.utf8.allSatisfy { $0 < 128 }
      let shown =
        isASCII
        ? "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        : text(name)
      return "\(shown) <\(one.address)>"
    }
    var lines: [String] = []
    if let from { lines.append("From: " + person(Recipient(from))) }
    // One a line: a header's line may not be longer than 998 bytes.
    lines.append("To: " + change.to.map(person).joined(separator: ",\r\n "))
    lines.append("Subject: " + text(change.subject))
    lines.append("Date: " + Self.date(at))
    lines.append("Message-ID: <\(change.id)>")
    lines.append("References: <\(change.thread)>")
    // No out-of-office answers, please.
    lines.append("Auto-Submitted: auto-generated")
    return from == nil ? lines.map { $0.replacing("\r\n", with: "\n") } : lines
  }

  /// As RFC 2047 writes what is not ASCII: lines of at most 76 bytes, no character cut in two.
  static func encoded(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 128 }) else { return text }
    var words: [[UInt8]] = [[]]
    for character in text.unicodeScalars {
      let bytes = Array(String(character).utf8)
      if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
      words[words.count - 1] += bytes
    }
    return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
  }

  private struct Day {
    var weekday: String
    var day: String
    var month: String
    var year: String
    var time: String

    init(_ at: Timestamp) {
      // 2026-11-21T10:52:23Z
      let text = at.text(decimals: 0)
      let parts = text.split { "-T:Z".contains($0) }.map(String.init)
      let days = at.nanoseconds / 86_400_000_000_000
      weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
      let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
      ]
      year = parts[0]
      month = months[(Int(parts[1]) ?? 1) - 1]
      day = parts[2]
      time = "\(parts[3]):\(parts[4]):\(parts[5])"
    }
  }

  /// `Sat, 21 Nov 2026 10:52:23 +0000`
  static func date(_ at: Timestamp) -> String {
    let day = Day(at)
    return "\(day.weekday), \(day.day) \(day.month) \(day.year) \(day.time) +0000"
  }

  private static func mboxDate(_ at: Timestamp) -> String {
    let day = Day(at)
    return "\(day.weekday) \(day.month) \(day.day) \(day.time) \(day.year)"
  }
}
