import RunbookModel

/// What is in doubt or not known, in sentences.
extension Words {
  func doesNotVerify(_ why: String) -> String {
    say("The journal does not verify: \(sentence(why))", "日志核验不通过：\(sentence(why))")
  }
  var trustNothing: String {
    say(
      "Trust nothing in this report before that is explained.", "查明原因之前，不要采信本报告的任何内容。")
  }
  func doesNotFit(_ record: Int, _ why: String) -> String {
    say(
      "Record \(record) does not fit the rules: \(sentence(why)) Where the steps stand after it is not "
        + "known.",
      "第 \(record) 条记录不符合规则：\(sentence(why))此后各步骤的状态未知。")
  }
  var lookAtTargets: String {
    say(
      "Look at the targets themselves; the timeline below still lists every record.",
      "请直接查看目标系统；下方时间线仍列出全部记录。")
  }
  func otherPlan(_ opened: String, _ stored: String) -> String {
    say(
      "The run was opened with plan \(opened), but the plan stored beside it is \(stored).",
      "开始执行时的计划为 \(opened)，但旁边保存的计划为 \(stored)。")
  }
  func cutBytes(_ bytes: Int) -> String {
    say(
      "\(bytes) bytes of a line that was not written to its end were cut from the journal when the run "
        + "was taken over. Effects wait for their record, so none followed from that line; an ending "
        + "that it held was looked for again.",
      "接续执行时，从日志中截去了 \(bytes) 字节未写完的行。动作总在记录之后，故该行未引起任何动作；其中可能包含的结果已重新查看。")
  }
  func twoWriters(_ at: Timestamp, _ time: Duration) -> String {
    say(
      "MORE THAN ONE store took writes at the same time, from \(at) on, for \(duration(time)) in all: what "
        + "was written on one of them may be lost.",
      "自 \(at) 起有不止一个存储同时接受写入，共 \(duration(time))：其中一方写入的数据可能丢失。")
  }
  var keepBoth: String {
    say(
      "Keep both stores as they are until what each of them has is compared.",
      "在比对两边数据之前，保持两个存储原样。")
  }
  func mayHaveChanged(_ step: StepID, _ why: String) -> String {
    say(
      "Whether '\(step)' changed anything is not known: \(sentence(why))",
      "不知“\(step)”是否作出了变更：\(sentence(why))")
  }
  var resultLost: String {
    say("its result was lost, and it is being looked for", "其结果已丢失，正在查找")
  }
  func notTakenBack(_ step: StepID, _ why: String) -> String {
    say("'\(step)' was not taken back: \(sentence(why))", "“\(step)”未能撤销：\(sentence(why))")
  }
  func wasChanging(_ step: StepID) -> String {
    say(
      "'\(step)' was changing its target when the records end; its result is not known.",
      "记录结束时“\(step)”正在变更目标，结果未知。")
  }
  func changedWrongly(_ step: StepID, _ why: String) -> String {
    say(
      "'\(step)' made its change, and the change does not do what it must: \(sentence(why))",
      "“\(step)”已作出变更，但变更未达到应有效果：\(sentence(why))")
  }
  func leftOutBy(_ step: StepID, _ who: String, _ reason: String?) -> String {
    let why = reason.map { colon + $0 } ?? ""
    return say(
      "'\(step)' was left out by \(who)\(why). What it would have done or checked, Lifeboat did not see.",
      "“\(step)”由 \(who) 跳过\(why)。其本应作出的变更或检查，程序未看到。")
  }
  func doneOnWord(_ step: StepID, _ who: String, _ reason: String?) -> String {
    let why = reason.map { colon + $0 } ?? ""
    return say(
      "'\(step)' counts as done because \(who) said so\(why). Lifeboat did not see it.",
      "“\(step)”因 \(who) 的陈述计为完成\(why)。程序未看到。")
  }
  func unverified(_ count: Int, _ named: [StepID]) -> String {
    let names = names(named, of: count)
    guard count > 1 else {
      return say(
        "Nothing verified \(names): that it did its work is its own word alone.",
        "\(names)未经核实：其完成仅凭自身报告。")
    }
    return say(
      "Nothing verified \(count) steps: that they did their work is their own word alone. They are "
        + "\(names).",
      "\(count) 个步骤未经核实，其完成仅凭自身报告：\(names)。")
  }
  func onlySent(_ count: Int, _ named: [StepID]) -> String {
    let names = names(named, of: count)
    guard count > 1 else {
      return say(
        "Whether the message of \(names) reached anybody is not known: it was handed over, and nothing more was seen.",
        "\(names)的消息是否送达未知：仅看到已交付发送。")
    }
    return say(
      "Whether the messages of \(count) steps reached anybody is not known: they were handed over, and "
        + "nothing more was seen. They are \(names).",
      "\(count) 个步骤的消息是否送达未知，仅看到已交付发送：\(names)。")
  }
  private func names(_ named: [StepID], of count: Int) -> String {
    let more = count - named.count
    return named.map { quoted($0.text) }.joined(separator: comma)
      + (more > 0 ? say(" and \(more) more", "等") : "")
  }
  func startNotSaid(ofDeclaration: Bool) -> String {
    ofDeclaration
      ? say(
        "When the recovery was declared was not said, so the time to recover is a lower bound.",
        "宣告时间未说明，故恢复时间只是下限。")
      : say(
        "When the outage began was not said, so the time to recover is a lower bound.",
        "中断开始时间未说明，故恢复时间只是下限。")
  }
  func giveIt(_ flag: String) -> String {
    say(
      "Give it with \(flag) when the next run is started.", "下次开始执行时用 \(flag) 给出。")
  }
  func lossNotKnown(_ why: String) -> String {
    say(
      "How much data was lost is not known: \(sentence(why))", "数据丢失量未知：\(sentence(why))")
  }
  func clockMoved(_ by: Duration, _ record: Int) -> String {
    let size = duration(by < .zero ? .zero - by : by)
    return say(
      "The machine's wall clock moved \(by < .zero ? "back" : "forward") by \(size) before record "
        + "\(record). Durations come from the monotonic clock; times of day before and after do not "
        + "compare.",
      "第 \(record) 条记录之前，本机时钟\(by < .zero ? "回拨" : "前跳")了 \(size)。时长取自单调时钟；前后的钟点不可比较。")
  }
  var notWatched: String {
    say(
      "That the service is recovered is the run's own verification. No observer watched from outside, as "
        + "a customer would.",
      "业务已恢复是执行自身的核实结论，没有从客户角度进行外部观察。")
  }
}
