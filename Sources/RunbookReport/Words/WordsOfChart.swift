import RunbookModel

/// What stands in and below the picture.
extension Words {
  var pictureOfRun: String { say("The run in time", "执行时间图") }
  var runLane: String { say("The run as a whole", "整体执行") }
  var nothingBegan: String {
    say("No step was begun: there is nothing to draw.", "没有步骤开始执行，无可绘制。")
  }
  var axisNote: String {
    say(
      "Time runs to the right: since the run's start (T+), and in UTC below it. Lengths are from the "
        + "monotonic clock.",
      "时间向右：上为自开始执行起的时间（T+），下为 UTC。时长取自单调时钟。")
  }
  var pathNote: String {
    say(
      "“On the path”, with a dark line below its bar: the chain of steps that decided how long the "
        + "run took; each began when the one before it on the chain had ended.",
      "“关键路径”（条下有深色线）：决定总用时的步骤链；每一步都在链上前一步结束后开始。")
  }
  var squeezedNote: String {
    say(
      "At the marks //: a long time in which the run only stood still, drawn shorter than it was.",
      "// 处：长时间停顿，图中缩短绘制。")
  }
  func foldedNote(_ folded: Int, _ shown: Int) -> String {
    say(
      "\(folded + shown) steps were begun. \(shown) have a bar of their own: those with trouble, with "
        + "people, without a way back, and the longest on the path. The other \(folded) are in their "
        + "stage's row, whose height shows how many were under way at once.",
      "共开始 \(folded + shown) 个步骤。其中 \(shown) 个单独成条：出现问题的、涉及人员的、不可回退的，以及关键路径上最长的。"
        + "其余 \(folded) 个并入所属阶段一行，高度表示同时进行的步骤数。")
  }

  func tone(_ tone: RunChart.Tone) -> String {
    switch tone {
    case .look: say("looking, checking, verifying", "查看、检查、核实")
    case .work: say("changing", "变更")
    case .people: say("waiting for a person", "等待人员")
    case .undo: say("undoing", "撤销")
    case .failed: say("failed", "失败")
    case .doubt: say("result lost or not known", "结果丢失或未知")
    case .delay: say("delay before the next attempt", "下次尝试前的等待")
    case .nobody: say("no process ran it", "无进程执行")
    case .good: say("good", "正常")
    case .bad: say("bad", "异常")
    case .unknown: unknown
    }
  }

  func mark(_ kind: RunChart.Mark.Kind) -> String {
    switch kind {
    case .outage: say("the outage began, as stated", "中断开始（按陈述）")
    case .declared: say("declared, as stated", "宣告（按陈述）")
    case .recovered: say("recovered, as far as the run itself saw", "已恢复（以本次执行所见为准）")
    case .outageSeen:
      say("the first answer from outside that was not good", "外部观察到的首个异常应答")
    case .recoveredSeen:
      say("recovered: good to stay, as seen from outside", "已恢复：外部观察持续正常")
    case .rto: say("the RTO ends", "RTO 到期")
    case .mtpd: say("the MTPD ends", "MTPD 到期")
    case .pointOfNoReturn(let step):
      say("point of no return: \(step.text)", "不可回退点：\(step.text)")
    case .resumed: say("taken over by another process", "由另一进程接续")
    case .deadline: say("the run's deadline was over", "执行期限已到")
    case .ended: say("the run ended", "执行结束")
    }
  }

  var onPath: String { say("on the path", "关键路径") }
  var noReturn: String { say("no way back", "不可回退") }
  var beyondRight: String { say("beyond the right edge", "在右边界之外") }
  var beyondLeft: String { say("before the left edge", "在左边界之外") }
  func stepsBegun(_ count: Int) -> String {
    say(count == 1 ? "1 step" : "\(count) steps", "\(count) 个步骤")
  }
  func tookOf(_ took: Duration, _ budget: Duration?) -> String {
    let time = duration(took)
    return budget.map { budget in
      say(
        "\(time), budget \(duration(budget))", "\(time)，预算 \(duration(budget))")
    } ?? time
  }
  var marksTitle: String { say("Marks", "标记") }
  var key: String { say("Key", "图例") }
}
