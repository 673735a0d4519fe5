package import RunbookModel

/// The phases of a recovery, and what their edges are read from.
extension Words {
  package func phase(_ phase: RecoveryPhase) -> String {
    switch phase {
    case .detect: say("Detect", "发现")
    case .declare: say("Declare", "宣告")
    case .mobilise: say("Mobilise", "动员")
    case .execute: say("Execute", "执行")
    case .waitForPeople: say("Wait for people", "等待人员")
    case .verify: say("Verify", "验证")
    case .soak: say("Soak", "持续观察")
    }
  }

  /// What the phase is, whatever this run's edges were.
  func meaning(_ phase: RecoveryPhase) -> String {
    switch phase {
    case .detect: say("until somebody was told or an observer saw it", "至有人得知或观察点发现")
    case .declare: say("until the recovery was ordered", "至下达恢复命令")
    case .mobilise: say("until the run's first record", "至执行的首条记录")
    case .execute:
      say(
        "until the last change begun before the recovery had ended, time of people apart",
        "至恢复之前开始的最后一次变更结束，不含等待人员")
    case .waitForPeople:
      say(
        "in the run, before the recovery: nothing but a person could move it",
        "执行期间、恢复之前：只有人员才能推进")
    case .verify: say("until the service was recovered, time of people apart", "至业务恢复，不含等待人员")
    case .soak:
      say("after the recovery: watched to stay good", "恢复之后：观察其持续正常")
    }
  }

  package func phasesCounted(_ clock: Objectives.Clock) -> String {
    let first: RecoveryPhase =
      switch clock {
      case .outage: .detect
      case .declaration: .mobilise
      case .run: .execute
      }
    return say(
      "This runbook's clock (\(clock.rawValue)) counts from \(phase(first)) to \(phase(.verify)); "
        + "what is known of these adds up to the RTA, a Detect that is only bounded counted as none.",
      "本预案的时钟（\(clock.rawValue)）计\(phase(first))至\(phase(.verify))；其中已知部分之和即 RTA，仅有上限的“发现”不计入。")
  }

  var phaseFrom: String { say("From", "起点") }
  var phaseTo: String { say("To", "终点") }
  var noteTitle: String { say("Note", "备注") }
  var noPhase: String { say("none", "无") }
  var otherTimes: String { say("Other times", "其他用时") }

  func edgeRunOpened(_ record: Int) -> String {
    say("the run's first record (record \(record))", "执行的首条记录（第 \(record) 条）")
  }
  var edgeOutageStated: String {
    say("the outage began, as stated when the run was started", "中断开始（按开始执行时的陈述）")
  }
  func edgeFirstBadBefore(_ observation: String) -> String {
    say(
      "first bad answer, seen before the run (observation \(observation))",
      "首个异常应答，执行之前观察到（观察 \(observation)）")
  }
  func edgeFirstBad(_ observer: String?) -> String {
    let who = observer.map { say(" of \($0)", "（\($0)）") } ?? ""
    return say("first bad answer\(who), seen during the run", "执行期间首个异常应答\(who)")
  }
  var edgeAlert: String { say("the alert, as stated", "告警（按陈述）") }
  func edgeDeclared(after run: RunID?) -> String {
    run == nil
      ? say("the command that started the run", "启动执行的命令")
      : say("the command that started the first run", "启动首次执行的命令")
  }
  func edgeLastChange(_ record: Int, _ step: StepID) -> String {
    say(
      "the last change before the recovery ended: \(step) (record \(record))",
      "恢复前最后一次变更结束：\(step)（第 \(record) 条记录）")
  }
  var edgeLasting: String {
    say("first good answer of those that stayed good", "此后持续正常的首个正常应答")
  }
  func edgeLastCritical(_ record: Int, _ step: StepID) -> String {
    say(
      "the last critical step succeeded: \(step) (record \(record))",
      "最后一个关键步骤成功：\(step)（第 \(record) 条记录）")
  }
  func edgeNoRecovery(_ record: Int, isClosed: Bool) -> String {
    isClosed
      ? say("the run ended (record \(record))", "执行结束（第 \(record) 条记录）")
      : say("the last record so far (record \(record))", "目前最后一条记录（第 \(record) 条）")
  }
  func edgeSoakEnded(_ record: Int) -> String {
    say("seen good all through the soak (record \(record))", "观察期内持续正常（第 \(record) 条记录）")
  }

  var outageBeganInside: String {
    say("the outage began while the run was under way", "中断开始于执行期间")
  }
  var noOutageSeen: String {
    say("observers saw no outage, and nobody stated one", "未观察到中断，也无人陈述")
  }
  var nothingSaysDetected: String {
    say(
      "no alert was stated, and no observer saw it before it was declared",
      "未陈述告警，宣告之前也没有观察点发现")
  }
  var outageBeginningUnknown: String {
    say("when the outage began is not known", "中断开始时间未知")
  }
  var detectedBeforeItsBeginning: String {
    say(
      "it was known before the moment from which the clock counts; the next phase counts from there",
      "得知时间早于时钟起点；下一阶段自时钟起点计")
  }
  func sameAnswerDetects(_ unseen: Duration?) -> String {
    let bound =
      unseen.map {
        say("the last good answer was \(duration($0)) before it", "此前 \(duration($0)) 为最后一次正常应答")
      } ?? say("no good answer was seen before it", "此前没有正常应答")
    return say(
      "the clock counts from the answer that detected it; \(bound)", "时钟自发现中断的应答起计；\(bound)")
  }
  var nothingSaysDeclared: String { say("nothing says when it was declared", "没有记录说明宣告时间") }
  var declaredBefore: String {
    say("it was declared before it was known or had begun", "宣告早于得知或中断开始")
  }
  var declaredAfterStart: String {
    say(
      "the stated times lie after the run's first record", "所陈述的时间晚于执行的首条记录")
  }
  func holdsPredecessor(_ run: RunID) -> String {
    say("holds run \(run), which this one continues", "包含本次所接续的执行 \(run)")
  }
  func notRecovered(isClosed: Bool) -> String {
    isClosed
      ? say("the run ended without a recovery", "执行结束但未恢复")
      : say("the service is not recovered yet", "业务尚未恢复")
  }
  var peopleTimeIsApart: String {
    say("taken out of Execute and Verify", "已从执行与验证中扣除")
  }
  func recoveredDuring(_ step: StepID) -> String {
    say(
      "the recovery was seen while \(step) was still being changed", "在 \(step) 变更过程中即观察到恢复")
  }
  var recoveredUnchanged: String {
    say("no change was begun before the recovery", "恢复之前没有开始任何变更")
  }
  func notWatched(_ soak: Duration?) -> String {
    guard let soak else { return say("the runbook asks for none", "预案未要求") }
    return say(
      "the runbook asks for \(duration(soak)), but nobody watched from outside",
      "预案要求 \(duration(soak))，但没有外部观察")
  }
  var soakNotEnded: String {
    say("it was not seen to stay good for the whole soak", "观察期内未见持续正常")
  }
}

extension Clocks.Phases {
  /// What is no phase of the recovery, or goes across them.
  func others(_ words: Words) -> [(String, Duration?)] {
    let all: [(String, Duration?)] = [
      (words.outageToStart, outageToStart), (words.startToFirst, startToFirstChange),
      (words.wholeRun, run), (words.asking, asking), (words.standing, standingForPeople),
      (words.unattended, unattended),
    ]
    return unattended == .zero ? all.dropLast() : all
  }
}
