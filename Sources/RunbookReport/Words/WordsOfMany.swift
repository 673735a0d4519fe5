import RunbookEngine
import RunbookModel

/// What stands on pages about several runs.
extension Words {
  var runsTitle: String { say("Runs", "各次执行") }
  var difference: String { say("Difference, first to last", "首次与末次之差") }
  var presenceTitle: String { say("In the plans", "在计划中") }
  var variant: String { say("Variant", "方案") }
  var times: String { say("Times", "次数") }
  var lastTime: String { say("Last time", "最近一次") }
  var coverageState: String { say("Exercised", "是否演练") }

  func comparisonTitle(_ runbook: String) -> String {
    say("Runs of \(runbook) side by side", "\(runbook) 各次执行对比")
  }

  func comparisonHeadline(_ comparison: RunComparison) -> String {
    let times = comparison.runs.map { measured($0.rto.measured) }
    let changed = comparison.steps.count { $0.presence != .inAll }
    let steps =
      changed == 0
      ? say("All have the same steps.", "步骤全部相同。")
      : say(
        "\(changed) steps are not the same in all of them.", "\(changed) 个步骤不尽相同。")
    return say(
      "RTA: \(times.joined(separator: ", then ")). \(steps)",
      "RTA：\(times.joined(separator: "，随后 "))。\(steps)")
  }

  /// A difference with its sign.
  func change(_ difference: Duration?) -> String {
    guard let difference else { return "" }
    if difference == .zero { return "0" }
    return difference < .zero ? "−" + duration(.zero - difference) : "+" + duration(difference)
  }

  func cell(_ cell: RunComparison.Cell) -> String {
    let time = cell.duration.map(duration)
    let state = cell.status == .succeeded ? nil : status(cell.status)
    let tries = cell.attempts > 1 ? say("\(cell.attempts) attempts", "\(cell.attempts) 次") : nil
    let parts = [time, state, tries].compactMap { $0 }
    return parts.isEmpty ? status(cell.status) : parts.joined(separator: comma)
  }

  func presence(_ presence: RunComparison.Presence) -> String {
    switch presence {
    case .inAll: ""
    case .added: say("added", "新增")
    case .removed: say("removed", "移除")
    case .inSome: say("in some", "部分有")
    case .changed: say("does something else", "内容已改")
    }
  }

  func trendTitle(_ subject: Trend.Subject) -> String {
    switch subject {
    case .runbook(let name): say("RTA and RPA of \(name)", "\(name) 的 RTA 与 RPA")
    case .service(let name):
      say("RTA and RPA of the service \(name)", "业务系统 \(name) 的 RTA 与 RPA")
    }
  }

  func trendHeadline(_ trend: Trend) -> String {
    guard let last = trend.points.last else {
      return say("No run of it has ended here.", "此处没有已结束的执行。")
    }
    let missed = trend.points.count { $0.rto.verdict == .missed }
    let failed = trend.points.count { $0.outcome != .succeeded }
    let median = trend.medianRTA.map {
      say(" The median RTA is \(duration($0)).", "RTA 中位数为 \(duration($0))。")
    }
    return say(
      "\(trend.points.count) runs; \(failed) did not succeed, \(missed) missed the RTO. The last: "
        + "RTA \(measured(last.rto.measured)), \(verdict(last.rto.verdict)).",
      "共 \(trend.points.count) 次；\(failed) 次未成功，\(missed) 次未达到 RTO。最近一次："
        + "RTA \(measured(last.rto.measured))，\(verdict(last.rto.verdict))。") + (median ?? "")
  }

  func coverageTitle(_ runbook: String) -> String {
    say("What of \(runbook) was done for real", "\(runbook) 的实际演练覆盖")
  }

  func coverageHeadline(_ coverage: Coverage) -> String {
    let all = coverage.rows.count
    func count(_ state: Coverage.State) -> Int { coverage.count(state) }
    return say(
      "\(count(.exercised)) of \(all) were done as they now stand, and well the last time; "
        + "\(count(.never)) never, \(count(.changedSince)) are untested as they now stand, "
        + "\(count(.failedLast)) failed the last time. From \(coverage.runs) runs.",
      "共 \(all) 项：\(count(.exercised)) 项按现有内容执行过且最近一次成功；\(count(.never)) 项从未执行；"
        + "\(count(.changedSince)) 项修改后未经演练；\(count(.failedLast)) 项最近一次失败。依据 \(coverage.runs) 次执行。")
  }

  func coverage(_ state: Coverage.State) -> String {
    switch state {
    case .exercised: say("yes", "是")
    case .failedLast: say("FAILED the last time", "最近一次失败")
    case .changedSince: say("UNTESTED as it now stands", "修改后未演练")
    case .never: say("NEVER", "从未")
    }
  }

  var coverageMeans: String {
    say(
      "Done for real: a run of this machine began its check, its change or its question. Found in "
        + "place, left out, or called done by a person is not doing it. Untested as it now stands: "
        + "since it was last done, its action, input, checks or undo were changed.",
      "“执行过”指本机某次执行确实开始了其检查、变更或询问；已就位、被跳过或由人员标记完成不算。"
        + "“修改后未演练”指最近一次执行之后，其动作、输入、检查或撤销方式有改动。")
  }

  func leftOut(_ runs: [LeftOut]) -> [Sheet.Part] {
    guard !runs.isEmpty else { return [.paragraph(say("No run was left out.", "没有遗漏的执行。"))] }
    let title = say("Runs left out: \(runs.count)", "未计入的执行：\(runs.count) 次")
    let shown = runs.prefix(50).map { "\($0.run.text): \($0.why)" }
    let rest = runs.count - shown.count
    return [
      .section(title), .list(shown + (rest > 0 ? [say("\(rest) more", "另有 \(rest) 次")] : [])),
    ]
  }
}
