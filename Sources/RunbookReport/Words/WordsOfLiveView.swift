package import RunbookEngine
package import RunbookForecast
package import RunbookModel

/// What stands on the live view: `status`, its screen, and the lines of the running command.
extension Words {
  package func state(_ state: RunSummary.State) -> String {
    switch state {
    case .running: say(state.words, "正在执行")
    case .waiting: say(state.words, "等待人员答复")
    case .holding: say(state.words, "停住，等待决定")
    case .paused: say(state.words, "已由人员暂停")
    case .interrupted: say(state.words, "已中断")
    case .unwinding: say(state.words, "正在撤销")
    case .ended: say(state.words, "已结束")
    }
  }
  package func processGone(_ run: RunID) -> String {
    say(
      "STOPPED: its process is gone; go on with 'lifeboat resume \(run)'",
      "已停止：其进程已不在；继续请用 lifeboat resume \(run)")
  }
  package func outcomeInShort(_ outcome: Outcome) -> String {
    switch outcome {
    case .succeeded: say("succeeded", "成功")
    case .failedUnchanged: say("failed, nothing changed", "失败，未作任何变更")
    case .failedUndone: say("failed, changes undone", "失败，变更已撤销")
    case .failedPartly: say("FAILED, changes left", "失败，有变更遗留")
    }
  }

  func pausedBy(_ who: String) -> String { say("paused by \(who)", "由 \(who) 暂停") }
  func deadlineIsOver(_ limit: Duration) -> String {
    say(
      "the run's deadline of \(duration(limit)) is over; nothing more is started",
      "执行期限 \(duration(limit)) 已到；不再开始任何步骤")
  }
  func continueGoesOn(_ limit: Duration) -> String {
    say(
      "continue lets it go on for \(duration(limit)) more", "continue 使其再执行 \(duration(limit))")
  }
  var notSeenToStayGood: String {
    say(
      "the work is done, but from outside the service was not seen to stay good",
      "各项工作已完成，但外部未观察到业务持续正常")
  }
  var lookAsACustomer: String {
    say(
      "look at it as a customer would; continue watches it once more", "请从客户角度查看；continue 将再次观察")
  }
  func wasInterrupted(_ cause: String) -> String { say("interrupted: \(cause)", "中断：\(cause)") }
  var takenBackUnless: String {
    say(
      "its change is made and is taken back by itself unless it is confirmed", "变更已作出；若未确认则自行收回")
  }
}

// MARK: - The screen

extension Words {
  package func runKind(_ purpose: Purpose, _ environment: String) -> String {
    let kind =
      switch purpose {
      case .drill: say("Drill", "演练")
      case .recovery: say("RECOVERY", "灾难接管")
      }
    return say("\(kind) in '\(environment)'", "\(kind)，环境 \(environment)")
  }
  package func settled(_ settled: Int, _ all: Int) -> String {
    say("\(settled) of \(all) steps settled", "步骤完成 \(settled)/\(all)")
  }
  package var stateLabel: String { say("State", "状态") }
  package var clockLabel: String { say("Clock", "时钟") }
  package var forecastLabel: String { say("Forecast", "预测") }
  package var ifItGoesOn: String { say(", if it goes on now", "（若现在继续）") }
  package func since(_ clock: Objectives.Clock, _ time: String, isLeast: Bool) -> String {
    let least = isLeast ? say("at least ", "至少 ") : ""
    return switch clock {
    case .outage: say("\(least)\(time) since the outage", "自中断起 \(least)\(time)")
    case .declaration: say("\(least)\(time) since the declaration", "自宣告起 \(least)\(time)")
    case .run: say("\(least)\(time) since the run's start", "自开始执行起 \(least)\(time)")
    }
  }
  package var noRTO: String { say("no RTO", "未设 RTO") }

  package var waitsTitle: String { say("WAITS FOR A PERSON", "等待人员") }
  package var failedTitle: String { say("FAILED", "失败") }
  package var goesOnTitle: String { say("GOES ON", "正在进行") }
  package var seenTitle: String { say("SEEN FROM OUTSIDE", "外部观察") }
  package func nextTitle(_ more: Int) -> String {
    let rest = more > 0 ? say("  (and \(more) more)", "  （另有 \(more) 个）") : ""
    return say("NEXT", "接下来") + rest
  }
  package var lastTitle: String { say("LAST", "最近") }
  package func moreLines(_ count: Int) -> String {
    say("  (\(count) more lines)", "  （另有 \(count) 行）")
  }
  package func timeLeft(_ time: String) -> String { say("\(time) left", "剩余 \(time)") }
  package func askedAgo(_ time: String) -> String { say("asked \(time) ago", "已询问 \(time)") }
  package func saidYes(_ count: Int, _ needed: Int) -> String {
    say("\(count) of \(needed) said yes", "已同意 \(count)/\(needed)")
  }
  package func usually(_ half: Duration, _ most: Duration) -> String {
    say(
      "usually \(duration(half)), 19 of 20 up to \(duration(most))",
      "通常 \(duration(half))，95% 不超过 \(duration(most))")
  }
  package var longerThanUsual: String { say("LONGER THAN USUAL", "超过通常用时") }
  package var notLookedAt: String { say("not looked at yet", "尚未查看") }
  package func forTime(_ time: String) -> String { say(" for \(time)", " 已 \(time)") }
  package func bySite(_ site: String) -> String { say(", by \(site)", "，应答方 \(site)") }
  package var pointOfNoReturn: String { say("POINT OF NO RETURN", "不可回退点") }
  package var leaveTheView: String {
    say("Ctrl-C leaves this view; the run goes on", "Ctrl-C 离开本视图；执行继续")
  }

  package func rtoLeft(_ rto: Duration, _ left: String, isMost: Bool, isOver: Bool) -> String {
    if isOver {
      return say("RTO \(duration(rto)): \(left) over", "RTO \(duration(rto))：超出 \(left)")
    }
    let most = isMost ? say("at most ", "至多 ") : ""
    return say(
      "RTO \(duration(rto)): \(most)\(left) left", "RTO \(duration(rto))：剩余 \(most)\(left)")
  }
  package func doneIn(_ half: String, _ most: String, withoutPeople: Bool) -> String {
    let people = withoutPeople ? say(", without the time of people", "，不含等待人员") : ""
    return say(
      "done in about \(half), 19 of 20 in \(most)\(people)",
      "约 \(half) 后完成，95% 在 \(most) 内\(people)")
  }
  package func metIn(_ share: String, isMost: Bool) -> String {
    say("met in \(isMost ? "at most " : "")\(share)", "达标概率\(isMost ? "至多 " : " ")\(share)")
  }
  package func outlook(_ outlook: TimeForecast.Outlook) -> String? {
    switch outlook {
    case .onTrack: say("on track", "正常")
    case .atRisk: say("AT RISK", "有风险")
    case .willBeMissed: say("WILL BE MISSED", "将无法达到")
    case .missed: say("MISSED", "未达到")
    case .noTarget: nil
    }
  }
  package var backOnTrack: String { say("back on track", "恢复正常") }
}

// MARK: - Plain status

extension Words {
  package func byWhom(_ who: String) -> String { say(", by \(who)", "，发起人 \(who)") }
  package var runLabel: String { say("Run", "执行") }
  package var limitLabel: String { say("Limit", "期限") }
  package var aheadLabel: String { say("Ahead", "预测") }
  package var noDriver: String { say("no process drives it", "没有进程在执行") }
  package func drivenBy(_ pid: Int32, _ by: String, _ host: String) -> String {
    say("driven by process \(pid) of \(by) on \(host)", "由 \(host) 上 \(by) 的进程 \(pid) 执行")
  }
  package var drivenByAnother: String {
    say("driven by another process", "由另一进程执行")
  }
  package var openLabel: String { say("Open", "存疑") }
  package var pageLabel: String { say("Page", "网页") }
  package var proofLabel: String { say("Proof", "核验") }
  package var nextLabel: String { say("Next", "下一步") }
  package var troubleLabel: String { say("Trouble", "故障") }
  package func troubleIn(_ step: StepID, _ text: String) -> String {
    say(" in \(step): \(text)", "（\(step)）：\(text)")
  }
  package func nextAdvice(_ advice: String) -> String { say("Next: \(advice)", "下一步：\(advice)") }
  package var statusHeads: [String] {
    [stage, step, state, say("what was seen", "所见")]
  }
  package func objective(_ name: String, _ target: Duration?) -> String {
    target.map { "\(name) \(duration($0))" } ?? say("no \(name) set", "未设 \(name)")
  }
  package func deadlineOf(_ limit: Duration) -> String {
    say("deadline \(duration(limit))", "执行期限 \(duration(limit))")
  }
  package func continuesRun(_ run: RunID) -> String {
    say("continues run \(run), which was ended for that", "接续执行 \(run)，后者为此结束")
  }
  package var fromLabel: String { say("From", "来自") }
  package func continuedBy(_ variant: String, _ run: RunID, hasBegun: Bool) -> String {
    hasBegun
      ? say("continued as variant '\(variant)' by run \(run)", "由执行 \(run) 按方案“\(variant)”接续")
      : say(
        "to be continued as variant '\(variant)' by run \(run), which has NOT BEGUN",
        "将由执行 \(run) 按方案“\(variant)”接续，尚未开始")
  }
}
