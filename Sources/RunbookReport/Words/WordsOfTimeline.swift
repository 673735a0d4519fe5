package import RunbookEngine
import RunbookModel

/// The moments of a run. What steps and people said stands in them as it was recorded.
extension Words {
  var observers: String { say("observers", "观察点") }
  /// With the observer's name: not every view has a column for it.
  package func observerSaw(_ observer: String, _ change: ObservedChange) -> String {
    let who = change.answeredBy.map { brackets($0) } ?? ""
    return say(
      "\(observer) is \(change.to.rawValue.uppercased())\(who): \(change.saw)",
      "\(observer) \(observed(change.to))\(who)：\(change.saw)")
  }
  var nobodyLooked: String {
    say("nobody looked: no process was running the run", "无人观察：没有进程在执行")
  }
  var nobodyAnswered: String { say("nobody answered in time", "时限内无人答复") }
  func declinedBy(_ who: String) -> String { say("declined by \(who)", "\(who) 拒绝") }
  func confirmedBy(_ who: String) -> String { say("confirmed by \(who)", "\(who) 确认") }
  func approvedBy(_ who: String) -> String { say("approved by \(who)", "\(who) 批准") }
  var otherCommands: String {
    say("the rules give other commands than the record holds", "按规则得出的指令与记录不符")
  }
  var startedTheRun: String { say("started the run", "开始执行") }
  var tookItOver: String { say("took the run over", "接续执行") }
  func answeredAbout(_ decision: PersonAnswer.Decision, _ step: StepID) -> String {
    decision == .approve
      ? say("said yes to \(step)", "同意 \(step)") : say("said no to \(step)", "拒绝 \(step)")
  }
  var criticalDone: String {
    say("the last critical step has succeeded", "最后一个关键步骤已成功")
  }
  var criticalDoneUnwatched: String {
    say(
      "the last critical step has succeeded: recovered, as far as the run itself saw",
      "最后一个关键步骤已成功：已恢复（以本次执行所见为准）")
  }
  var outageStated: String {
    say("the outage began, as stated at the run's start", "中断开始（按开始执行时的陈述）")
  }
  var declaredStated: String {
    say("declared, as stated at the run's start", "宣告（按开始执行时的陈述）")
  }
  func interrupted(_ cause: String) -> String {
    say("interrupted: \(cause); nothing more is started", "中断：\(cause)；不再开始任何步骤")
  }
  func verified(_ verdict: Verdict) -> String {
    say("verified, \(self.verdict(verdict))", "核实，\(self.verdict(verdict))")
  }
  func checked(_ verdict: Verdict) -> String {
    say("checked, \(self.verdict(verdict))", "检查，\(self.verdict(verdict))")
  }
  private func verdict(_ verdict: Verdict) -> String {
    switch verdict {
    case .holds: say(verdict.word, "成立")
    case .doesNotHold: say(verdict.word, "不成立")
    case .cannotTell: say(verdict.word, "无法判断")
    }
  }
  var noAnswerInTime: String { say("the time for an answer has run out", "答复时限已过") }
  var notConfirmedInTime: String { say("the time to confirm it has run out", "确认时限已过") }
  func deadlineOver(_ ran: Duration, _ paused: Duration) -> String {
    say(
      "the deadline is over after \(duration(ran)), pauses of \(duration(paused)) not counted; nothing more "
        + "is started until a person says so",
      "执行 \(duration(ran)) 后期限已到（暂停 \(duration(paused)) 不计）；在人员指示之前不再开始任何步骤")
  }
  func answered(_ decision: PersonAnswer.Decision) -> String {
    decision == .approve ? say("said yes", "同意") : say("said no", "拒绝")
  }
  func soaked(_ lasted: Bool, _ waited: Duration) -> String {
    lasted
      ? say(
        "seen from outside, the service stayed good; watched for \(duration(waited))",
        "外部观察业务持续正常；观察 \(duration(waited))")
      : say(
        "seen from outside, the service did NOT stay good in \(duration(waited))",
        "外部观察业务在 \(duration(waited)) 内未能持续正常")
  }
  func refused(_ verb: String, _ message: String) -> String {
    say("ordered \(verb), which was not taken: \(message)", "指令 \(verb) 未被接受：\(message)")
  }
  func began(_ attempt: Int) -> String {
    attempt == 1
      ? say("began", "开始") : say("began again, attempt \(attempt)", "重新开始，第 \(attempt) 次")
  }
  func applying(_ attempt: Int) -> String {
    attempt == 1
      ? say("applying the change", "正在变更")
      : say("applying, attempt \(attempt)", "变更，第 \(attempt) 次")
  }
  func takingBack(_ attempt: Int) -> String {
    attempt == 1
      ? say("taking the change back", "正在撤销") : say("undo, attempt \(attempt)", "撤销，第 \(attempt) 次")
  }
  func asked(_ text: String) -> String { say("asked: \(text)", "询问：\(text)") }
  func waitsToRetry(_ delay: Duration) -> String {
    say("waits \(duration(delay)) before the next attempt", "等待 \(duration(delay)) 后重试")
  }
  func takenBackUnlessConfirmed(_ time: Duration) -> String {
    say(
      "is taken back by itself in \(duration(time)) unless it is confirmed",
      "若 \(duration(time)) 内未确认则自行撤销")
  }
  func runEnded(_ outcome: Outcome) -> String {
    say("the run ended: \(outcome.words)", "执行结束：\(self.outcome(outcome))")
  }
  func watching(_ time: Duration) -> String {
    say(
      "the work is done; the service is watched"
        + (time > .zero ? " for \(duration(time))" : ""),
      "各项工作已完成；正在观察业务" + (time > .zero ? " \(duration(time))" : ""))
  }
  func opened(_ purpose: Purpose, _ host: String) -> String {
    say("\(purpose.rawValue) opened on \(host)", "\(self.purpose(purpose))开始于 \(host)")
  }
  func takenOver(_ host: String, _ interrupted: String, _ cutBytes: Int) -> String {
    let lost =
      interrupted.isEmpty
      ? ""
      : say("; not known how these ended: \(interrupted)", "；以下结果未知：\(interrupted)")
    let cut =
      cutBytes == 0
      ? ""
      : say(
        "; \(cutBytes) bytes of a torn last line were cut from the journal",
        "；从日志中截去未写完的最后一行 \(cutBytes) 字节")
    return say("taken over on \(host)\(lost)\(cut)", "在 \(host) 接续\(lost)\(cut)")
  }
  func willDo(_ does: String) -> String { say("will do: \(does)", "将要：\(does)") }
  func inPlace(_ saw: String) -> String { say("already in place: \(saw)", "已就位：\(saw)") }
  func skipped(_ why: String) -> String { say("skipped: \(why)", "跳过：\(why)") }
  func failedWith(_ message: String) -> String { say("failed: \(message)", "失败：\(message)") }
  var applied: String { say("applied", "已变更") }
  var applyFailed: String { say("apply failed", "变更失败") }
  var undoneTitle: String { say("undone", "已撤销") }
  var undoFailedTitle: String { say("undo failed", "撤销失败") }
  func effect(isUnknown: Bool) -> String {
    isUnknown
      ? say("whether anything was changed is not known", "是否作出变更未知")
      : say("nothing was changed", "未作变更")
  }
}
