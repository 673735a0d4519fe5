import RunbookModel

/// What lifeboat itself adds to a message's texts, and what it takes out.
enum MessageText {
  static func mark(_ language: MessageLanguage) -> String {
    switch language {
    case .english: "[DRILL]"
    case .chinese: "[演练]"
    }
  }

  private static func drillLine(_ language: MessageLanguage) -> String {
    switch language {
    case .english:
      "[DRILL] This is a drill. It is not an outage; nothing needs to be done about it."
    case .chinese: "[演练] 这是一次演练，并非真实故障，无需采取任何措施。"
    }
  }

  static func subject(
    _ text: String, _ language: MessageLanguage, _ purpose: Purpose
  ) throws(ActionFailure) -> String {
    guard !text.unicodeScalars.contains(where: \.breaksLines) else {
      throw .refused(
        .input, "the subject '\(text.withoutControls)' holds a line break or a control character",
        advice: "write it in one line; the rest belongs into the body")
    }
    var subject = text
    if purpose == .drill, !subject.hasPrefix(mark(language)) {
      subject = "\(mark(language)) \(subject)"
    }
    return subject.count > MessageLimits.subject
      ? subject.prefix(MessageLimits.subject - 1) + "…" : subject
  }

  static func body(_ text: String, _ language: MessageLanguage, _ purpose: Purpose) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
      let isLine = scalar == "\n" || scalar == "\t"
      // Output of other programs may hold controls that a screen would obey.
      scalars.append(scalar.breaksLines && !isLine ? "\u{FFFD}" : scalar)
    }
    var body = String(scalars)
    if purpose == .drill { body = "\(drillLine(language))\n\n\(body)" }
    if body.utf8.count > MessageLimits.body {
      let rest = body.utf8.count - MessageLimits.body
      // A character may be cut in two; its half is left out.
      var kept = Substring(body).utf8.prefix(MessageLimits.body)
      while String(kept) == nil { kept = kept.dropLast() }
      body = (String(kept) ?? "") + "\n… [\(rest) bytes cut / 已截断 \(rest) 字节]"
    }
    while body.hasSuffix("\n") { body.removeLast() }
    return body + "\n"
  }

  /// As it may stand in a Message-ID.
  static func token(_ text: String) -> String {
    var token = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"):
        token.append(Character(UnicodeScalar(byte)))
      default: token += "=" + String(byte, radix: 16)
      }
    }
    return token
  }
}
