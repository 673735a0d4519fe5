import RunbookModel

/// One scalar against one type: its normal form, or what is wrong.
enum FieldForm {
  enum Outcome {
    case fits(Value)
    case wrongType
    /// The rest of a sentence that begins with the field, and what to write.
    case wrongForm(String, help: String?)
  }

  /// `isWritten`: the value was written by a person, so a number needs its unit.
  static func normal(_ value: Value, as type: FieldType, isWritten: Bool) -> Outcome {
    switch (type, value) {
    case (.string, .string), (.int, .int), (.bool, .bool), (.double, .double),
      (.timestamp, .timestamp):
      return .fits(value)
    case (.double, .int(let number)): return .fits(.double(Double(number)))
    case (.duration, .duration(let size)):
      return size < .zero
        ? .wrongForm("is negative: \(size.text)", help: "a duration begins at 0s") : .fits(value)
    case (.duration, .string(let text)):
      return read(text, Duration(text: text).map(Value.duration), "a duration", "30s, 15m or 1h30m")
    case (.size, .int(let bytes)):
      if isWritten, bytes != 0 { return .wrongType }
      return bytes < 0 ? .wrongForm("is negative: \(bytes)", help: nil) : .fits(value)
    case (.size, .string(let text)):
      return read(text, ByteCount.read(text).map(Value.int), "an amount of data", "16MiB or 2GB")
    case (.percentage, .int(let number)): return percentage(Double(number))
    case (.percentage, .double(let number)): return percentage(number)
    case (.percentage, .string(let text)):
      guard text.utf8.last == UInt8(ascii: "%"), let number = Double(text.dropLast()) else {
        return read(text, nil, "a percentage", "10%")
      }
      return percentage(number)
    case (.timestamp, .string(let text)):
      return read(text, Timestamp(text).map(Value.timestamp), "a time", "2026-12-24T08:00:00Z")
    case (.address, .string(let text)):
      guard let problem = NetworkForm.problem(inAddress: text) else { return .fits(value) }
      return .wrongForm("is no address: \(problem)", help: "write host:port, for example db1:5432")
    case (.url, .string(let text)):
      guard let problem = NetworkForm.problem(inURL: text) else { return .fits(value) }
      return .wrongForm(
        "is no usable URL: \(problem)", help: "write it in full, for example https://shop.test/")
    case (.word(let words), .string(let text)):
      if words.contains(text) { return .fits(value) }
      return .wrongForm("cannot be '\(text)'", help: Nearest.help(for: text, among: words))
    default: return .wrongType
    }
  }

  private static func read(
    _ text: String, _ value: Value?, _ name: String, _ example: String
  ) -> Outcome {
    if let value { return .fits(value) }
    let shown = ExpressionConversion.shown(text)
    return .wrongForm("cannot be read as \(name): '\(shown)'", help: "write it like \(example)")
  }

  private static func percentage(_ number: Double) -> Outcome {
    (0...100).contains(number)
      ? .fits(.double(number))
      : .wrongForm(
        "is out of range: \(ExpressionConversion.scalarText(.double(number)))",
        help: "a percentage lies between 0% and 100%")
  }

  /// The value as it may stand in a message; nil for what has no short form.
  static func shown(_ value: Value) -> String? {
    switch value {
    case .string(let text): "'\(ExpressionConversion.shown(text))'"
    case .bool, .int, .double, .duration, .timestamp: ExpressionConversion.scalarText(value)
    case .null, .list, .map, .secret, .unknown: nil
    }
  }

  /// What to write instead of a value of the wrong type.
  static func help(for value: Value, as type: FieldType) -> String? {
    guard let text = shown(value) else { return nil }
    switch (type, value) {
    case (.duration, .int), (.duration, .double):
      return "a number needs its unit: write \(text)s or \(text)ms"
    case (.size, .int), (.size, .double):
      return "a number needs its unit: write \(text)B or \(text)MiB"
    case (.string, .bool), (.string, .int), (.string, .double):
      return "write it in quotes: '\(text)'"
    case (.bool, .string(let word)):
      return ["yes", "on", "no", "off", "true", "false"].contains(word.lowercased())
        ? "write true or false, without quotes" : nil
    case (.int, .string(let digits)), (.double, .string(let digits)):
      return Double(digits) == nil ? nil : "write it without quotes"
    case (.secret, .string): return "name it in the environment and write ${{ secrets.NAME }}"
    default: return nil
    }
  }
}
