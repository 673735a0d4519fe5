package import RunbookEngine
package import RunbookModel

/// The lines of the running command; the words in front of each take nine columns.
extension Words {
  package var changing: String { say("changing", "变更中") }
  package var undoing: String { say("undoing", "撤销中") }
  package var asksWord: String { say("asks", "询问") }
  package var retries: String { say("retries", "重试") }
  package var looking: String { say("looking", "查看") }
  package var waitsWord: String { say("waits", "等待") }
  package var skippedWord: String { say("skipped", "跳过") }
  package var inDoubtWord: String { say("in doubt", "存疑") }
  package var notKept: String { say("NOT KEPT", "未保留") }
  package func way(_ way: StepSuccess.Way) -> String {
    switch way {
    case .changed, .unverified: say("done", "完成")
    case .foundInPlace: say("in place", "在位")
    case .alreadyInPlace: say("was so", "原已就位")
    case .checked: say("holds", "成立")
    case .approved: say("approved", "已批准")
    case .markedDone: say("marked", "标记完成")
    }
  }
  package func skip(_ skip: StepSkip) -> String {
    switch skip {
    case .byVariant: say("not part of this variant", "本方案不含")
    case .byCondition(let reason): reason
    case .byCanary(let canary): say("its canary \(canary) failed", "其先行步骤 \(canary) 失败")
    case .byPerson(let who, let reason):
      say("by \(who)", "由 \(who)") + (reason.map { colon + $0 } ?? "")
    }
  }
  package func again(_ attempt: Int) -> String {
    say("again, attempt \(attempt)", "再次，第 \(attempt) 次")
  }
  package func attemptIn(_ attempt: Int, _ time: Duration) -> String {
    say("attempt \(attempt) in \(duration(time))", "\(duration(time)) 后第 \(attempt) 次")
  }
  package func whetherDone(_ time: Duration) -> String {
    say("whether it was done, for up to \(duration(time))", "是否已完成，至多 \(duration(time))")
  }
  package func takenBackAt(_ at: Timestamp, _ time: Duration) -> String {
    say(
      "taken back at \(at.text(decimals: 0)) (in \(duration(time))) unless confirmed: ",
      "若未确认，将于 \(at.text(decimals: 0))（\(duration(time))后）收回：")
  }
  package func watchedFromOutside(_ time: Duration) -> String {
    say(
      "the work is done; the service is watched from outside"
        + (time > .zero ? ", it must stay good for \(duration(time))" : ""),
      "各项工作已完成；正在外部观察业务" + (time > .zero ? "，须持续正常 \(duration(time))" : ""))
  }
  package func letFinish(_ cause: String) -> String {
    say(
      "\(cause): nothing more is started; what runs is let finish", "\(cause)：不再开始任何步骤；进行中的执行完")
  }
  package func deadlineOverLine(_ ran: Duration) -> String {
    say(
      "the deadline is over after \(duration(ran)): nothing more is started until somebody says continue",
      "执行 \(duration(ran)) 后期限已到：在有人指示继续之前不再开始任何步骤")
  }
  package func resumedBy(_ who: String, _ steps: String) -> String {
    say("resumed by \(who)", "由 \(who) 接续")
      + (steps.isEmpty ? "" : say("; under way when it stopped: \(steps)", "；停止时进行中：\(steps)"))
  }
  package func decidedLine(_ who: String, _ what: String) -> String {
    say("\(who) decided: \(what)", "\(who) 决定：\(what)")
  }
  package func notTaken(_ who: String, _ order: String, _ why: String) -> String {
    say("\(who) ordered \(order): not taken: \(why)", "\(who) 的指令 \(order) 未被接受：\(why)")
  }
  package func staysGood(_ lasted: Bool, _ waited: Duration) -> String {
    lasted
      ? say("seen from outside, the service stays good", "外部观察业务持续正常")
      : say(
        "seen from outside, the service did NOT stay good in \(duration(waited))",
        "外部观察业务在 \(duration(waited)) 内未能持续正常")
  }
  package var checksDecide: String {
    say("its time is over; its checks decide", "确认时限已过；由其检查决定")
  }
  package func runStarts(_ run: RunID, after before: RunID?) -> String {
    let from = before.map { say(", continuing \($0)", "，接续 \($0)") } ?? ""
    return say("Run \(run) starts\(from).", "执行 \(run) 开始\(from)。")
  }
}
