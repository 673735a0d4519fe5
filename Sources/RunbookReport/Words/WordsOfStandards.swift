/// Wording for standards. A run measures times; whether a standard is met is for people to judge, so nothing here says
/// that one is.
extension Words {
  var standardsTitle: String { say("Consistent with", "与标准的对应") }

  func timeRange(_ range: TimeRange, _ outage: String, _ loss: String) -> String {
    let name = say("GB/T 20988-2007, table C.1", "GB/T 20988-2007 表 C.1")
    guard let level = range.level else {
      return say(
        "\(name): which level's time range this is consistent with cannot be said: \(because(range)).",
        "\(name)：无法说明与哪一灾难恢复能力等级的时间范围相符：\(because(range))。")
    }
    return say(
      "An outage of \(outage) and a data loss of \(loss) are consistent with the time range of level "
        + "\(level) (\(name)). A level is not claimed: it asks that all seven elements meet it (data "
        + "backup, infrastructure, data processing, network, technical support, operations, recovery "
        + "plan), and a run measures none of them.",
      "中断 \(outage)、数据丢失 \(loss)，与第 \(level) 级的时间范围相符（\(name)）。"
        + "这并不表示达到该等级：等级要求七个要素（数据备份、基础设施、数据处理、网络、技术支持、运行维护、灾难恢复预案）均满足，而执行过程不能测得这些要素。")
  }

  private func because(_ range: TimeRange) -> String {
    switch range.reason {
    case .measured: ""
    case .notRecovered: say("this run did not recover the service", "本次执行未恢复业务")
    case .timeNotKnown:
      say("how long the outage lasted is not known", "中断持续时间未知")
    case .lossNotKnown: say("how much data was lost is not known", "数据丢失量未知")
    case .beyond: say("it is beyond the table's ranges", "超出表中范围")
    }
  }

  var standardsNote: String {
    say(
      "What the sources ask of a report on an exercise or a recovery, in our words; check the texts "
        + "themselves. This page is no certificate.",
      "下表以本报告的语言概述各标准对演练或恢复报告的要求，请以标准原文为准。本页不是认证。")
  }

  var standardsHeads: [String] {
    [
      say("Source", "来源"), say("Asks for", "要求"), say("In this report", "本报告已有"),
      say("People must add", "须由人员补充"),
    ]
  }

  var standards: [[String]] {
    [
      [
        "NIST SP 800-84",
        say(
          "an after-action report: background, observations, recommendations, participants",
          "演练总结报告：背景、观察、建议、参与者"),
        say(
          "observations from figures, who took part, every step and decision with its time",
          "由数据得出的观察、参与人员、每个步骤与决定及其时间"),
        say(
          "scope, objectives and scenario, recommendations, the participants' feedback",
          "范围、目标与情景，建议，参与者反馈"),
      ],
      [
        "ISO 22301",
        say(
          "a formal report after each exercise with outcomes, recommendations and actions",
          "每次演练后的正式报告，含结果、建议与措施"),
        say(
          "outcomes against the objectives, findings with room for owner and due date",
          "对照目标的结果，发现事项（留有负责人与期限栏）"),
        say(
          "recommendations, actions, their review, and that they were acted on",
          "建议、措施及其评审与落实"),
      ],
      [
        say(
          "DORA, Regulation (EU) 2022/2554, and Delegated Regulation (EU) 2024/1774",
          "DORA（欧盟 2022/2554 号条例）及 2024/1774 号授权条例"),
        say(
          "tests of severe but plausible scenarios, documented, with deficiencies analysed and reported",
          "针对严重但合理情景的测试，形成记录，分析并报告缺陷"),
        say(
          "an account step by step with times, hashes and signatures, deviations, what was not run",
          "带时间、哈希与签名的逐步记录、偏离、未执行的内容"),
        say(
          "the scenario, the link to impact analysis and risk assessment, third parties, assumptions, "
            + "the report to the management body",
          "情景、与业务影响分析和风险评估的关联、第三方、假设、向管理机构的报告"),
      ],
      [
        "GB/T 20988",
        say(
          "drills of the recovery plan, and their evaluation", "灾难恢复预案的演练及其评价"),
        say(
          "measured RTA and RPA, and the time range above", "实测 RTA 与 RPA，以及上述时间范围"),
        say("the evaluation of the seven elements", "对七个要素的评价"),
      ],
    ]
  }
}
