import RunbookEngine
import RunbookModel

extension Report {
  /// The run as JUnit XML, which CI servers show: a case for each step, a suite for the objectives, RTA and RPA as
  /// properties.
  package var junit: String { JUnitReport(report: self).text }
}

private struct JUnitReport {
  let report: Report

  /// An output's end, in bytes.
  private static let outputBytes = 4000

  private enum Ending {
    case passed
    /// It ran, and is not as it must be.
    case failure(type: String)
    /// Nobody knows.
    case error(type: String)
    case skipped
  }

  private struct Case {
    var name: String
    var group: String
    var time: Duration?
    var ending: Ending
    var message: String
    var output: String?
  }

  var text: String {
    let objectives = objectiveCases
    let steps = report.steps.map(stepCase)
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append("<testsuites \(counts("lifeboat", objectives + steps))>")
    if !objectives.isEmpty { lines += suite("objectives", objectives, properties: []) }
    lines += suite(report.identity.runbook.name, steps, properties: properties)
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var properties: [(String, String)] {
    let identity = report.identity
    let clocks = report.clocks
    func seconds(_ duration: Duration?) -> String { duration.map(Self.seconds) ?? "unknown" }
    return [
      ("run", identity.run.text), ("purpose", identity.purpose.rawValue),
      ("environment", identity.environment.name), ("service", identity.service),
      ("variant", identity.variant ?? ""), ("plan_sha256", identity.planHash),
      ("outcome", report.summary.outcome?.rawValue ?? "not_ended"),
      ("rto_seconds", seconds(clocks.rto.target)),
      ("rta_seconds", seconds(clocks.rto.measured.duration)),
      ("rta_bound", clocks.rto.measured.bound), ("rto_verdict", clocks.rto.verdict.rawValue),
      ("rpo_seconds", seconds(clocks.rpo.target)),
      ("rpa_seconds", seconds(clocks.rpo.measured.duration)),
      ("rpa_bound", clocks.rpo.measured.bound), ("rpo_verdict", clocks.rpo.verdict.rawValue),
      ("clock", clocks.start.clock.rawValue), ("journal_root", report.integrity.rootHash),
      ("verify", report.verifyCommand),
    ]
  }

  private var objectiveCases: [Case] {
    [("RTO", report.clocks.rto), ("RPO", report.clocks.rpo), ("MTPD", report.clocks.mtpd)]
      .compactMap { name, result in
        let ending: Ending
        switch result.verdict {
        case .met: ending = .passed
        case .missed, .notRecovered: ending = .failure(type: result.verdict.rawValue)
        case .unknown, .stillCounting: ending = .error(type: result.verdict.rawValue)
        case .noTarget: return nil
        }
        return Case(
          name: name, group: "objectives", time: result.measured.duration, ending: ending,
          message: "\(result.verdict.words): \(result.why)")
      }
  }

  private func stepCase(_ step: Report.StepResult) -> Case {
    Case(
      name: step.id.text, group: "\(report.identity.runbook.name).\(step.stage)",
      time: step.duration, ending: Self.ending(step.status),
      message: step.result.isEmpty
        ? step.status.words : "\(step.status.words): \(step.result)",
      output: step.output)
  }

  private static func ending(_ status: StepStatus) -> Ending {
    switch status {
    case .succeeded: .passed
    case .failed, .failedIgnored, .undoFailed: .failure(type: status.rawValue)
    case .inDoubt, .planning, .checking, .gated, .applying, .verifying, .backingOff, .confirming,
      .undoing:
      .error(type: status.rawValue)
    case .notStarted, .notRun, .excluded, .skipped, .undone: .skipped
    }
  }

  private func suite(
    _ name: String, _ cases: [Case], properties: [(String, String)]
  ) -> [String] {
    let started = report.identity.started.text(decimals: 0).dropLast()
    var lines = [
      #"  <testsuite \#(counts(name, cases)) timestamp="\#(started)" hostname="\#(XMLText.escaped(report.identity.host))">"#
    ]
    if !properties.isEmpty {
      lines.append("    <properties>")
      lines += properties.map {
        #"      <property name="\#($0)" value="\#(XMLText.escaped($1))"/>"#
      }
      lines.append("    </properties>")
    }
    for entry in cases { lines += self.lines(of: entry) }
    return lines + ["  </testsuite>"]
  }

  private func lines(of entry: Case) -> [String] {
    let message = XMLText.escaped(entry.message)
    var lines = [
      #"    <testcase name="\#(XMLText.escaped(entry.name))" classname="\#(XMLText.escaped(entry.group))" time="\#(Self.seconds(entry.time ?? .zero))">"#
    ]
    switch entry.ending {
    case .passed: break
    case .failure(let type):
      lines.append(#"      <failure type="\#(type)" message="\#(message)"/>"#)
    case .error(let type): lines.append(#"      <error type="\#(type)" message="\#(message)"/>"#)
    case .skipped: lines.append(#"      <skipped message="\#(message)"/>"#)
    }
    var out = entry.message
    if let output = entry.output, !output.isEmpty {
      let bytes = output.utf8.count
      let end = bytes > Self.outputBytes ? "…" + String(output.suffix(Self.outputBytes)) : output
      out += "\n" + end
    }
    lines.append(
      "      <system-out>" + XMLText.escaped(out, isAttribute: false) + "</system-out>")
    return lines + ["    </testcase>"]
  }

  private func counts(_ name: String, _ cases: [Case]) -> String {
    var failures = 0
    var errors = 0
    var skipped = 0
    for entry in cases {
      switch entry.ending {
      case .passed: break
      case .failure: failures += 1
      case .error: errors += 1
      case .skipped: skipped += 1
      }
    }
    let time = cases.reduce(Duration.zero) { $0 + ($1.time ?? .zero) }
    return #"name="\#(XMLText.escaped(name))" tests="\#(cases.count)" failures="\#(failures)" "#
      + #"errors="\#(errors)" skipped="\#(skipped)" time="\#(Self.seconds(time))""#
  }

  private static func seconds(_ duration: Duration) -> String {
    let micros = max(0, duration.nanosecondsClamped / 1000)
    let digits = String(micros % 1_000_000)
    return "\(micros / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
  }
}
