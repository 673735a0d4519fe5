import RunbookModel

/// Phrases of the Markdown report that the page says otherwise.
extension Words {
  var inDoubtNothing: String { say("In doubt: nothing.", "存疑：无。") }
  func notKnownBelow(_ count: Int) -> String {
    say(
      "In doubt: nothing. Not known or not seen: \(count), listed below.",
      "存疑：无。未知或未见：\(count) 项，见下。")
  }
  func openAndDecided(_ open: Int, _ decided: Int) -> String {
    say(
      "Open questions to people: \(open == 0 ? "none" : "\(open)"). Decisions that differ from the plan: "
        + "\(decided == 0 ? "none" : "\(decided), listed below").",
      "待人员答复：\(open == 0 ? "无" : "\(open) 项")。偏离计划的决定：\(decided == 0 ? "无" : "\(decided) 项，见下")。")
  }
  func runLine(
    _ run: String, _ environment: String, _ who: String, _ started: String, _ ended: String
  ) -> String {
    say(
      "Run \(run) in \(environment), by \(who); \(started), \(ended).",
      "执行 \(run)，环境 \(environment)，发起人 \(who)；\(started)，\(ended)。")
  }
  func atStep(_ step: String) -> String { say(" at \(step)", "（\(step)）") }
  func waitsBold(_ place: String, _ since: Timestamp) -> String {
    say(
      "**Waits for a person\(place)** since \(time(since)): ",
      "**等待人员\(place)**，自 \(time(since)) 起：")
  }
  var clocksTitle: String { say("Targets and clocks", "目标与时钟") }
  var timeToRecover: String { say("Time to recover: ", "恢复时间：") }
  var dataLost: String { say("Data lost: ", "数据丢失：") }
  var outage: String { say("Outage: ", "中断：") }
  var notYetEnded: String { say("not ended", "尚未结束") }
  var noReason: String { say("no reason given", "未说明原因") }
  var changesTitle: String { say("Changes and undo", "变更与撤销") }
  var observationsTitle: String { say("Observations", "观察") }
  var figuresAlone: String {
    say("Made from the figures alone; no judgement is added.", "仅由数据得出，不含评判。")
  }
  func budget(_ budget: Duration) -> String {
    say(", budget \(duration(budget))", "，预算 \(duration(budget))")
  }
  func stageTook(_ time: Duration) -> String {
    say(": took \(duration(time))", "：用时 \(duration(time))")
  }
  var stageOpen: String { say(": not ended", "：未结束") }
  var stageNotStarted: String { say(": not started", "：未开始") }
  var plusCounts: String {
    say("Times are UTC; `+` counts from the run's start.", "时间为 UTC；“+”自开始执行起计。")
  }
  var timeTitle: String { say("Time", "时间") }
  func moreMoments(_ count: Int) -> String {
    say(
      "\(count) more moments are in the JSON form of this report.", "另有 \(count) 个时刻见 JSON 格式的报告。")
  }
}

extension Report {
  var words: Words { Words(language) }
}
