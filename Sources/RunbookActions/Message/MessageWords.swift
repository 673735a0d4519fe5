import RunbookModel

/// The words of the built-in texts in one language.
struct MessageWords: Sendable {
  var language: MessageLanguage

  private func say(_ english: String, _ chinese: String) -> String {
    switch language {
    case .english: english
    case .chinese: chinese
    }
  }

  var subjectFirst: String { say("outage, the response has begun", "发生故障，应急响应已启动") }
  var subjectGoesOn: String { say("the recovery goes on", "恢复工作进行中") }
  var subjectRecovered: String { say("recovered", "已恢复") }
  var subjectWatched: String {
    say("the work is done, the service is being watched", "恢复操作已完成，正在观察服务")
  }
  var subjectNotRecovered: String {
    say("NOT confirmed as recovered", "尚未确认恢复")
  }

  var service: String { say("Service", "服务") }
  var severity: String { say("Severity", "事件级别") }
  var state: String { say("State", "当前状态") }
  var outage: String { say("Outage", "故障时间") }
  var response: String { say("Response", "响应用时") }
  var clock: String { say("Recovery", "恢复用时") }
  var dataLoss: String { say("Data lost", "数据丢失") }
  var forecast: String { say("Forecast", "预计恢复") }
  var done: String { say("Done", "已完成") }
  var underWay: String { say("Going on", "进行中") }
  var waiting: String { say("Waiting", "等待人工") }
  var next: String { say("Next", "下一步") }
  var inDoubt: String { say("In doubt", "状态存疑") }
  var lead: String { say("Led by", "负责人") }
  var run: String { say("Run", "执行编号") }
  var asOf: String { say("As of", "数据截至") }

  /// The label with its colon, as wide as the others.
  func label(_ text: String) -> String {
    switch language {
    case .english: (text + ":").padded(to: 12)
    case .chinese: text + "："
    }
  }

  var colon: String { say(": ", "：") }
  var comma: String { say(", ", "，") }
  var semicolon: String { say("; ", "；") }
  var notStated: String { say("not stated", "未说明") }
  var nothing: String { say("nothing", "无") }
  func more(_ count: Int) -> String { say("; and \(count) more", "；等另外 \(count) 项") }

  func recovered(_ time: String, isSeen: Bool) -> String {
    isSeen
      ? say("recovered at \(time), as seen from outside", "已于 \(time) 恢复（以外部观测为准）")
      : say(
        "recovered at \(time), as far as the run itself has verified",
        "已于 \(time) 恢复（以本次执行自身的验证为准）")
  }
  func ahead(_ ahead: RunFigures.Ahead) -> String {
    let text = say(
      "in about \(span(ahead.half)), 19 of 20 within \(span(ahead.most)), if nothing fails",
      "若无失败，约 \(span(ahead.half))后恢复，95% 的情况下不超过 \(span(ahead.most))")
    return ahead.withoutPeople
      ? text + say(", without the time of people", "（不含人工等待时间）") : text
  }
  var notForetold: String { say("not known (nothing was foretold)", "未知") }
  var endedUnrecovered: String {
    say("the run has ended, and the service is not confirmed as recovered", "执行已结束，服务尚未确认恢复")
  }
  var beingRecovered: String { say("being recovered", "正在恢复") }
  var beingWatched: String {
    say(
      "every critical step is done; it is not confirmed yet that the service stays good",
      "关键步骤均已完成，尚未确认服务持续正常")
  }
  var waitsForPeople: String { say("being recovered, waits for a person", "正在恢复，等待人工处理") }
  var isRecovered: String { say("it is recovered", "已恢复") }

  var outageNotKnown: String { say("when it began is not known", "开始时间未知") }
  func since(_ time: String, _ span: (text: String, isOpen: Bool)?) -> String {
    guard let span else { return say("since \(time)", "始于 \(time)") }
    return span.isOpen
      ? say("since \(time), \(span.text) so far", "始于 \(time)，至今 \(span.text)")
      : say("since \(time), for \(span.text)", "始于 \(time)，持续 \(span.text)")
  }

  func objective(_ span: String) -> String { say("objective \(span)", "目标 \(span)") }
  var noObjective: String { say("no objective is set", "未设目标") }
  var met: String { say("met", "已达成") }
  var missed: String { say("MISSED", "未达成") }
  func left(_ span: String) -> String { say("\(span) left", "剩余 \(span)") }
  var leftNotKnown: String { say("what is left is not known", "剩余时间未知") }
  var verdictNotKnown: String { say("whether it is met is not known", "是否达成未知") }

  func startedBy(_ run: String, _ who: String) -> String {
    say("\(run), started by \(who)", "\(run)，由 \(who) 启动")
  }
  var notStarted: String { say("not started yet", "尚未启动") }

  /// `isOpen`: it goes on counting.
  func known(_ known: RunFigures.Known, isOpen: Bool = false) -> String {
    switch known {
    case .exactly(let duration):
      isOpen ? say("\(span(duration)) so far", "至今 \(span(duration))") : span(duration)
    case .atLeast(let duration): say("at least \(span(duration))", "至少 \(span(duration))")
    case .atMost(let duration): say("at most \(span(duration))", "至多 \(span(duration))")
    case .unknown(let why): say("not known (\(why))", "未知")
    }
  }

  /// `SEV2, 12 % of users, orange`; nil where nobody has said anything.
  func incident(_ facts: IncidentFacts) -> String? {
    guard language == .chinese else { return facts.words }
    guard let colour = facts.colour else { return nil }
    let name =
      switch colour {
      case .yellow: "黄色预警"
      case .orange: "橙色预警"
      case .red: "红色预警"
      }
    let share = facts.usersAffected.map { share in
      "影响 \(share == share.rounded() ? "\(Int64(share))" : "\(share)") % 用户"
    }
    return [facts.severity?.rawValue, share, name].compactMap { $0 }.joined(separator: "，")
  }

  /// `2026-11-21 11:12:30 UTC`
  func time(_ time: Timestamp) -> String {
    time.text(decimals: 0).replacing("T", with: " ").replacing("Z", with: " UTC")
  }

  func span(_ duration: Duration) -> String {
    switch language {
    case .english: return duration.spoken
    case .chinese: break
    }
    let milliseconds = duration.nanosecondsClamped / 1_000_000
    if milliseconds <= 0 { return "0 秒" }
    if milliseconds < 1000 { return "\(milliseconds) 毫秒" }
    let seconds = milliseconds / 1000
    if seconds < 60 {
      let tenth = milliseconds % 1000 / 100
      return seconds < 10 && tenth > 0 ? "\(seconds).\(tenth) 秒" : "\(seconds) 秒"
    }
    let parts = [
      (seconds / 86400, "天"), (seconds % 86400 / 3600, "小时"), (seconds % 3600 / 60, "分钟"),
      (seconds % 60, "秒"),
    ].drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
    return parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
