import FoundationEssentials
import RunbookDriver
import RunbookEngine
import RunbookModel

/// Saved plans: written once, executed once, and only while the documents and the world are as they were.
enum PlanFile {
  static func save(_ plan: Plan, to path: String) throws {
    do {
      let bytes = try plan.encoded(pretty: true)
      try Data(bytes).write(to: URL(filePath: path), options: [.withoutOverwriting])
    } catch {
      throw Refusal(
        .invalid, "the plan cannot be saved to \(path): \(Self.reason(error))",
        next: "name a file that does not exist yet, in a folder that can be written")
    }
  }

  static func read(_ path: String) throws -> Plan {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw Refusal(.invalid, "\(path) cannot be read: \(Self.reason(error))")
    }
    let plan: Plan
    do {
      plan = try Plan(decoding: Array(bytes))
    } catch {
      throw Refusal(
        .invalid, "\(path) is no plan of this version of lifeboat",
        next: "make a new one with: lifeboat plan --out")
    }
    guard try plan.id == plan.contentID() else {
      throw Refusal(
        .refused,
        "\(path) was changed after it was made: its content is not what '\(plan.id)' names",
        next: "make a new one with: lifeboat plan --out")
    }
    return plan
  }

  private static func reason(_ error: any Error) -> String {
    (error as? CocoaError).map { error in
      switch error.code {
      case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file or folder"
      case .fileWriteFileExists: "it exists already"
      case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
      default: "\(error)"
      }
    } ?? "\(error)"
  }

  /// What is not as it was when the plan was saved, a line each; empty when the plan may be executed.
  static func differences(saved: Plan, now: Plan) -> [String] {
    var lines: [String] = []
    func compare(_ what: String, _ before: String?, _ after: String?) {
      if before != after { lines.append("\(what): was \(before ?? "none"), is \(after ?? "none")") }
    }
    compare("runbook file (sha256)", saved.runbook.sha256, now.runbook.sha256)
    compare("environment file (sha256)", saved.environment.sha256, now.environment.sha256)
    compare("purpose", saved.purpose.rawValue, now.purpose.rawValue)
    compare("variant", saved.variant, now.variant)
    compare(
      "parameters", JSONText.text(.map(saved.parameters)), JSONText.text(.map(now.parameters)))
    compare("version of lifeboat", saved.toolVersion, now.toolVersion)
    for (before, after) in zip(saved.steps, now.steps) where before.id == after.id {
      guard before.forecast.change != after.forecast.change else { continue }
      lines.append(
        "step \(before.id): was to \(text(before.forecast)), would now \(text(after.forecast))")
    }
    return lines
  }

  private static func text(_ forecast: StepForecast) -> String {
    "\(forecast.status.words): \(forecast.summary)"
  }
}
