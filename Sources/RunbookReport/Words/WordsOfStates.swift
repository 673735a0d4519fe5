import RunbookEngine
package import RunbookModel

/// The words for states, endings and verdicts.
extension Words {
  package func purpose(_ purpose: Purpose) -> String {
    switch purpose {
    case .drill: say("drill", "演练")
    case .recovery: say("recovery", "灾难接管")
    }
  }

  package func status(_ status: StepStatus) -> String {
    switch status {
    case .notStarted: say("not started", "未开始")
    case .notRun: say("not run", "未执行")
    case .excluded: say("left out by variant", "本方案不含")
    case .planning: say("being planned", "正在准备")
    case .checking: say("being checked", "正在检查")
    case .gated: say("waits for a person", "等待人员答复")
    case .applying: say("being applied", "正在变更")
    case .verifying: say("being verified", "正在核实")
    case .inDoubt: say("IN DOUBT", "存疑")
    case .backingOff: say("waits to try again", "等待重试")
    case .confirming: say("waits to be CONFIRMED", "等待确认")
    case .succeeded: say("succeeded", "成功")
    case .failed: say("FAILED", "失败")
    case .failedIgnored: say("failed, not critical", "失败（非关键）")
    case .skipped: say("skipped", "跳过")
    case .undoing: say("being undone", "正在撤销")
    case .undone: say("undone", "已撤销")
    case .undoFailed: say("UNDO FAILED", "撤销失败")
    }
  }

  func ending(_ ending: StepAct.Ending) -> String {
    switch ending {
    case .open: say("not ended", "未结束")
    case .interrupted: say("LOST with its process", "随进程丢失")
    case .changeFound: say("change found", "需要变更")
    case .question: say("a question", "需要询问")
    case .alreadyInPlace: say("already in place", "已就位")
    case .skipped: say("skipped", "跳过")
    case .done: say("done", "完成")
    case .holds: say("holds", "成立")
    case .doesNotHold: say("does not hold", "不成立")
    case .cannotTell: say("cannot tell", "无法判断")
    case .approved: say("approved", "已批准")
    case .declined: say("declined", "已拒绝")
    case .notAnswered: say("nobody answered", "无人答复")
    case .withdrawn: say("withdrawn", "已撤回")
    case .failed: say("failed, nothing changed", "失败，未作变更")
    case .unknown: say("failed, effect UNKNOWN", "失败，影响未知")
    }
  }

  func act(_ kind: StepAct.Kind) -> String {
    switch kind {
    case .plan: say("plan", "准备")
    case .check: say("check", "检查")
    case .ask: say("ask", "询问")
    case .apply: say("apply", "变更")
    case .verify: say("verify", "核实")
    case .undo: say("undo", "撤销")
    }
  }

  package func verdict(_ verdict: ObjectiveResult.Verdict) -> String {
    switch verdict {
    case .met: say("met", "达到")
    case .missed: say("MISSED", "未达到")
    case .unknown: say("UNKNOWN", "未知")
    case .stillCounting: say("still counting", "仍在计时")
    case .notRecovered: say("NOT RECOVERED by this run", "本次未恢复")
    case .noTarget: say("no target", "未设目标")
    }
  }

  /// The verdict with what is left, or was too much.
  func verdict(of result: ObjectiveResult) -> String {
    let word = verdict(result.verdict)
    switch (result.verdict, result.margin) {
    case (.met, let left?): return word + clause + toSpare(left)
    case (.missed, let left?):
      return word + " " + missedBy(.zero - left, isBound: result.measured.bound == "at_least")
    case (.stillCounting, let left?): return word + clause + self.left(left)
    case (.met, nil), (.missed, nil), (.stillCounting, nil), (.unknown, _), (.notRecovered, _),
      (.noTarget, _):
      return word
    }
  }

  func outcome(_ outcome: Outcome?) -> String {
    switch outcome {
    case .succeeded: say("Succeeded", "成功")
    case .failedUnchanged: say("Failed, nothing was changed", "失败，未作任何变更")
    case .failedUndone: say("Failed, what was changed was undone", "失败，变更已撤销")
    case .failedPartly:
      say("FAILED, changes are left in place or in doubt", "失败，有变更遗留或存疑")
    case nil: say("NOT ENDED", "尚未结束")
    }
  }

  func deviation(_ kind: Report.Deviation.Kind) -> String {
    switch kind {
    case .skipped: say("skipped a step", "跳过步骤")
    case .markedDone: say("marked a step done", "人工标记完成")
    case .retried: say("retried a step", "重试步骤")
    case .overridden: say("overrode a guard", "越过步骤防护")
    case .declined: say("said no", "拒绝")
    case .notAnswered: say("no answer", "无人答复")
    case .paused: say("paused", "暂停")
    case .continued: say("went on", "继续")
    case .unwound: say("undid the run", "撤销本次执行")
    case .aborted: say("ended the run", "终止执行")
    case .variantSwitched: say("switched variant", "切换方案")
    case .otherChange: say("another change", "变更与计划不同")
    case .guardAcknowledged: say("acknowledged a guard", "确认越过防护")
    }
  }

  func doubt(_ kind: Report.Doubt.Kind) -> String {
    switch kind {
    case .record: say("the record", "记录")
    case .state: say("a state", "状态")
    case .figure: say("a figure", "数值")
    case .limit: say("a limit", "局限")
    }
  }

  func observation(_ kind: Report.Observation.Kind) -> String {
    switch kind {
    case .slowStep: say("slow step", "步骤缓慢")
    case .budget: say("budget", "阶段预算")
    case .retries: say("retries", "重试")
    case .people: say("people", "人员")
    case .unattended: say("unattended", "无进程值守")
    case .foundAfterDoubt: say("found after doubt", "存疑后找到")
    case .ignoredFailure: say("ignored failure", "被忽略的失败")
    case .outputCut: say("output cut", "输出被截断")
    case .notSigned: say("not signed", "未签名")
    case .notVerified: say("not verified", "未核验")
    case .soak: say("soak", "稳定观察")
    }
  }
}
