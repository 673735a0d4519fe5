import ActionConformance
import RunbookAction
import RunbookModel
import Testing

@Suite struct `The built-in messages` {
  private static let sev2: IncidentFacts = {
    var facts = IncidentFacts()
    facts.usersAffected = 12
    return facts
  }()
  private static let outage = Timestamp("2026-11-21T03:00:00Z") ?? Timestamp(nanoseconds: 0)

  private func figures(_ adjust: (inout RunFigures) -> Void = { _ in }) -> RunFigures {
    var figures = RunFigures(
      at: Self.outage + .seconds(250), run: RunID("20261121-030100-abcd"), purpose: .recovery,
      service: "shop", title: "Move the shop to site B", clock: "outage")
    figures.startedBy = "alice"
    figures.outageAt = Self.outage
    figures.elapsed = .exactly(.seconds(250))
    figures.rto = .seconds(900)
    figures.rtoVerdict = .stillCounting
    figures.rpo = .seconds(5)
    figures.done = ["Fence site A", "Promote site B"]
    figures.underWay = ["Shift traffic"]
    figures.next = ["Switch the name"]
    figures.ahead = .init(half: .seconds(120), most: .seconds(190), withoutPeople: false)
    adjust(&figures)
    return figures
  }

  /// Subject and text as they are planned, without the label of the preview.
  private func text(
    _ template: String, _ language: String = "en", next: String? = nil, of figures: RunFigures
  ) async throws -> String {
    var contexts = inRecovery()
    contexts.facts.figures = { figures }
    let fields = try #require(registry["message.send"]).page.fields
    var input: ValueMap = [
      "via": ["file": "/tmp/lifeboat-no-such-folder/mbox"], "to": "ops",
      "template": .string(template), "language": .string(language),
    ]
    if let next { input["next"] = .string(next) }
    let change = try await plannedMessage(filled(.map(input), for: fields), contexts).change
    return "\(change["subject"]?.string ?? "")\n\(change["body"]?.string ?? "")"
  }

  @Test func `progress, with all that is known`() async throws {
    #expect(
      try await text("progress", of: figures()) == """
        shop: the recovery goes on
        Service:    shop, Move the shop to site B
        Severity:   not stated
        State:      being recovered
        Outage:     since 2026-11-21 03:00:00 UTC, 4 min 10 s so far
        Recovery:   4 min 10 s so far, objective 15 min, 10 min 50 s left
        Data lost:  not known (no step has measured it yet), objective 5 s
        Forecast:   in about 2 min, 19 of 20 within 3 min 10 s, if nothing fails
        Done:       Fence site A; Promote site B
        Going on:   Shift traffic
        Next:       Switch the name
        Led by:     not stated
        Run:        20261121-030100-abcd, started by alice
        As of:      2026-11-21 03:04:10 UTC

        """)
  }

  @Test func `progress in Chinese, with nothing known`() async throws {
    let text = try await text(
      "progress", "zh-Hans", next: "03:30 再次通报",
      of: figures {
        $0.outageAt = nil
        $0.ahead = nil
        $0.elapsed = .unknown("when the outage began was not said")
        $0.rtoVerdict = .unknown
        $0.waiting = ["commander: go"]
        $0.inDoubt = ["Promote site B"]
        $0.done = []
        $0.underWay = []
      })
    #expect(
      text == """
        shop：恢复工作进行中
        服务：shop，Move the shop to site B
        事件级别：未说明
        当前状态：正在恢复，等待人工处理
        故障时间：开始时间未知
        恢复用时：未知，目标 15 分钟，是否达成未知
        数据丢失：未知，目标 5 秒
        预计恢复：未知
        已完成：无
        进行中：无
        等待人工：commander: go
        下一步：03:30 再次通报
        状态存疑：Promote site B
        负责人：未说明
        执行编号：20261121-030100-abcd，由 alice 启动
        数据截至：2026-11-21 03:04:10 UTC

        """)
  }

  @Test func `recovered is said only when it is so`() async throws {
    let open = try await text("recovered", of: figures())
    #expect(open.hasPrefix("shop: NOT confirmed as recovered\n"))
    #expect(!open.contains("recovered at"))
    let done = try await text(
      "recovered",
      of: figures {
        $0.recoveredAt = Self.outage + .milliseconds(240_500)
        $0.elapsed = .exactly(.milliseconds(240_500))
        $0.rtoVerdict = .met
        $0.dataLoss = .atMost(.milliseconds(480))
        $0.rpoVerdict = .met
        $0.incident = Self.sev2
        $0.lead = "Alice, +49 30 1234"
      })
    #expect(done.hasPrefix("shop (SEV2): recovered\n"))
    #expect(done.contains("State:      recovered at 2026-11-21 03:04:00 UTC, as far as the run"))
    #expect(done.contains("Outage:     since 2026-11-21 03:00:00 UTC, for 4 min"))
    #expect(done.contains("objective 15 min, met\n"))
    #expect(done.contains("Data lost:  at most 480 ms, objective 5 s\n"))
    #expect(done.contains("Led by:     Alice, +49 30 1234\n"))
    let missed = try await text(
      "recovered", "zh-Hans",
      of: figures {
        $0.recoveredAt = Self.outage + .seconds(3700)
        $0.elapsed = .atLeast(.seconds(3700))
        $0.incident = Self.sev2
        $0.rtoVerdict = .missed
        $0.isRecoverySeen = true
        $0.dataLoss = .exactly(.zero)
      })
    #expect(missed.hasPrefix("shop (SEV2)：已恢复\n"))
    #expect(missed.contains("恢复（以外部观测为准）"))
    #expect(missed.contains("事件级别：SEV2，影响 12 % 用户，橙色预警\n"))
    #expect(missed.contains("恢复用时：至少 1 小时 1 分钟，目标 15 分钟，未达成\n"))
    #expect(missed.contains("数据丢失：0 秒，目标 5 秒\n"))
  }

  @Test func `work that is done is not called recovered while the service is being watched`()
    async throws
  {
    let watched = figures { $0.isBeingWatched = true }
    for template in ["progress", "recovered"] {
      let text = try await text(template, of: watched)
      #expect(text.hasPrefix("shop: the work is done, the service is being watched\n"))
      #expect(text.contains("it is not confirmed yet that the service stays good"))
    }
    #expect(try await text("recovered", "zh-Hans", of: watched).hasPrefix("shop：恢复操作已完成"))
  }

  @Test func `a run that ended without recovering never reads as if it goes on`() async throws {
    for template in ["progress", "recovered"] {
      let text = try await text(
        template,
        of: figures {
          $0.isClosed = true
          $0.rtoVerdict = .notRecovered
        })
      #expect(text.hasPrefix("shop: NOT confirmed as recovered\n"))
      #expect(text.contains("the run has ended, and the service is not confirmed as recovered"))
    }
  }

  @Test func `a template may be overridden, and one of the two must be there`() async throws {
    var contexts = inRecovery()
    let known = figures()
    contexts.facts.figures = { known }
    let fields = try #require(registry["message.send"]).page.fields
    let base: ValueMap = ["via": ["file": "/tmp/x"], "to": "ops"]
    func refused(_ more: ValueMap) async throws -> String {
      var input = base
      for entry in more { input[entry.key] = entry.value }
      return try await refusal(filled(.map(input), for: fields), contexts).message
    }
    #expect(try await refused([:]).contains("neither a 'template' nor"))
    #expect(try await refused(["subject": "x"]).contains("neither a 'template' nor"))
    #expect(try await refused(["subject": "x", "body": "y", "next": "z"]).contains("'next'"))
    var input = base
    input["template"] = "progress"
    input["subject"] = "Mine"
    let change = try await plannedMessage(filled(.map(input), for: fields), contexts).change
    #expect(change["subject"] == "Mine")
    #expect(change["body"]?.string?.contains("Promote site B") == true)
  }
}
