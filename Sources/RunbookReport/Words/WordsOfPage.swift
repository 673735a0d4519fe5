package import RunbookModel

/// Headings and labels of the report's page.
extension Words {
  func reportTitle(_ purpose: Purpose, _ title: String) -> String {
    switch purpose {
    case .drill: say("Drill report: \(title)", "演练报告：\(title)")
    case .recovery: say("Recovery report: \(title)", "灾难接管报告：\(title)")
    }
  }

  var contents: String { say("Contents", "目录") }
  var doubtsTitle: String { say("In doubt and not known", "存疑与未知") }
  var targetsTitle: String { say("Targets and results", "目标与结果") }
  var phasesTitle: String { say("Phases", "阶段用时") }
  var pictureTitle: String { say("Timeline picture", "时间线图") }
  var deviationsTitle: String { say("Decisions and deviations", "决定与偏离") }
  var findingsTitle: String { say("Findings", "发现事项") }
  var notRunTitle: String { say("Not run", "未执行的步骤") }
  var cleanUpTitle: String { say("Changes, undo and clean-up", "变更、撤销与清理") }
  var stepsTitle: String { say("Steps", "步骤") }
  var detailsTitle: String { say("Every step in detail", "各步骤详情") }
  var momentsTitle: String { say("Timeline", "时间线") }
  var peopleTitle: String { say("People", "人员") }
  var identityTitle: String { say("What ran", "执行了什么") }
  var attestationTitle: String { say("Attestation", "签署") }
  var integrityTitle: String { say("Integrity", "完整性") }
  var termsTitle: String { say("Terms", "术语") }

  var none: String { say("None.", "无。") }
  var nothing: String { say("Nothing.", "无。") }
  var notKnown: String { say("not known", "未知") }
  var unknown: String { say("unknown", "未知") }
  var notSaid: String { say("not said", "未说明") }
  var notEnded: String { say("NOT ENDED", "尚未结束") }
  var yes: String { say("yes", "是") }
  var critical: String { say("critical", "关键") }
  var whatToDo: String { say("What to do", "应做") }

  var what: String { say("What", "内容") }
  var value: String { say("Value", "值") }
  var step: String { say("Step", "步骤") }
  var stage: String { say("Stage", "阶段") }
  var action: String { say("Action", "动作") }
  var state: String { say("State", "状态") }
  var started: String { say("Start", "开始") }
  var took: String { say("Took", "用时") }
  var expected: String { say("Expected", "预计") }
  var attempts: String { say("Attempts", "次数") }
  var result: String { say("Result", "结果") }
  var when: String { say("When", "时间") }
  var who: String { say("Who", "人员") }
  var why: String { say("Why", "原因") }
  var effect: String { say("Effect", "影响") }
  var time: String { say("Time (UTC)", "时间（UTC）") }
  var record: String { say("Record", "记录号") }
  var attempt: String { say("Attempt", "第几次") }
  var endingTitle: String { say("Ending", "结局") }
  var text: String { say("Text", "说明") }
  var kind: String { say("Kind", "类别") }
  var severity: String { say("Severity", "严重程度") }
  var owner: String { say("Owner", "负责人") }
  var due: String { say("Due", "期限") }
  var closedBy: String { say("Closed by, retest", "关闭人、复测") }
  var role: String { say("Role", "角色") }
  var did: String { say("Did", "所做") }
  var made: String { say("Made", "已作出") }
  var change: String { say("Change", "变更") }
  var undo: String { say("Undo", "撤销") }
  var seen: String { say("Seen", "所见") }
  var finding: String { say("Finding", "发现") }
  var cleaned: String { say("Cleaned up or returned: who, when", "清理或恢复：人员、时间") }

  var objective: String { say("Objective", "目标项") }
  var target: String { say("Target", "目标") }
  var measuredTitle: String { say("Measured", "实测") }
  var restsOn: String { say("What that rests on", "依据") }
  var rtoRow: String { say("Time to recover (RTO, RTA)", "恢复时间（RTO 目标，RTA 实际）") }
  var rpoRow: String { say("Data lost (RPO, RPA)", "数据丢失（RPO 目标，RPA 实际）") }
  var mtpdRow: String { say("Outage that can be borne (MTPD)", "可承受的最长中断（MTPD）") }
  var noTarget: String { say("none", "未设") }
  func toSpare(_ time: Duration) -> String {
    say("\(duration(time)) to spare", "尚余 \(duration(time))")
  }
  func missedBy(_ time: Duration, isBound: Bool) -> String {
    say(
      "by \(isBound ? "at least " : "")\(duration(time))",
      "超出\(isBound ? "至少" : "") \(duration(time))")
  }
  func left(_ time: Duration) -> String { say("\(duration(time)) left", "剩余 \(duration(time))") }

  package func startedAt(_ time: Timestamp) -> String {
    say("started \(self.time(time))", "开始于 \(self.time(time))")
  }
  func endedAt(_ time: Timestamp) -> String {
    say("ended \(self.time(time))", "结束于 \(self.time(time))")
  }
  func countedFrom(_ definition: String, _ stops: String) -> String {
    say(
      "The recovery clock is counted \(definition). It stops \(stops).",
      "恢复时钟计时起点：\(definition)。停止：\(stops)。")
  }
  func deadline(_ limit: Duration) -> String {
    say("Deadline of the run, \(duration(limit))", "执行期限 \(duration(limit))")
  }
  var clockGoesOn: String {
    say("The recovery clock does not stop for a pause.", "恢复时钟不因暂停而停止。")
  }
  var promotion: String { say("Promotion", "提升") }
  var lost: String { say("Lost", "丢失") }
  var bytes: String { say("Bytes", "字节") }
  var lastCommit: String { say("Last commit there", "新主库最后提交") }
  var method: String { say("How measured", "测量方法") }
  var phase: String { say("Phase", "阶段") }
  var outageToDeclared: String { say("Outage to declaration", "中断至宣告") }
  var declaredToStart: String { say("Declaration to run start", "宣告至开始执行") }
  var outageToStart: String { say("Outage to run start", "中断至开始执行") }
  var startToFirst: String { say("Run start to first change", "开始执行至首次变更") }
  var firstToLast: String { say("First change to last change", "首次变更至末次变更") }
  var lastToRecovered: String {
    say("Last change to last critical step", "末次变更至最后关键步骤")
  }
  var wholeRun: String { say("The run, first record to last", "全程，首条至末条记录") }
  var asking: String { say("Of it: a person was being asked", "其中：正在询问人员") }
  var standing: String { say("Of it: stood still for people", "其中：停下等待人员") }
  var unattended: String { say("Of it: no process was running it", "其中：无进程执行") }
  var withoutWriter: String {
    say(
      "Without a writable primary, as far as the run itself saw", "无可写主库的时间（以本次执行所见为准）")
  }
  func writerGap(_ fenced: String, _ promoted: String) -> String {
    say(
      "Without a writable primary: from the end of \(fenced) to the end of \(promoted). When the old "
        + "primary stopped taking writes before that, the run did not see.",
      "无可写主库：自 \(fenced) 结束至 \(promoted) 结束。旧主库在此之前何时停止接受写入，本次执行未看到。")
  }
}
