import RunbookModel

/// The outcome in one sentence that stands alone.
extension Words {
  func theRun(_ purpose: Purpose) -> String {
    say("The \(self.purpose(purpose))", "本次\(self.purpose(purpose))")
  }
  func recoveredIn(_ service: String, _ rto: Measured) -> String {
    say("\(service) was recovered in \(measured(rto)). ", "\(service) 已在 \(measured(rto)) 内恢复。")
  }
  func continuedAs(_ variant: String, _ run: RunID) -> String {
    say(" Continued as variant '\(variant)' by run \(run).", "由执行 \(run) 按方案“\(variant)”接续。")
  }
  func failedUnchanged(_ what: String) -> String {
    say("\(what) failed and changed nothing", "\(what)失败，未作任何变更")
  }
  func failedUndone(_ what: String) -> String {
    say("\(what) failed; what it had changed was undone", "\(what)失败，已作的变更均已撤销")
  }
  func failedPartly(_ what: String, _ steps: [String]) -> String {
    let more = steps.count > 5 ? say(", and \(steps.count - 5) more", "等 \(steps.count) 项") : ""
    let left = steps.isEmpty ? "" : brackets(steps.prefix(5).joined(separator: comma) + more)
    return say(
      "\(what) failed and left changes in place or in doubt\(left)", "\(what)失败，有变更遗留或存疑\(left)")
  }
  func notSeenGood(_ what: String, _ service: String) -> String {
    say(
      "\(what) did all its steps, but from outside \(service) was NOT seen to be good to stay.",
      "\(what)的步骤均已完成，但外部未观察到 \(service) 持续正常。")
  }
  func noCriticalStep(_ what: String) -> String {
    say(
      "\(what) succeeded; no critical step was run, so no time to recover is known.",
      "\(what)成功；没有执行关键步骤，故恢复时间未知。")
  }
  func succeeded(_ what: String, _ service: String, _ rto: Measured, _ trust: String) -> String {
    say(
      "\(what) succeeded: \(service) was recovered in \(measured(rto))\(trust)",
      "\(what)成功：\(service) 在 \(measured(rto)) 内恢复\(trust)")
  }
  func against(_ text: String, _ verdict: ObjectiveResult.Verdict, _ target: Duration?) -> String {
    let time = target.map(duration) ?? ""
    return switch verdict {
    case .met: say("\(text), within the objective of \(time).", "\(text)，达到恢复时间目标 \(time)。")
    case .missed:
      say("\(text), which MISSED the objective of \(time).", "\(text)，未达到恢复时间目标 \(time)。")
    case .unknown, .stillCounting, .notRecovered:
      say(
        "\(text); whether the objective of \(time) was met is NOT KNOWN.",
        "\(text)；是否达到恢复时间目标 \(time) 未知。")
    case .noTarget: say("\(text); the runbook sets no objective.", "\(text)；预案未设目标。")
    }
  }
  func troubleAt(_ step: StepID, _ text: String) -> String {
    say(". Step '\(step)': \(sentence(text))", "。步骤“\(step)”：\(sentence(text))")
  }
  var fullStop: String { say(".", "。") }
  func hasEnded(_ what: String) -> String { say("\(what) has ended.", "\(what)已结束。") }
  func running(_ what: String, _ steps: String) -> String {
    let doing = steps.isEmpty ? "" : brackets(steps)
    return say(
      "\(what) has NOT ENDED: as far as the records say, it is running\(doing).",
      "\(what)尚未结束：据记录正在执行\(doing)。")
  }
  func isUnwinding(_ what: String) -> String {
    say("\(what) has NOT ENDED: it is undoing what was changed.", "\(what)尚未结束：正在撤销变更。")
  }
  func stands(_ what: String, _ state: RunSummary.State, _ step: StepID?, _ text: String?) -> String
  {
    let place = step.map { say(" at step '\($0)'", "（步骤“\($0)”）") } ?? ""
    let rest = text.map { colon + sentence($0) } ?? fullStop
    let standing =
      switch state {
      case .waiting: say("it waits for a person", "等待人员")
      case .holding: say("it holds and waits for a person's decision", "已停住，等待人员决定")
      case .paused: say("a person stopped it", "由人员暂停")
      case .interrupted, .running, .unwinding, .ended: say("it was interrupted", "已中断")
      }
    return say(
      "\(what) has NOT ENDED: \(standing)\(place)\(rest)", "\(what)尚未结束：\(standing)\(place)\(rest)")
  }
}
