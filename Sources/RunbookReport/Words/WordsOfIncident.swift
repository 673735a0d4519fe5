import RunbookModel

/// Incidents: what people noted, found and must do. What they wrote stands as they wrote it.
extension Words {
  func incidentReport(_ title: String) -> String {
    say("Post-incident report: \(title)", "事件报告：\(title)")
  }
  func incidentHeadline(_ incident: Incident, isDrill: Bool) -> String {
    let drill = isDrill ? say("This was a drill. ", "本次为演练。") : ""
    let open = incident.openItems.count
    let items =
      open == 0
      ? say("Nothing is left to be done.", "没有待办事项。")
      : say(
        "\(open == 1 ? "1 item is" : "\(open) items are") still open.", "尚有 \(open) 项待办。")
    let state =
      incident.closing == nil
      ? say("The incident is OPEN. ", "事件尚未关闭。") : say("The incident is closed. ", "事件已关闭。")
    return drill + state + items
  }

  var isOpen: String { say("open", "未关闭") }
  func incidentClosed(_ time: String, _ by: String, _ reason: String) -> String {
    say("closed \(time) by \(by): \(reason)", "\(by) 关闭于 \(time)：\(reason)")
  }
  var opened: String { say("Opened", "开启") }
  func atBy(_ time: String, _ by: String) -> String { say("\(time) by \(by)", "\(time)，\(by)") }
  var alertColour: String { say("Alert colour", "告警级别") }
  func colour(_ colour: AlertColour) -> String {
    let name =
      switch colour {
      case .yellow: say("yellow", "黄色")
      case .orange: say("orange", "橙色")
      case .red: say("red", "红色")
      }
    return name + brackets(objectiveIs(colour.timeToRespond))
  }
  func objectiveIs(_ time: Duration) -> String {
    say("respond within \(duration(time))", "\(duration(time))内响应")
  }
  /// `SEV2, 12 % of users`
  func severity(_ facts: IncidentFacts) -> String? {
    let share = facts.usersAffected.map { share -> String in
      let whole = Int64(share)
      let text = Double(whole) == share ? "\(whole)" : "\(share)"
      return say("\(text) % of users", "影响 \(text) % 用户")
    }
    let parts = [facts.severity?.rawValue, share].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: clause)
  }
  /// `SEV2, 12 % of users, orange`; nil where nobody has said anything.
  func incident(_ facts: IncidentFacts) -> String? {
    let parts = [severity(facts), facts.colour.map { colour($0) }].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: clause)
  }
  var noTimeToRespond: String {
    say("no severity and no colour say how soon it had to be", "未说明严重程度或级别，故无响应时限")
  }
  var outageBegan: String { say("Outage began", "中断开始") }
  var alertCame: String { say("Alert", "告警") }
  func asStated(_ time: Timestamp) -> String {
    say("\(self.time(time)), as stated", "\(self.time(time))（按陈述）")
  }
  var nobodySaid: String { say("not known: nobody has said", "未知：无人说明") }
  var openItems: String { say("Open items", "待办") }
  var noItems: String { say("none", "无") }
  var stillOpen: String { say("Still open", "尚未完成") }
  func openItem(_ id: String, _ text: String, _ owner: String, _ due: String?) -> String {
    let date = due.map { say("due \($0)", "期限 \($0)") } ?? say("no date", "无期限")
    return say("\(id): \(text), \(owner), \(date)", "\(id)：\(text)，\(owner)，\(date)")
  }
  func lostMessage(_ subject: String, _ id: String) -> String {
    say(
      "NOT KNOWN whether people were told: \(subject) (\(id))", "是否已告知未知：\(subject)（\(id)）")
  }
  var noRunLinked: String { say("No run is linked.", "没有关联的执行。") }
  func cannotBeRead(_ why: String) -> String { say("CANNOT BE READ: \(why)", "无法读取：\(why)") }
  func notedLater(_ time: Timestamp) -> String {
    say(" (written down \(self.time(time)))", "（记录于 \(self.time(time))）")
  }
  var actionItems: String { say("Action items", "整改事项") }
  var noFindings: String { say("Nothing was recorded.", "没有记录。") }
  var noActions: String { say("None were recorded.", "没有记录。") }
  var itemID: String { say("Id", "编号") }
  var about: String { say("About", "针对") }
  var noDate: String { say("none", "无") }
  func severity(_ severity: FindingSeverity) -> String {
    switch severity {
    case .low: say("low", "低")
    case .medium: say("medium", "中")
    case .high: say("high", "高")
    }
  }
  func itemClosed(_ day: String, _ by: String, _ text: String) -> String {
    say("closed \(day) by \(by): \(text)", "\(by) 关闭于 \(day)：\(text)")
  }
  func day(_ time: Timestamp) -> String { String(time.text(decimals: 0).prefix(10)) }

  var messagesTitle: String { say("Messages", "消息") }
  var noMessages: String {
    say(
      "None were sent by hand. What runs sent stands in their reports.",
      "没有手动发送的消息。各次执行所发消息见其报告。")
  }
  var toWhom: String { say("To", "收件人") }
  var subject: String { say("Subject", "主题") }
  func notTold(_ words: String) -> String { say("NOT SENT: \(words)", "未发送：\(words)") }
  func notKnownWhetherTold(_ words: String?) -> String {
    let why =
      words ?? say("it was about to be sent, and nothing says what became of it", "即将发送，其后无记录")
    return say("NOT KNOWN: \(why)", "未知：\(why)")
  }
  var acceptedIsNotRead: String {
    say("Accepted by a server is not delivered, and not read.", "服务器已接受不等于已送达，更不等于已读。")
  }
  var incidentJournal: String { say("Integrity of the incident's journal", "事件日志的完整性") }
  func records(_ count: Int) -> String { say("\(count) records", "\(count) 条记录") }

  // The timeline.
  var outageBeganStated: String { say("the outage began, as stated", "中断开始（按陈述）") }
  var alertCameStated: String { say("the alert came, as stated", "告警（按陈述）") }
  func incidentOpened(_ title: String) -> String {
    say("incident opened: \(title)", "事件开启：\(title)")
  }
  func runStarted(_ run: RunID, _ title: String) -> String {
    say("run \(run) started: \(title)", "执行 \(run) 开始：\(title)")
  }
  func recoveredByRun(_ step: StepID, isSeen: Bool) -> String {
    isSeen
      ? say("recovered, as observers saw it from outside", "外部观察到已恢复")
      : say(
        "recovered, as far as the run has verified (\(step))", "已恢复（以执行核实为准：\(step)）")
  }
  func findingNoted(_ id: String, _ text: String) -> String {
    say("finding \(id): \(text)", "发现 \(id)：\(text)")
  }
  func actionNoted(_ id: String, _ text: String) -> String {
    say("action \(id): \(text)", "整改 \(id)：\(text)")
  }
  func itemDone(_ id: String, _ text: String) -> String {
    say("\(id) closed: \(text)", "\(id) 关闭：\(text)")
  }
  func runLinked(_ run: RunID) -> String { say("run \(run) linked", "关联执行 \(run)") }
  func aboutToTell(_ to: String, _ subject: String) -> String {
    say("about to tell \(to): \(subject)", "即将告知 \(to)：\(subject)")
  }
  func told(_ result: IncidentEvent.MessageResult, _ words: String) -> String {
    switch result {
    case .accepted: say("told: \(words)", "已告知：\(words)")
    case .notSent: say("NOT told: \(words)", "未告知：\(words)")
    case .unknown: say("NOT KNOWN whether it was told: \(words)", "是否告知未知：\(words)")
    }
  }
  func incidentOver(_ reason: String) -> String {
    say("incident closed: \(reason)", "事件关闭：\(reason)")
  }

  // In a run's report.
  func incidentSection(_ id: String) -> String { say("Incident \(id)", "事件 \(id)") }
  func incidentUnreadable(_ id: String, _ why: String) -> String {
    say(
      "What is kept of incident \(id) cannot be read: \(sentence(why))",
      "事件 \(id) 的记录无法读取：\(sentence(why))")
  }
  package var notKeptHere: String {
    say("it is not kept in this state folder", "此状态目录中没有该事件")
  }
  var lookAtIncident: String {
    say("Check it with: lifeboat audit verify", "核验：lifeboat audit verify")
  }

  // The response clock.
  var alertNotSaid: String { say("when the alert came was not said", "未说明告警时间") }
  var responseNotSaid: String {
    say("when somebody first responded was not said", "未说明首次响应时间")
  }
  func alertAfterResponse(_ alerted: Timestamp, _ responded: Timestamp) -> String {
    say(
      "the stated time of the alert (\(alerted)) lies after the first response (\(responded))",
      "所陈述的告警时间（\(alerted)）晚于首次响应（\(responded)）")
  }
  func fromAlert(_ alerted: Timestamp, _ responded: Timestamp) -> String {
    say(
      "from the alert (\(alerted), as stated) to the first response, the command that declared it or "
        + "opened its incident (\(responded))",
      "自告警（\(alerted)，按陈述）至首次响应，即宣告或开启事件的命令（\(responded)）")
  }
}
