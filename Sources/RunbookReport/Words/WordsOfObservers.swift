package import RunbookEngine
import RunbookModel

/// What stands about observers.
extension Words {
  var outsideTitle: String { say("Seen from outside", "外部观察") }
  var observer: String { say("Observer", "观察点") }
  var checkTitle: String { say("Check", "检查") }
  var every: String { say("Every", "间隔") }
  var availability: String { say("Availability", "可用率") }
  var latency: String { say("Latency P50, P95", "延迟 P50、P95") }
  var goodTitle: String { say("Good", "正常") }
  var badTitle: String { say("Bad", "异常") }
  var unknownTitle: String { say("Unknown", "未知") }
  var from: String { say("From", "起于") }
  var at: String { say("At", "时刻") }
  var whatWasSeen: String { say("What was seen", "所见") }
  var colonAtEnd: String { say(":", "：") }
  var answer: String { say("Answer", "应答") }
  var whoAnswered: String { say("Who answered", "应答方") }
  func notTaken(_ count: Int) -> String { say("\(count) not taken", "\(count) 次未采样") }
  func moreInJSON(_ count: Int) -> String {
    say("And \(count) more changes; the JSON report lists them.", "另有 \(count) 次变化，见 JSON 格式的报告。")
  }
  func answersOf(_ name: String) -> String { say("What \(name) answered", "\(name) 的应答") }

  package func observed(_ state: ObservedState) -> String {
    switch state {
    case .good: say("good", "正常")
    case .bad: say("bad", "异常")
    case .unknown: unknown
    }
  }
}

extension Words {
  var stopsUnwatched: String {
    say(
      "when the last critical step succeeded: the run's own verification, not an outside observer",
      "最后一个关键步骤成功之时：执行自身的核实，而非外部观察")
  }
  var stopsWatched: String {
    say(
      "when observers see the service good to stay; where they have seen no outage, when the last "
        + "critical step succeeded",
      "外部观察到业务持续正常之时；若未观察到中断，则为最后一个关键步骤成功之时")
  }
  func deadlineUse(_ ran: Duration, _ paused: Duration, _ times: Int) -> String {
    say(
      "the run went on for \(duration(ran)) and was paused for \(duration(paused)), which does not count"
        + (times == 0 ? "" : "; it was over \(times == 1 ? "once" : "\(times) times")"),
      "执行 \(duration(ran))，暂停 \(duration(paused))（不计入）\(times == 0 ? "" : "；到期 \(times) 次")")
  }

  /// `T+` and `T-`, as in the timeline.
  private func moment(_ offset: Duration) -> String {
    "T\(offset < .zero ? "" : "+")\(duration(offset))"
  }
  func firstBad(_ onset: Duration, _ at: Timestamp, lastGood: Duration?) -> String {
    let bound =
      lastGood.map {
        say(
          "; the last good answer was \(duration(onset - $0)) before",
          "；最后一次正常应答在此前 \(duration(onset - $0))")
      }
      ?? say(
        "; it was not good from the first look on, so it began earlier", "；首次查看即异常，故开始时间更早")
    return say(
      "First answer that was not good: \(moment(onset)) (\(at))\(bound).",
      "首个异常应答：\(moment(onset))（\(at)）\(bound)。")
  }
  func firstGood(_ offset: Duration?) -> String {
    let shown = offset.map { "T+" + duration($0) } ?? say("none", "无")
    return say("First good answer after it: \(shown).", "其后首个正常应答：\(shown)。")
  }
  var allGood: String { say("All answers during the run were good.", "执行期间应答全部正常。") }
  func goodSince(_ offset: Duration, _ at: Timestamp, _ soaked: Duration?, _ relapses: Int)
    -> String
  {
    let watched =
      soaked.map { say(", watched until T+\(duration($0))", "，观察至 T+\(duration($0))") } ?? ""
    let again =
      relapses == 0
      ? ""
      : say(
        ", after \(relapses == 1 ? "one relapse" : "\(relapses) relapses")", "，其间复发 \(relapses) 次")
    return say(
      "Good to stay since \(moment(offset)) (\(at))\(watched)\(again).",
      "自 \(moment(offset))（\(at)）起持续正常\(watched)\(again)。")
  }
  var goodNotSeen: String {
    say("That it is good to stay was NOT seen.", "未观察到持续正常。")
  }
  func shares(_ bad: Duration, _ good: Duration, _ unknown: Duration) -> String {
    let rest =
      unknown > .zero
      ? say(", and for \(duration(unknown)) nobody could tell", "，无法判断 \(duration(unknown))") : ""
    return say(
      "In all it was bad for \(duration(bad)), good for \(duration(good))\(rest).",
      "合计异常 \(duration(bad))，正常 \(duration(good))\(rest)。")
  }

  func writers(_ clock: WriterClock) -> String {
    let double =
      clock.several > .zero || clock.severalAt != nil
      ? say(
        "MORE THAN ONE store took writes for \(duration(clock.several))",
        "多于一个 \(duration(clock.several))（严重）")
      : say("never more than one was seen", "未见多于一个")
    let rest =
      clock.unknown > .zero
      ? say(
        "; for \(duration(clock.unknown)) nobody could tell", "；无法判断 \(duration(clock.unknown))")
      : ""
    return say(
      "Writers: none for \(duration(clock.none)), one for \(duration(clock.one)), \(double)\(rest).",
      "可写存储：没有 \(duration(clock.none))，一个 \(duration(clock.one))，\(double)\(rest)。")
  }
}
