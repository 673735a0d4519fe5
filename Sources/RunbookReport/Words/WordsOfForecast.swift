import RunbookModel

/// The forecast of a run's start, and how soon somebody responded.
extension Words {
  var forecastTitle: String { say("Forecast against fact", "预测与实际") }
  func foretoldFrom(_ at: Timestamp, _ runs: Int, _ simulated: Int) -> String {
    say(
      "Made \(time(at)) from \(runs == 1 ? "1 earlier run" : "\(runs) earlier runs") of this runbook, by "
        + "\(simulated) simulated runs in which nothing fails.",
      "生成于 \(time(at))，依据本预案此前 \(runs) 次执行，并模拟 \(simulated) 次（假定无失败）。")
  }
  var halfUpTo: String { say("Half of the runs up to", "半数模拟不超过") }
  var mostUpTo: String { say("19 of 20 up to", "95% 模拟不超过") }
  var verdictTitle: String { say("Verdict", "判定") }
  var toRecovery: String { say("To the recovery", "至恢复") }
  func stageRow(_ name: String) -> String { say("Stage \(name)", "阶段 \(name)") }
  var notMeasured: String { say("not measured", "未测得") }
  func forecast(_ verdict: ForecastScore.Verdict) -> String {
    switch verdict {
    case .firstHalf: say("in the first half", "在前一半之内")
    case .secondHalf: say("within 19 of 20", "在 95% 之内")
    case .later: say("LATER than foretold", "晚于预测")
    case .notReached: say("not reached", "未达到")
    case .unknown: notKnown
    }
  }
  func chance(_ target: Duration, _ chance: String, isAtMost: Bool, _ met: Bool?) -> String {
    let bound = isAtMost ? say("at most ", "至多 ") : ""
    let came =
      met.map { $0 ? say("it was met", "已达到") : say("it was MISSED", "未达到") }
      ?? say("it is not known", "未知")
    return say(
      "Chance of meeting the RTO of \(duration(target)): \(bound)\(chance) foretold; \(came).",
      "达到 RTO \(duration(target)) 的概率：预测\(bound)\(chance)；实际\(came)。")
  }
  func peopleNotForetold(_ time: Duration) -> String {
    say(
      "\(duration(time)) of that the run stood still for people, whose time was not known and not "
        + "foretold; the verdict leaves it out.",
      "其中 \(duration(time)) 停下等待人员，其用时未知且未计入预测；判定不含该时间。")
  }
  func warnedAfter(_ time: Duration) -> String {
    say(
      "First seen to be at risk \(duration(time)) after the run's start, as made again from the records.",
      "按记录重算，开始执行 \(duration(time)) 后首次显示目标有风险。")
  }

  var responseRow: String { say("Time to respond to the alert", "告警响应时间") }
  var incidentTitle: String { say("Incident", "事件") }
}
