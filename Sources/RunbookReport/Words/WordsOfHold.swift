package import RunbookModel

/// What a person must know when a run does not go on by itself.
extension Words {
  package var clocksUnread: String {
    say(
      "What the clocks say could not be read: the run's folder does not answer.",
      "无法读取时钟：执行目录没有响应。")
  }
  package var possibleNow: String { say("Possible now:", "现在可以：") }
  package var holdsForDecision: String {
    say("The run holds and needs a decision.", "执行已停住，需要决定。")
  }
  package func isStopped(_ cause: String) -> String {
    say("The run is stopped (\(cause)); nothing is started.", "执行已停止（\(cause)）；不再开始任何步骤。")
  }
  package var stoppedOnItsWay: String { say("The run stopped on its way.", "执行中途停止。") }
  package var waitsForAnswer: String { say("The run waits for a person's answer.", "执行等待人员答复。") }
  package var stoppedWhileUndoing: String {
    say("The run stopped while changes were being undone.", "执行在撤销变更时停止。")
  }
  package var runIsOver: String { say("The run has ended.", "执行已结束。") }
  package func hasFailed(_ step: StepID) -> String { say("\(step) failed", "\(step) 失败") }
  package func attemptOf(_ uses: String, _ attempt: Int) -> String {
    say(" (\(uses), attempt \(attempt))", "（\(uses)，第 \(attempt) 次）")
  }
  package var colonHere: String { say(":", "：") }
  package var changeTakenBack: String {
    say("Its change was made, and has been taken back.", "变更曾作出，已收回。")
  }
  package var changedNothing: String { say("It changed nothing.", "未作任何变更。") }
  package var changeStillThere: String {
    say("Its change was made and is still there.", "变更已作出，仍在位。")
  }
  package var changeNotKnown: String {
    say("It is NOT KNOWN whether its change was made.", "变更是否作出未知。")
  }
  package var lookBeforeDeciding: String {
    say(" Look at the target before you decide.", "决定之前请查看目标。")
  }
  package func isCanary(_ waiting: Int, _ step: StepID) -> String {
    say(
      "It is a canary: \(waiting) more of \(step) wait until it has succeeded. Skipped, the next takes its "
        + "place and is tried alone; marked done, it counts on your word.",
      "这是先行步骤：\(step) 的另外 \(waiting) 个等待其成功。若跳过，则由下一个先行单独尝试；若标记完成，则以您的陈述为准。")
  }
  package func aRole(_ role: String) -> String { say(" a \(role)", " \(role)") }
  package func people(_ count: Int) -> String { say("\(count) people", "\(count) 人") }
  package func yesSoFar(_ people: [String]) -> String {
    let names = people.joined(separator: comma)
    return say("yes so far: \(names)", "已同意：\(names)")
  }
  package func asks(_ step: StepID, _ who: String) -> String {
    say("\(step) asks\(who)", "\(step) 询问\(who)")
  }
  package var call: String { say("Call ", "请联系 ") }
  package func mustBeConfirmed(_ step: StepID, by time: Timestamp?) -> String {
    let until = time.map { $0.text(decimals: 0) }
    return say(
      "\(step) must be confirmed \(until.map { "by \($0)" } ?? "in time")",
      "\(step) 须\(until.map { "在 \($0) 前" } ?? "及时")确认")
  }
  package var elseTakenBack: String {
    say(
      "Unless somebody does, its change is taken back by itself then, also while the run is paused.",
      "若届时无人确认，变更将自行收回，执行暂停时也是如此。")
  }
  package var elseChecksDecide: String {
    say(
      "Unless somebody does, its own checks decide then whether its change stays or is taken back.",
      "若届时无人确认，由其自身的检查决定变更保留还是收回。")
  }
  package var nobodyTakesItBack: String {
    say(
      "NO PROCESS is there that would take it back: resume the run, which looks and does it.",
      "没有进程会将其收回：请接续执行（resume），由其查看并收回。")
  }
  package func changedSoFar(_ steps: String?, isAll: Bool) -> String {
    let nothing = isAll ? say("nothing", "无") : say("nothing that is known", "已知的没有")
    return say("Changed so far: \(steps ?? nothing).", "至今已变更：\(steps ?? nothing)。")
  }
  package func perhapsChanged(_ steps: String) -> String {
    say("Perhaps changed: \(steps).", "可能已变更：\(steps)。")
  }
  package func undoIs(_ why: String) -> String { say("Undo: \(why).", "撤销：\(why)。") }
  package func undoShown(_ run: String) -> String {
    say(
      "Undo: lifeboat undo \(run) --print shows each step of it, and how by hand.",
      "撤销：lifeboat undo \(run) --print 列出每一步及手工做法。")
  }
  package func notStarted(_ pending: Int, _ all: Int) -> String {
    say("Not started: \(pending) of \(all) steps.", "未开始：\(pending)/\(all) 个步骤。")
  }
  package func notKnownWhat(_ step: StepID, hasChange: Bool) -> String {
    hasChange
      ? say(
        "Not known: what \(step) did. To find out, look whether this is so:",
        "未知：\(step) 做了什么。请查看是否如下：")
      : say(
        "Not known: what \(step) did. To find out, look at its target", "未知：\(step) 做了什么。请查看其目标")
  }
  package var leaveIt: String {
    say("leave it as it is; 'lifeboat resume' goes on later", "保持现状；以后用 lifeboat resume 继续")
  }
  package var resumeIt: String {
    say("go on: look at what was under way, then ask again", "继续：先查看进行中的步骤，再询问")
  }
}

// MARK: - The prompt. What is typed is the same in every language.

extension Words {
  package func asksYou(_ step: StepID, _ who: String) -> String {
    say("\(step) asks \(who):", "\(step) 询问 \(who)：")
  }
  package func typeEither(_ yes: String, _ no: String) -> String {
    say("Type '\(yes)' or '\(no)': ", "请输入 \(yes) 或 \(no)：")
  }
  package var notAskedHere: String { say("This is not asked here any more.", "此处不再询问。") }
  package var whyPrompt: String { say("Why? ", "原因？ ") }
  package var neitherTyped: String {
    say("Neither was typed; nothing has been answered.", "输入的不是其中之一；尚未答复。")
  }
  package var whatNow: String { say("What now? (one of the above): ", "现在怎么办？（以上之一）：") }
  package func notOneOfThem(_ line: String) -> String {
    say("'\(line)' is not one of them; nothing has been decided.", "“\(line)”不是其中之一；尚未决定。")
  }
  package var whyForReport: String { say("Why? (goes into the report) ", "原因？（写入报告） ") }
  package var reasonNeeded: String {
    say("A reason is needed; nothing has been decided.", "必须说明原因；尚未决定。")
  }
  package var runHasMoved: String {
    say("The run has moved; nothing is asked here any more.", "执行已有变化；此处不再询问。")
  }
  package var waitsElsewhere: String {
    say(
      "Waiting for somebody elsewhere to answer; Ctrl-C lets go of the run.",
      "等待他人在别处答复；Ctrl-C 放开执行。")
  }
  package func waitsUpTo(_ time: Duration) -> String {
    say("Waiting for that for up to \(duration(time)).", "为此至多等待 \(duration(time))。")
  }
  package func notPossible(_ why: String) -> String {
    say("Not possible: \(why). Nothing was changed.", "无法执行：\(why)。未作任何变更。")
  }
}
