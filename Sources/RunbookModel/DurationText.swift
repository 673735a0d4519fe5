extension Duration {
  /// Whole nanoseconds; a duration beyond 292 years becomes the largest there is.
  public var nanosecondsClamped: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflowed ? (seconds < 0 ? .min : .max) : sum
  }

  /// Seconds as a number, for arithmetic that ends on a screen.
  public var inSeconds: Double { Double(nanosecondsClamped) / 1e9 }

  /// Reads `250ms`, `30s`, `15m`, `1h30m`, `2d`, `1.5s`, or ISO 8601 (`PT15M`); nil for anything else, a bare number too.
  public init?(text: String) {
    var reader = ByteReader(text)
    if reader.take("P") || reader.take("p") {
      guard let parsed = Self.readISO8601(&reader) else { return nil }
      self = .nanoseconds(parsed)
      return
    }
    var total: Int64 = 0
    var last = Int64.max
    repeat {
      guard let nanos = Self.readPart(&reader, units: Self.units, below: &last),
        case let (sum, overflow) = total.addingReportingOverflow(nanos), !overflow
      else { return nil }
      total = sum
    } while !reader.isAtEnd
    self = .nanoseconds(total)
  }

  /// The exact form that `init(text:)` reads back: `1h30m`, `250ms`, `0s`.
  public var text: String {
    var rest = nanosecondsClamped
    if rest == 0 { return "0s" }
    var text = rest < 0 ? "-" : ""
    rest = rest == .min ? .max : abs(rest)
    for (name, size) in Self.units where rest >= size {
      text += "\(rest / size)\(name)"
      rest %= size
    }
    return text
  }

  /// For people: at most three figures and a unit, or two units: `4.3 s`, `180 ms`, `12 min 30 s`, `2 h 5 min`.
  public var spoken: String {
    let nanos = nanosecondsClamped
    let sign = nanos < 0 ? "-" : ""
    let size = nanos == .min ? Int64.max : abs(nanos)
    func decimal(_ unit: Int64, _ name: String) -> String {
      let tenths = (size + unit / 20) / (unit / 10)
      return tenths % 10 == 0 || tenths >= 1000
        ? "\(sign)\((tenths + 5) / 10) \(name)" : "\(sign)\(tenths / 10).\(tenths % 10) \(name)"
    }
    switch size {
    case 0: return "0 s"
    case ..<1000: return "\(sign)\(size) ns"
    case ..<1_000_000: return decimal(1000, "µs")
    case ..<999_500_000: return decimal(1_000_000, "ms")
    case ..<60_000_000_000: return decimal(1_000_000_000, "s")
    default:
      let seconds = (size + 500_000_000) / 1_000_000_000
      let pairs: [(Int64, String, Int64, String)] = [
        (86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"),
      ]
      for (large, largeName, small, smallName) in pairs where seconds >= large {
        let rest = seconds % large / small
        let tail = rest == 0 ? "" : " \(rest) \(smallName)"
        return "\(sign)\(seconds / large) \(largeName)\(tail)"
      }
      return "\(sign)\(seconds) s"
    }
  }

  private static let units: [(String, Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
    ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
  ]

  /// One number with its unit, which must be smaller than the one before.
  private static func readPart(
    _ reader: inout ByteReader, units: [(String, Int64)], below last: inout Int64
  ) -> Int64? {
    guard let whole = reader.number() else { return nil }
    var fraction: Int64 = 0
    if reader.take(".") {
      guard let read = reader.fraction(places: 9) else { return nil }
      fraction = read
    }
    let name = reader.letters()
    guard let unit = units.first(where: { $0.0 == name })?.1, unit < last else { return nil }
    last = unit
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    let part = fraction == 0 ? 0 : Int64(Double(fraction) / 1e9 * Double(unit))
    let (sum, overflowed) = product.addingReportingOverflow(part)
    return overflowed ? nil : sum
  }

  /// What follows the `P` of an ISO 8601 duration: days, then `T` with hours, minutes, seconds. Months and years have
  /// no fixed length and are not read.
  private static func readISO8601(_ reader: inout ByteReader) -> Int64? {
    var total: Int64 = 0
    var last = Int64.max
    var inTime = false
    var read = false
    while !reader.isAtEnd {
      if !inTime, reader.take("T") || reader.take("t") {
        inTime = true
        guard !reader.isAtEnd else { return nil }
      }
      let units: [(String, Int64)] =
        inTime
        ? [("H", 3_600_000_000_000), ("M", 60_000_000_000), ("S", 1_000_000_000)]
        : [("W", 604_800_000_000_000), ("D", 86_400_000_000_000)]
      guard let nanos = readPart(&reader, units: units, below: &last) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(nanos)
      guard !overflow else { return nil }
      total = sum
      read = true
    }
    return read ? total : nil
  }
}

/// An amount of data in bytes, written with a binary or decimal unit: `16MiB`, `1.5GB`, `512B`.
public enum ByteCount {
  /// Bytes, or nil when the text is not a number with a unit.
  public static func read(_ text: String) -> Int64? {
    var reader = ByteReader(text)
    guard let whole = reader.number() else { return nil }
    var fraction: Int64 = 0
    if reader.take(".") {
      guard let read = reader.fraction(places: 9) else { return nil }
      fraction = read
    }
    let name = reader.letters()
    guard reader.isAtEnd, let unit = units.first(where: { $0.0 == name })?.1 else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    return overflow ? nil : product + Int64(Double(fraction) / 1e9 * Double(unit))
  }

  /// For people: `1.5 MiB`, `300 B`.
  public static func spoken(_ bytes: Int64) -> String {
    guard abs(bytes) >= 1024 else { return "\(bytes) B" }
    let table: [(String, Double)] = [
      ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10),
    ]
    let size = Double(bytes)
    let (name, unit) = table.first { abs(size) >= $0.1 } ?? ("KiB", 1024)
    let tenths = (size / unit * 10).rounded()
    let whole = Int64(tenths) / 10
    let tenth = abs(Int64(tenths) % 10)
    return tenth == 0 ? "\(whole) \(name)" : "\(whole).\(tenth) \(name)"
  }

  private static let units: [(String, Int64)] = [
    ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
  ]
}
