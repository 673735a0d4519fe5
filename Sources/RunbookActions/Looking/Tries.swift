import RunbookAction
import RunbookModel

/// How one look for something that should be out of reach went.
enum Try: Sendable {
  /// It did not answer; the text says how.
  case failed(String)
  /// It answered.
  case answered(Evidence)
  /// It could not be tried.
  case notTried(String)
}

/// Says that something is unreachable only when every one of `count` tries, a quarter of a second apart, has failed.
///
/// `outputs`: what the action's page promises; what only an answer could give is null. One lost packet or a service that restarts must not pass for a dead site. Each try gets an equal share of the time.
func unreachable(
  _ name: String, tries count: Int, of outputs: [Output], in context: ReadContext,
  _ look: @Sendable (Deadline) async -> Try
) async -> Verdict {
  guard (1...100).contains(count) else {
    return .cannotTell(Evidence("'tries' is \(count); it must be 1 to 100"))
  }
  let context = context.withReserve
  var failures: [String] = []
  for number in 1...count {
    if number > 1 {
      guard context.deadline.remaining > .milliseconds(500) else { break }
      do { try await Task.sleep(for: .milliseconds(250)) } catch { break }
    }
    let share = context.deadline.remaining / (count - number + 1)
    guard share > .milliseconds(1) else { break }
    switch await look(min(.after(share), context.deadline)) {
    case .failed(let how): failures.append("try \(number): \(how)")
    case .answered(let evidence): return .doesNotHold(evidence)
    case .notTried(let why):
      return .cannotTell(Evidence("\(name) could not be tried from here: \(why)"))
    }
  }
  let told = failures.joined(separator: "; ")
  var facts: ValueMap = [
    "reachable": false, "tries": .int(Int64(failures.count)), "how": .string(told),
  ]
  for output in outputs where facts[output.name] == nil { facts[output.name] = .null }
  guard failures.count == count else {
    return .cannotTell(
      Evidence(
        "\(name) gave no answer in \(failures.count) tries, but the time was over before all "
          + "\(count): \(told)", facts: facts))
  }
  return .holds(
    Evidence("\(name) is unreachable in \(count) of \(count) tries: \(told)", facts: facts))
}
