import RunbookModel

struct ConversionFailure: Error {
  var message: String
}

/// `duration() timestamp() string() int() double()`: one value into another type, or why not.
enum ExpressionConversion {
  typealias Converted = Result<Value, ConversionFailure>

  static func duration(_ value: Value) -> Converted {
    switch value {
    case .duration: return .success(value)
    case .string(let text):
      let isNegative = text.utf8.first == UInt8(ascii: "-")
      if let size = Duration(text: isNegative ? String(text.dropFirst()) : text) {
        return .success(.duration(isNegative ? .zero - size : size))
      }
      return failed("'\(shown(text))' is no duration; it is written like 250ms, 30s, 15m or 1h30m")
    case .int, .double:
      return failed("a number is no duration; it needs a unit, for example duration('30s')")
    case .null, .bool, .timestamp, .list, .map, .secret, .unknown:
      return failed("\(value.kind) cannot become a duration")
    }
  }

  static func timestamp(_ value: Value) -> Converted {
    switch value {
    case .timestamp: return .success(value)
    case .string(let text):
      if let time = Timestamp(text) { return .success(.timestamp(time)) }
      return failed("'\(shown(text))' is no time; it is written like 2026-01-31T12:00:00Z")
    case .int(let seconds):
      let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      if overflow { return failed("\(seconds) s since 1970 is beyond the years 1678 to 2261") }
      return .success(.timestamp(Timestamp(nanoseconds: nanoseconds)))
    case .null, .bool, .double, .duration, .list, .map, .secret, .unknown:
      return failed("\(value.kind) cannot become a timestamp")
    }
  }

  static func string(_ value: Value) -> Converted {
    switch value {
    case .string: return .success(value)
    case .bool, .int, .double, .duration, .timestamp: return .success(.string(scalarText(value)))
    case .null, .list, .map, .secret, .unknown:
      return failed("\(value.kind) cannot become a string")
    }
  }

  static func int(_ value: Value) -> Converted {
    switch value {
    case .int: return .success(value)
    case .double(let number):
      // The bounds themselves are not exact as doubles, so both are left out.
      if number > -0x1p63, number < 0x1p63 { return .success(.int(Int64(number))) }
      return failed("\(number) does not fit into an integer of 64 bits")
    case .string(let text):
      if let number = Int64(text) { return .success(.int(number)) }
      return failed("'\(shown(text))' is no integer")
    case .timestamp(let time):
      let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
      return .success(.int(rest < 0 ? seconds - 1 : seconds))
    case .null, .bool, .duration, .list, .map, .secret, .unknown:
      return failed("\(value.kind) cannot become an integer")
    }
  }

  static func double(_ value: Value) -> Converted {
    switch value {
    case .double: return .success(value)
    case .int(let number): return .success(.double(Double(number)))
    case .string(let text):
      if let number = Double(text) { return .success(.double(number)) }
      return failed("'\(shown(text))' is no number")
    case .null, .bool, .duration, .timestamp, .list, .map, .secret, .unknown:
      return failed("\(value.kind) cannot become a number")
    }
  }

  /// A scalar as text: a whole number without `.0`, a duration as it is written in a runbook.
  static func scalarText(_ value: Value) -> String {
    switch value {
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .double(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    case .string(let text): text
    case .duration(let duration): duration.text
    case .timestamp(let time): time.description
    case .null, .list, .map, .secret, .unknown: value.kind
    }
  }

  /// The start of a text, which may be long, for a message.
  static func shown(_ text: String) -> String {
    text.prefix(61).count <= 60 ? text : text.prefix(57) + "..."
  }

  private static func failed(_ message: String) -> Converted {
    .failure(ConversionFailure(message: message))
  }
}
