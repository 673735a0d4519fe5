import RunbookForecast
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
  func chance(
    _ target: Duration, _ chance: String, isAtMost: Bool, _ met: Bool?, _ squaredError: Double?
  ) -> String {
    let error =
      squaredError.map {
        say(", squared error \(Self.thousandths($0))", "，平方误差 \(Self.thousandths($0))")
      }
      ?? ""
    let bound = isAtMost ? say("at most ", "至多 ") : ""
    let came =
      met.map { $0 ? say("it was met", "已达到") : say("it was MISSED", "未达到") }
      ?? say("it is not known", "未知")
    return say(
      "Chance of meeting the RTO of \(duration(target)): \(bound)\(chance) foretold; \(came)\(error).",
      "达到 RTO \(duration(target)) 的概率：预测\(bound)\(chance)；实际\(came)\(error)。")
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

  var noForecasts: String {
    say("None of these runs has a forecast of its start kept.", "以上各次均未保存开始时的预测。")
  }
  var noneKept: String { say("none kept", "未保存") }
  var cameTitle: String { say("Came", "实际") }
  var errorTitle: String { say("Error (came − P50)", "误差（实际 − P50）") }
  var chanceTitle: String { say("Chance of the RTO, and what came", "达标概率与结果") }
  func came(_ forecast: ForecastError) -> String {
    guard let took = forecast.took else { return say("no recovery", "未恢复") }
    guard forecast.notForetold > .zero else { return duration(took) }
    return say(
      "\(duration(took)), of it \(duration(forecast.notForetold)) for people, not foretold",
      "\(duration(took))，其中等待人员 \(duration(forecast.notForetold)) 未计入预测")
  }
  func chanceAgainst(_ forecast: ForecastError, _ verdict: ObjectiveResult.Verdict) -> String {
    guard let chance = forecast.chance else { return say("none foretold", "未预测") }
    let bound = forecast.chanceIsAtMost ? say("at most ", "至多 ") : ""
    return bound + share(chance) + semicolon + self.verdict(verdict)
  }
  /// In sentences: how many of how many, and what it should have been.
  func calibration(_ all: Calibration) -> [String] {
    var said = [
      say(
        "Of \(all.compared) recoveries that were foretold, \(all.withinHalf) came within the P50 (right "
          + "forecasts: half of them) and \(all.withinMost) within the P95 (19 of 20).",
        "已预测的 \(all.compared) 次恢复中，\(all.withinHalf) 次在 P50 之内（预测准确时为一半），"
          + "\(all.withinMost) 次在 P95 之内（预测准确时为 95%）。")
    ]
    if let error = all.medianError {
      let size = duration(error < .zero ? .zero - error : error)
      said.append(
        error < .zero
          ? say("The error in the middle: \(size) sooner than the P50.", "误差中位数：比 P50 早 \(size)。")
          : say("The error in the middle: \(size) later than the P50.", "误差中位数：比 P50 晚 \(size)。"))
    }
    if let mean = all.meanChance, let brier = all.brier {
      said.append(
        say(
          "Chance of the RTO: \(share(mean)) foretold on average over \(all.chances) runs, "
            + "\(all.met) met it. Brier score \(Self.thousandths(brier)): 0 is never wrong, 0.25 is "
            + "always saying one half.",
          "达标概率：\(all.chances) 次平均预测 \(share(mean))，\(all.met) 次达到。"
            + "Brier 分数 \(Self.thousandths(brier))：0 为从无误差，0.25 相当于总说一半。"))
    }
    if all.compared < Calibration.fewest {
      said.append(
        say(
          "Fewer than \(Calibration.fewest) recoveries: too few to say whether the forecasts are right.",
          "不足 \(Calibration.fewest) 次恢复：尚不足以判断预测是否准确。"))
    }
    return said
  }
  var forecastMeans: String {
    say(
      "As made at each run's start, from the run's start to the end of its last critical step; time of "
        + "people that was not foretold is left out of the comparison.",
      "各次开始执行时所作的预测，自开始执行至最后一个关键步骤结束；未计入预测的等待人员时间不参与比较。")
  }
  /// Rounded, but only what is sure is 100 % or 0 %.
  func share(_ share: Double) -> String {
    let whole = Int((share * 100).rounded())
    return "\(share >= 1 ? 100 : share <= 0 ? 0 : min(max(whole, 1), 99)) %"
  }
  private static func thousandths(_ share: Double) -> String {
    let all = Int((share * 1000).rounded())
    return "\(all / 1000).\(String(all % 1000 + 1000).dropFirst())"
  }

  var slowSteps: String {
    say("Steps that took longer than in 19 of 20 simulated runs:", "用时超过 95% 模拟的步骤：")
  }
  var restedOn: String { say("Rested on", "依据") }
  func basis(_ basis: TimeForecast.StepTime.Basis, _ runs: Int) -> String {
    switch basis {
    case .runs: say(runs == 1 ? "1 run" : "\(runs) runs", "\(runs) 次执行")
    case .copies: say("other copies", "其他副本")
    case .author: say("the author's figure", "预案作者的估计")
    case .action: say("the action's own figure", "动作自身的估计")
    case .inPlace: say("it was in place", "原已就位")
    case .leftOut, .settled: ""
    }
  }
  var forecastLost: String {
    say(
      "The forecast made at the run's start is gone, was changed, or is of another version: it is "
        + "not held against what came.",
      "开始执行时的预测已丢失、被更改或版本不同：不与实际比较。")
  }
  func isAttachment(_ hash: String) -> String {
    say("It is the attachment \(hash) in the run's folder.", "即执行目录中的附件 \(hash)。")
  }

  var responseRow: String { say("Time to respond to the alert", "告警响应时间") }
  var incidentTitle: String { say("Incident", "事件") }
}
