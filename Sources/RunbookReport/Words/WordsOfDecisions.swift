package import RunbookEngine
import RunbookModel

/// Decisions, what was left out, what can be taken back, and what the figures show.
extension Words {
  package func decision(_ choice: OperatorDecision.Choice) -> String {
    switch choice {
    case .pause:
      say("nothing more was started until somebody said continue", "在有人指示继续之前不再开始任何步骤")
    case .continue: say("the run went on where it had stopped", "从停住处继续执行")
    case .retry:
      say(
        "looked at again, and attempted again where it did not hold", "重新查看，不成立时重新执行")
    case .skip:
      say("left out; the steps that need it went on without it", "跳过；依赖它的步骤继续执行")
    case .markDone:
      say(
        "counts as done on this person's word; Lifeboat did not see it", "凭此人陈述计为完成；程序未看到")
    case .override(_, let gate):
      say("waived '\(gate.name)': \(gate.finding)", "越过“\(gate.name)”：\(gate.finding)")
    case .unwind: say("what was done is undone, last first", "按相反顺序撤销已作的变更")
    case .abort: say("the run ends here; nothing is undone", "执行到此结束；不作撤销")
    case .switchVariant(let variant, let successor):
      say(
        "the run ends here, nothing is undone, and run \(successor) goes on as '\(variant)'",
        "执行到此结束，不作撤销，由执行 \(successor) 按“\(variant)”接续")
    }
  }
  func lostInTheEnd(_ loss: Measured) -> String {
    say("; lost in the end: \(measured(loss))", "；最终损失：\(measured(loss))")
  }
  var neverDone: String { say("; the step was not done", "；步骤未执行") }
  func hadFailed(_ why: String) -> String { say(" (it had failed: \(why))", "（此前失败：\(why)）") }
  var takesItselfBack: String {
    say("its change was to take itself back, and the run holds", "其变更将自行撤销，执行停住")
  }
  var takenAsNo: String { say("taken as a no: the step failed", "视为拒绝：步骤失败") }
  var runHolds: String { say("the run holds", "执行停住") }
  var toBeTakenBack: String { say("its change was to be taken back", "其变更将被撤销") }
  var stepNotDone: String { say("the step was not done", "步骤未执行") }
  func againstGuard(_ guarded: String, _ finding: String) -> String {
    say("started against the guard '\(guarded)': \(finding)", "越过防护“\(guarded)”开始：\(finding)")
  }
  var worldMoved: String {
    say("the world was not as it was when the plan was made", "实际状态已与制定计划时不同")
  }
  var otherChangeMade: String {
    say(
      "the change made is not the one that the plan showed", "所作变更与计划所示不同")
  }

  func leftOutByVariant(_ variant: String?) -> String {
    variant.map { say("the variant '\($0)' leaves it out", "方案“\($0)”不含此步骤") }
      ?? say("the variant leaves it out", "本方案不含此步骤")
  }
  func canaryFailed(_ canary: StepID) -> String {
    say("its canary '\(canary)' failed, so it was not tried here", "其先行步骤“\(canary)”失败，故未在此尝试")
  }
  func leftOutBy(_ who: String, _ reason: String?) -> String {
    say("left out by \(who)", "由 \(who) 跳过") + (reason.map { colon + $0 } ?? "")
  }
  func needs(_ cause: StepID, inDoubt: Bool) -> String {
    say(
      "it needs '\(cause)', which \(inDoubt ? "is in doubt" : "failed")",
      "依赖“\(cause)”，而后者\(inDoubt ? "存疑" : "失败")")
  }
  func stoppedBecause(_ cause: StepID, inDoubt: Bool) -> String {
    say(
      "the run stopped because '\(cause)' \(inDoubt ? "is in doubt" : "failed")",
      "因“\(cause)”\(inDoubt ? "存疑" : "失败")，执行停止")
  }
  func stoppedBy(_ who: String, _ choice: OperatorDecision.Choice, _ reason: String?) -> String {
    say("\(who) \(choice.words)", "\(who)：\(decision(choice))") + (reason.map { colon + $0 } ?? "")
  }
  var endedBefore: String {
    say("the run ended before it was its turn", "轮到它之前执行已结束")
  }

  func decidedIt(_ who: String, _ reason: String?) -> String {
    say("\(who) decided it", "\(who) 决定") + (reason.map { colon + $0 } ?? "")
  }
  var unwindFailed: String {
    say("a step with 'on_failure: unwind' failed", "设为“on_failure: unwind”的步骤失败")
  }
  var isNoReturn: String { say("it is a point of no return", "这是不可回退点") }
  func beforeNoReturn(_ step: StepID) -> String {
    say("it was made before the point of no return '\(step)'", "在不可回退点“\(step)”之前作出")
  }
  func hasNoUndo(_ reason: String) -> String { say("it has no undo: \(reason)", "不可撤销：\(reason)") }

  func tookAttempts(_ step: StepID, _ count: Int, _ status: StepStatus) -> String {
    say(
      "'\(step)' took \(count) attempts; it \(self.status(status)).",
      "“\(step)”共执行 \(count) 次；最终\(self.status(status))。")
  }
  func ignoredFailure(_ step: StepID) -> String {
    say(
      "'\(step)' failed; the runbook says that this does not fail the run.",
      "“\(step)”失败；按预案不导致整体失败。")
  }
  func lostForATime(_ step: StepID, byWord: Bool) -> String {
    say(
      "The result of '\(step)' was lost for a time; "
        + (byWord
          ? "a person then said that it was done." : "it was looked for and found in place."),
      "“\(step)”的结果曾一度丢失；\(byWord ? "之后由人员说明已完成。" : "经查看已就位。")")
  }
  func outputCut(_ step: StepID, _ bytes: String) -> String {
    say(
      "'\(step)' wrote more than is kept: \(bytes) of its output were counted and dropped.",
      "“\(step)”的输出超出保存上限：\(bytes) 已计数并丢弃。")
  }
  func slow(_ step: StepID, _ times: String, _ worked: Duration, _ expected: Duration) -> String {
    say(
      "'\(step)' took \(times) times its expected time: \(duration(worked)), expected "
        + "\(duration(expected)).",
      "“\(step)”用时为预计的 \(times) 倍：\(duration(worked))，预计 \(duration(expected))。")
  }
  func overBudget(_ stage: String, _ took: Duration, _ budget: Duration) -> String {
    say(
      "Stage '\(stage)' took \(duration(took)), over its budget of \(duration(budget)).",
      "阶段“\(stage)”用时 \(duration(took))，超出预算 \(duration(budget))。")
  }
  func stoodStill(_ time: Duration, of run: Duration) -> String {
    say(
      "The run stood still for people for \(duration(time)) of its \(duration(run)).",
      "全程 \(duration(run)) 中有 \(duration(time)) 停下等待人员。")
  }
  func wasUnattended(_ time: Duration, of run: Duration) -> String {
    say(
      "For \(duration(time)) of its \(duration(run)) no process was running the run.",
      "全程 \(duration(run)) 中有 \(duration(time)) 无进程执行。")
  }
  func notSoaked(_ soak: Duration) -> String {
    say(
      "The runbook asks for the service to stay good for \(duration(soak)). Nothing watched that: the "
        + "clock stopped at the last critical step.",
      "预案要求业务持续正常 \(duration(soak))，但无观察；时钟止于最后一个关键步骤。")
  }
  var notSignedText: String {
    say(
      "No checkpoint of this journal is signed: whoever can write the state folder could have written "
        + "another journal in its place.",
      "本日志没有签名的检查点：能写入状态目录者可能替换整份日志。")
  }
  func notVerifiedText(_ why: String) -> String {
    say(
      "The journal was not verified for this report: \(sentence(why))",
      "生成本报告时未核验日志：\(sentence(why))")
  }
}
