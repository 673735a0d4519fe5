import RunbookModel

/// Sentences of the page around tables and folds.
extension Words {
  var madeFromFigures: String {
    say(
      "Found by the program, from the records alone. People judge them, add their own, and say who "
        + "mends what by when.",
      "由程序仅依据记录得出。由人员判断、补充，并确定由谁在何时前整改。")
  }
  var everyStepRan: String { say("Every step was run.", "所有步骤均已执行。") }
  func waitingForTurn(_ count: Int) -> String {
    say(
      "Nothing was left out; \(count) steps have not had their turn.", "没有遗漏；\(count) 个步骤尚未轮到。")
  }
  var noChange: String { say("No change was made.", "未作任何变更。") }
  var noChangeStands: String { say("No change stands.", "没有保留的变更。") }
  func changesStanding(isSure: Bool) -> String {
    isSure
      ? say("Changes that stand:", "保留的变更：")
      : say("Changes that stand, or may:", "保留或可能保留的变更：")
  }
  func takenBack(_ because: String) -> String {
    say("Taken back, because \(sentence(because))", "已撤销，原因：\(sentence(because))")
  }
  func canUndo(_ run: String) -> String {
    say("possible: lifeboat undo \(run)", "可撤销：lifeboat undo \(run)")
  }
  var isNotKnown: String { say("NOT KNOWN", "未知") }
  func stepCounts(_ total: Int, _ parts: String, _ attempts: Int) -> String {
    say(
      "\(total) steps: \(parts). Attempts: \(attempts).",
      "共 \(total) 个步骤：\(parts)。执行次数：\(attempts)。")
  }
  func counted(_ counts: Report.Counts) -> String {
    let parts: [(Int, String)] = [
      (counts.succeeded, say("succeeded", "成功")), (counts.failed, say("failed", "失败")),
      (counts.failedIgnored, say("failed but not critical", "失败但非关键")),
      (counts.inDoubt, say("in doubt", "存疑")), (counts.undone, say("undone", "已撤销")),
      (counts.undoFailed, say("not undone", "撤销失败")),
      (counts.skipped, say("skipped", "跳过")),
      (counts.excluded, say("left out by the variant", "本方案不含")),
      (counts.notRun, say("not run", "未执行")),
      (counts.notStarted, say("not started", "未开始")),
      (counts.underWay, say("under way", "进行中")),
    ]
    return parts.filter { $0.0 > 0 }.map { say("\($0.0) \($0.1)", "\($0.1) \($0.0)") }
      .joined(separator: comma)
  }
  func more(_ count: Int) -> String {
    say(
      "\(count) more are left out of this page to keep it small; the JSON form of this report has "
        + "them all.",
      "为控制页面大小，另有 \(count) 项未列出；JSON 格式的报告包含全部内容。")
  }
  func rows(_ count: Int) -> String { say(count == 1 ? "1 row" : "\(count) rows", "\(count) 行") }
  var foldedOnPaper: String {
    say(
      "Where much is folded away, open it before you print: what is closed is not printed.",
      "折叠的内容若未展开则不会打印；如需打印请先展开。")
  }
  var timesAreUTC: String {
    say("Times are UTC; T+ counts from the run's start.", "时间为 UTC；T+ 自开始执行起计。")
  }
  var planned: String { say("Planned", "计划") }
  var seenBefore: String { say("Seen before", "变更前所见") }
  var warning: String { say("Warning", "警告") }
  var measuredFacts: String { say("Measured", "测得") }
  var notCritical: String {
    say("Not critical: its failure does not fail the run", "非关键：其失败不导致整体失败")
  }
  func output(_ notices: [String]) -> String {
    say("Output", "输出") + (notices.isEmpty ? "" : brackets(notices.joined(separator: semicolon)))
  }
  func lastLines(_ kept: Int, _ all: Int) -> String {
    say("the last \(kept) of \(all) lines", "全部 \(all) 行中的最后 \(kept) 行")
  }
  func dropped(_ bytes: Int) -> String {
    say("\(bytes) bytes were dropped and are kept nowhere", "\(bytes) 字节已丢弃，未保存")
  }
  func said(_ who: String, _ yes: Bool) -> String {
    say("\(who) said \(yes ? "yes" : "no")", "\(who) \(yes ? "同意" : "拒绝")")
  }
  func waitsSince(_ step: String?, _ time: Timestamp) -> String {
    let place = step.map { say(" at \(quoted($0))", "（步骤 \($0)）") } ?? ""
    return say(
      "Waits for a person\(place) since \(self.time(time))", "等待人员\(place)，自 \(self.time(time)) 起")
  }
  func openQuestions(_ count: Int) -> String {
    say(
      "Open questions to people: \(count == 0 ? "none" : "\(count)")",
      "待人员答复：\(count == 0 ? "无" : "\(count) 项")")
  }
  func doubtCount(_ urgent: Int, _ all: Int) -> String {
    if urgent > 0 { return say("In doubt: \(urgent)", "存疑：\(urgent) 项") }
    return say("In doubt: nothing", "存疑：无")
      + (all == 0 ? "" : say("; not known or not seen: \(all)", "；未知或未见：\(all) 项"))
  }
  func deviationCount(_ count: Int) -> String {
    say(
      "Decisions that differ from the plan: \(count == 0 ? "none" : "\(count)")",
      "偏离计划的决定：\(count == 0 ? "无" : "\(count) 项")")
  }
  var notStarted: String { say("not started", "未开始") }
}
