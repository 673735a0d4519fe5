/// Sentences of ours that stand in records, as the engine and the driver wrote them; they are English there for good.
extension Words {
  /// The same in the reader's language. What a server, a program or a person wrote in it stays as it is.
  package func ours(_ recorded: String) -> String {
    guard language != .english else { return recorded }
    var text = recorded
    for (english, chinese) in Self.beginnings where text.hasPrefix(english) {
      text = chinese + text.dropFirst(english.count)
    }
    // Each holds at least three words of ours: nothing else is likely to say just that.
    for (english, chinese) in Self.phrases where text.contains(english) {
      text = text.replacing(english, with: chinese)
    }
    return text
  }

  private static let beginnings = [
    ("approved by ", "批准人："), ("done, says ", "已完成，确认人："),
    ("nobody answered in ", "时限内无人答复："), ("nobody confirmed it in ", "时限内无人确认："),
    ("no answer came in ", "时限内没有应答："), ("it could not be seen: ", "无法看到："),
    ("it has no undo: ", "不可撤销："), ("waive ", "越过 "),
  ]

  private static let phrases = [
    (
      "look at the target yourself, then mark it done, retry, or undo", "请亲自查看目标，然后标记完成、重试或撤销"
    ),
    (
      "look at the target, then retry, or mark it done when it is taken back",
      "请查看目标，然后重试；若已收回则标记完成"
    ),
    ("look at the target, then retry, skip or undo", "请查看目标，然后重试、跳过或撤销"),
    ("look at what has changed; retry to plan and approve it afresh", "请查看有何变化；重试将重新准备并批准"),
    ("retry to ask again", "重试将再次询问"),
    (
      "find out why before you retry: a retry makes the change once more and waits again",
      "重试前请查明原因：重试将再次变更并等待确认"
    ),
    ("it was applied, but does not hold: ", "已变更，但未成立："),
    ("it was applied, but cannot be seen: ", "已变更，但无法看到："),
    ("; it does not hold: ", "；未成立："), ("; it cannot be seen: ", "；无法看到："),
    ("; its change was taken back: ", "；变更已收回："),
    ("the world has changed since this was approved: approved was ", "批准之后情况已变：批准的是 "),
    (", now it would be ", "，现在将是 "),
    ("nothing to undo: the change is not in place", "无需撤销：变更不在位"),
    ("; nothing looked afterwards: the step has no check of its own", "；之后未查看：该步骤没有自身的检查"),
    ("; seen afterwards: ", "；之后所见："),
    ("the undo ended well, but the change is still seen in place: ", "撤销已结束，但变更仍在位："),
    ("the undo ended well, but nobody can see its effect: ", "撤销已结束，但无法看到效果："),
    (
      "the step has no check of its own and no 'verify', so nothing can look",
      "该步骤没有自身的检查，也没有 verify，故无法查看"
    ),
    ("looking took longer than ", "查看超时："),
    // What an order would do.
    (
      "say yes; the change is made if it is still the same when looked at again", "同意；再次查看后若未变则作出变更"
    ),
    ("answer yes; what needs it goes on", "答复同意；依赖它的步骤继续"),
    ("answer no; the step fails, it has changed nothing, and ", "答复拒绝；步骤失败，未作任何变更，"),
    ("未作任何变更，the run holds", "未作任何变更，执行停住"), ("未作任何变更，the run ends", "未作任何变更，执行结束"),
    ("what was changed is undone", "已作的变更将撤销"), ("the run goes on without it", "执行将跳过它继续"),
    ("its change stays, and what needs it goes on", "变更保留，依赖它的步骤继续"),
    ("take its change back now; the run holds then", "现在收回变更；然后停住"),
    ("try once more to take its change back", "再次尝试收回变更"),
    ("leave its change in place; what needs it goes on", "保留其变更；依赖它的步骤继续"),
    ("leave its change in place; the rest is taken back", "保留其变更；其余收回"),
    ("count it as taken back on your word; then decide on", "以您的陈述计为已收回；然后再作决定"),
    ("count it as taken back on your word; go on with it", "以您的陈述计为已收回；继续"),
    ("leave it out; what needs it goes on", "跳过；依赖它的步骤继续"),
    ("; what it changed stays as it is", "；已作的变更保持原样"),
    ("; what it may have changed stays as it is", "；可能作出的变更保持原样"),
    ("count it as done on your word; what needs it goes on", "以您的陈述计为完成；依赖它的步骤继续"),
    ("start nothing more; what runs is let finish", "不再开始任何步骤；进行中的执行完"),
    ("watch the service once more", "再次观察业务"), ("go on where it stopped", "从停住处继续"),
    ("end this run, undo nothing, and go on as '", "结束本次执行，不撤销，按方案“"),
    ("' with a new run, planned afresh", "”重新准备并以新的执行接续"),
    ("look whether it is in place; if not, plan and apply it afresh", "查看是否已就位；若否，重新准备并变更"),
    (" for this step, for no more than was found: ", "（仅此步骤，且不超过所发现的）："),
    ("; then look again and act, with every other guard in force", "；然后再次查看并执行，其他防护仍有效"),
    ("look again and make another attempt", "再次查看并重试"),
    (
      "make it once more, though it may have been made; nothing can look whether it was",
      "再次变更，尽管可能已作出；无法查看是否已作出"
    ),
    ("take back what was changed, last first: ", "按相反顺序收回变更："),
    ("; then the run ends", "；然后结束执行"), ("; stops at ", "；止于 "),
    ("end the run here; nothing more is started, nothing is undone", "在此结束执行；不再开始，不撤销"),
    ("; what was changed, or may have been, stays: ", "；已作或可能已作的变更保留："),
  ]
}
