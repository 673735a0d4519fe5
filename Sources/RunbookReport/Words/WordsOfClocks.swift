import RunbookModel

/// What the clocks rest on, in sentences.
extension Words {
  func fromDeclaration(_ at: Timestamp?) -> String {
    at.map {
      say(
        "from the declaration (\($0), as stated at the run's start)", "自宣告起（\($0)，按开始执行时的陈述）")
    } ?? say("from the declaration, whose time was not said", "自宣告起，但宣告时间未说明")
  }
  var fromRun: String { say("from the run's start", "自开始执行起") }
  func seenDuring(_ at: Timestamp) -> String {
    say("seen from outside during the run at \(at)", "执行期间外部于 \(at) 观察到")
  }
  func seenBefore(_ at: Timestamp) -> String {
    say("seen from outside before the run at \(at)", "执行之前外部于 \(at) 观察到")
  }
  func alerted(_ at: Timestamp, _ name: String?) -> String {
    let name = name.map { " '\($0)'" } ?? ""
    return say("the alert\(name) came at \(at)", "告警\(name)于 \(at) 发出")
  }
  func fromStated(_ at: Timestamp, _ others: [String]) -> String {
    let others = others.map { semicolon + $0 }.joined()
    return say(
      "from when the outage began (\(at), as stated at the run's start\(others))",
      "自中断开始起（\(at)，按开始执行时的陈述\(others)）")
  }
  func fromUnsaid(noLater alert: String?) -> String {
    guard let alert else {
      return say("from when the outage began, which was not said", "自中断开始起，但其时间未说明")
    }
    return say(
      "from when the outage began, which was not said; earlier than its alert: \(alert)",
      "自中断开始起，但其时间未说明；早于告警：\(alert)")
  }
  func fromEarlier(_ seen: [String]) -> String {
    let seen = seen.joined(separator: semicolon)
    return say(
      "from when the outage began: earlier than its first bad answer, \(seen)",
      "自中断开始起：早于首个异常应答，\(seen)")
  }
  func fromSeen(_ seen: [String]) -> String {
    let seen = seen.joined(separator: semicolon)
    return say("from when the outage began (\(seen))", "自中断开始起（\(seen)）")
  }

  var noRecord: String { say("the run has no record", "没有任何记录") }
  func beginsLate(_ at: Timestamp) -> String {
    say(
      "the stated beginning (\(at)) lies after the end of what is measured",
      "所陈述的开始时间（\(at)）晚于测量终点")
  }
  func counted(_ measured: String, _ definition: String) -> String {
    say("\(measured), counted \(definition)", "\(measured)，\(definition)计")
  }
  func soFar(_ counted: String, isClosed: Bool) -> String {
    isClosed
      ? say("the run ended without recovering; so far \(counted)", "执行结束但未恢复；至此 \(counted)")
      : say("the run has not recovered yet; so far \(counted)", "尚未恢复；至此 \(counted)")
  }
  func counted(_ counted: String, to end: String) -> String {
    say("\(counted), to \(end)", "\(counted)，止于\(end)")
  }
  var boundIsOver: String {
    say("; the lower bound alone is over the target", "；仅下限就已超出目标")
  }
  func atLeastFromRun(_ time: Duration, ofOutage: Bool) -> String {
    say(
      "at least \(duration(time)), counted from the run's start; "
        + (ofOutage ? "when the outage began was not said" : "when it was declared was not said"),
      "至少 \(duration(time))，自开始执行起计；\(ofOutage ? "中断开始时间未说明" : "宣告时间未说明")")
  }
  func atLeast(_ time: Duration, fromAlert: Bool) -> String {
    say(
      "at least \(duration(time)), counted from the \(fromAlert ? "alert" : "declaration"); when the outage "
        + "began was not said",
      "至少 \(duration(time))，自\(fromAlert ? "告警" : "宣告")起计；中断开始时间未说明")
  }
  func onTheirWord(_ steps: String) -> String {
    say("on a person's word alone: \(steps)", "仅凭人员陈述：\(steps)")
  }
  func outageLasted(_ measured: Measured) -> String {
    switch measured {
    case .exactly, .atLeast, .atMost:
      say("the outage lasted \(self.measured(measured))", "中断持续 \(self.measured(measured))")
    case .unknown(let reason): reason
    }
  }
  var lastCritical: String { say("when the last critical step succeeded", "最后一个关键步骤成功之时") }
  var goodToStay: String {
    say(
      "when the service was good to stay, as observers saw it from outside", "外部观察到业务持续正常之时")
  }

  var noRecoveryPoint: String {
    say("no step of this run measured the recovery point", "本次执行没有步骤测量恢复点")
  }
  func lossUntold(_ step: StepID) -> String {
    say("\(step) could not tell how much was lost", "\(step) 无法判断丢失了多少数据")
  }
  func lossMeasured(_ loss: Measured, _ step: StepID, _ method: String?) -> String {
    let how = method.map { brackets($0) } ?? ""
    return say(
      "\(measured(loss)), measured by \(step)\(how)", "\(measured(loss))，由 \(step) 测得\(how)")
  }
  func boundCannotTell(_ target: Duration) -> String {
    say(
      "; whether that is within \(duration(target)), a bound like this cannot tell",
      "；此界限无法说明是否在 \(duration(target)) 以内")
  }
  func worstOf(_ count: Int) -> String {
    say("; the worst of \(count) promotions", "；为 \(count) 次提升中最差者")
  }
}
