/// A moment of wall-clock time in UTC, to the nanosecond, written as RFC 3339.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Nanoseconds since 1970-01-01T00:00:00Z; reaches from 1678 to 2261.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }
  public static func + (left: Timestamp, right: Duration) -> Timestamp {
    Timestamp(nanoseconds: left.nanoseconds &+ right.nanosecondsClamped)
  }
  public static func - (left: Timestamp, right: Duration) -> Timestamp {
    Timestamp(nanoseconds: left.nanoseconds &- right.nanosecondsClamped)
  }
}

/// One moment as both clocks saw it: the wall's, which people read and which may step, and the monotonic one, which
/// durations are taken from. Monotonic times compare only within one boot of one machine.
public struct Moment: Hashable, Sendable, Codable {
  public var wall: Timestamp
  public var monotonic: Duration

  public init(wall: Timestamp, monotonic: Duration) {
    self.wall = wall
    self.monotonic = monotonic
  }
}

extension Timestamp: Codable, LosslessStringConvertible {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let parsed = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not an RFC 3339 time")
    }
    self = parsed
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// RFC 3339 in UTC, with as many of three, six or nine decimals as are needed: `2026-11-21T01:35:00.123Z`.
  public var description: String { text(decimals: nil) }

  /// RFC 3339 in UTC with a fixed number of decimals (0, 3, 6 or 9), cut, not rounded.
  public func text(decimals wanted: Int?) -> String {
    let (days, inDay) = nanoseconds.flooredDivision(by: 86_400_000_000_000)
    let date = CivilDate(daysSince1970: days)
    let seconds = inDay / 1_000_000_000
    let nanos = inDay % 1_000_000_000
    let decimals =
      wanted
      ?? (nanos == 0 ? 0 : nanos % 1_000_000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9)
    var text = [UInt8]()
    text.reserveCapacity(30)
    text.appendDecimal(date.year, width: 4)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(date.month, width: 2)
    text.append(UInt8(ascii: "-"))
    text.appendDecimal(date.day, width: 2)
    text.append(UInt8(ascii: "T"))
    text.appendDecimal(seconds / 3600, width: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(seconds / 60 % 60, width: 2)
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(seconds % 60, width: 2)
    if decimals > 0 {
      var fraction = nanos
      for _ in decimals..<9 { fraction /= 10 }
      text.append(UInt8(ascii: "."))
      text.appendDecimal(fraction, width: decimals)
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads RFC 3339 (`2026-12-24T00:00Z` without seconds too), with `Z` or an offset; nil for anything else.
  public init?(_ text: String) {
    var reader = ByteReader(text)
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
      reader.take("-"), let day = reader.digits(2),
      reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2),
      (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, year: year),
      hour < 24, minute < 60
    else { return nil }
    var second: Int64 = 0
    var nanos: Int64 = 0
    if reader.take(":") {
      guard let read = reader.digits(2), read <= 60 else { return nil }
      second = read
      if reader.take(".") {
        guard let fraction = reader.fraction(places: 9) else { return nil }
        nanos = fraction
      }
    }
    var offset: Int64 = 0
    if !reader.take("Z"), !reader.take("z") {
      let sign: Int64 = reader.take("-") ? -1 : 1
      if sign == 1, !reader.take("+") { return nil }
      guard let hours = reader.digits(2), reader.take(":"), let minutes = reader.digits(2),
        hours < 24, minutes < 60
      else { return nil }
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard reader.isAtEnd, (1678...2261).contains(year) else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    nanoseconds = seconds * 1_000_000_000 + nanos
  }
}

/// A date of the proleptic Gregorian calendar; the arithmetic is Howard Hinnant's `days_from_civil`.
struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let (era, dayOfEra) = shifted.flooredDivision(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let year = month <= 2 ? self.year - 1 : self.year
    let (era, yearOfEra) = year.flooredDivision(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func days(inMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
