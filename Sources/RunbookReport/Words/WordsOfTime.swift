package import RunbookModel

extension Words {
  /// At most three figures and a unit, or two units.
  package func duration(_ duration: Duration) -> String {
    let spoken = duration.spoken
    return say(spoken, Self.inChinese(spoken))
  }

  /// `T+1.2 s`, `T−30 s`.
  func offset(_ offset: Duration) -> String {
    offset < .zero ? "T−" + duration(.zero - offset) : "T+" + duration(offset)
  }

  /// To the second, in UTC.
  package func time(_ time: Timestamp) -> String {
    Self.clock(time, decimals: 0) + " UTC"
  }

  /// To the millisecond, in UTC.
  func exactTime(_ time: Timestamp) -> String {
    Self.clock(time, decimals: 3)
  }

  /// `2026-11-21 01:35:00`
  private static func clock(_ time: Timestamp, decimals: Int) -> String {
    let text = time.text(decimals: decimals)
    return "\(text.prefix(10)) \(text.dropFirst(11).dropLast())"
  }

  package func measured(_ measured: Measured) -> String {
    switch measured {
    case .exactly(let duration): self.duration(duration)
    case .atLeast(let duration):
      say("at least \(self.duration(duration))", "至少 \(self.duration(duration))")
    case .atMost(let duration):
      say("at most \(self.duration(duration))", "至多 \(self.duration(duration))")
    case .unknown: unknown
    }
  }

  private static func inChinese(_ spoken: String) -> String {
    spoken.split(separator: " ").map { part in
      switch part {
      case "ns": "纳秒"
      case "µs": "微秒"
      case "ms": "毫秒"
      case "s": "秒"
      case "min": "分"
      case "h": "小时"
      case "d": "天"
      default: String(part)
      }
    }.joined(separator: " ")
  }
}
