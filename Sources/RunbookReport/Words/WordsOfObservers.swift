import RunbookEngine
import RunbookModel

/// What stands about observers.
extension Words {
  var outsideTitle: String { say("Seen from outside", "外部观察") }
  var observer: String { say("Observer", "观察点") }
  var checkTitle: String { say("Check", "检查") }
  var every: String { say("Every", "间隔") }
  var availability: String { say("Availability", "可用率") }
  var latency: String { say("Latency P50, P95", "延迟 P50、P95") }
  var answer: String { say("Answer", "应答") }
  var whoAnswered: String { say("Who answered", "应答方") }
  func notTaken(_ count: Int) -> String { say("\(count) not taken", "\(count) 次未采样") }
  func answersOf(_ name: String) -> String { say("What \(name) answered", "\(name) 的应答") }

  func observed(_ state: ObservedState) -> String {
    switch state {
    case .good: say("good", "正常")
    case .bad: say("bad", "异常")
    case .unknown: unknown
    }
  }
}
