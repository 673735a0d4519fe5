import RunbookModel

/// Identity, signatures and the proof at the end.
extension Words {
  var run: String { say("Run", "执行编号") }
  var purposeTitle: String { say("Purpose", "类型") }
  var service: String { say("Service", "业务系统") }
  var reason: String { say("Reason", "事由") }
  var noneGiven: String { say("none given", "未说明") }
  var startedBy: String { say("Started by", "发起人") }
  func on(_ who: String, _ host: String) -> String { say("\(who) on \(host)", "\(who)（\(host)）") }
  var startedTitle: String { say("Started", "开始") }
  var endedTitle: String { say("Ended", "结束") }
  var runbook: String { say("Runbook", "灾难恢复预案") }
  var environment: String { say("Environment", "环境") }
  var plan: String { say("Plan", "执行计划") }
  func madeBy(_ time: Timestamp, _ who: String) -> String {
    say("made \(self.time(time)) by \(who)", "\(who) 生成于 \(self.time(time))")
  }
  var programs: String { say("Programs", "程序版本") }
  func programs(_ plan: String, _ run: String, _ report: String) -> String {
    say(
      "plan \(plan), run \(run), report \(report)", "计划 \(plan)，执行 \(run)，报告 \(report)")
  }
  var changes: String { say("Changes", "变更约束") }
  var changesBound: String {
    say(
      "bound: another change than the plan's would have stopped the run",
      "受约束：与计划不同的变更会使执行停止")
  }
  var parameter: String { say("Parameter", "参数") }
  var continues: String { say("Continues run", "接续的执行") }
  var continuedBy: String { say("Continued by run", "由此执行接续") }
  package var reportForm: String { say("Report", "报告") }
  func reportForm(_ version: Int) -> String {
    say(
      "format \(version); times in UTC; evidence in the words in which it was recorded",
      "格式 \(version)；时间为 UTC；证据保持记录时的原文")
  }

  var attestationText: String {
    say(
      "I have read this report and the findings above. In my judgement it shows what happened, and "
        + "the objectives were:",
      "本人已阅读本报告及上述发现。本人认为报告如实反映了经过，且各项目标：")
  }
  var attestationChoices: String {
    say(
      "☐ reached    ☐ not reached    ☐ cannot be told from it",
      "☐ 达到    ☐ 未达到    ☐ 据此无法判断")
  }
  var attestor: String { say("As", "身份") }
  var attestors: [String] {
    [
      say("Commander of the run", "指挥人"), say("Author of the report", "报告编制人"),
      say("Reviewer", "审核人"), say("Approver", "批准人"),
    ]
  }
  var name: String { say("Name", "姓名") }
  var statement: String { say("Statement", "意见") }
  var date: String { say("Date", "日期") }
  var signature: String { say("Signature", "签名") }

  var journal: String { say("Journal", "日志") }
  func journalSize(_ records: Int, _ bytes: Int) -> String {
    say("\(records) records, \(bytes) bytes", "\(records) 条记录，\(bytes) 字节")
  }
  var rootHash: String { say("Root hash", "根哈希") }
  var signed: String { say("Signed", "签名") }
  func signedBy(_ key: String?) -> String {
    key.map { say("by \($0)", "由 \($0) 签名") } ?? say("no", "否")
  }
  var verified: String { say("Verified", "核验") }
  func verification(_ verification: IntegrityFacts.Verification) -> String {
    switch verification {
    case .verified: say("yes, just before this report was made", "是，在生成本报告之前")
    case .notVerified(let why): say("no: \(why)", "否：\(why)")
    case .failed(let why): say("FAILED: \(why)", "失败：\(why)")
    }
  }
  var reportMade: String { say("Report made", "报告生成") }
  func reportMade(_ time: Timestamp) -> String {
    say(
      "\(self.time(time)), from the plan and the journal alone",
      "\(self.time(time))，仅依据执行计划与日志")
  }
  var checkYourself: String { say("Check it yourself:", "自行核验：") }
  var proofText: String {
    say(
      "That proves that no record was changed, added, taken out or moved since the root hash above "
        + "was made. It does not prove that a record was true when it was written, and without a "
        + "signed checkpoint kept elsewhere it does not prove that the whole journal was not "
        + "replaced.",
      "这证明自上述根哈希生成以来没有记录被修改、增加、删除或移动。它不证明记录写入时属实；"
        + "若没有另存的签名检查点，也不证明整份日志未被替换。")
  }

  /// Only words that the report uses.
  var terms: [(String, String)] {
    [
      (
        "RTO, RTA",
        say(
          "recovery time objective, and the time that it actually took.", "恢复时间目标，以及实际恢复时间。")
      ),
      (
        "RPO, RPA",
        say(
          "recovery point objective, and the age of the data actually lost.",
          "恢复点目标，以及实际丢失数据的时间跨度。")
      ),
      (
        "MTPD",
        say(
          "the longest outage that the business can bear; the RTO must be shorter.",
          "业务可承受的最长中断；RTO 必须更短。")
      ),
      (say("Critical step", "关键步骤"), say("one whose failure fails the run.", "其失败即导致整体失败的步骤。")),
      (
        say("Fence", "隔离"),
        say("make sure that the old primary cannot take writes any more.", "确保旧主库不能再接受写入。")
      ),
      (say("Promote", "提升"), say("make a standby the primary.", "使备库成为主库。")),
      (
        say("In doubt", "存疑"),
        say(
          "whether a change was made is not known; Lifeboat looks and never applies it blindly again.",
          "不知变更是否已作出；程序先查看，绝不盲目重做。")
      ),
      (say("Undo", "撤销"), say("take a change back, last first.", "按相反顺序收回变更。")),
      (
        say("Not known", "未知"),
        say("nobody measured it. It is not zero, and not good.", "无人测得；不等于零，也不等于正常。")
      ),
    ]
  }
}
