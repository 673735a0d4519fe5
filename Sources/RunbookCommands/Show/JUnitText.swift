import FoundationEssentials
import RunbookEngine
import RunbookFormat
import RunbookModel
import RunbookReport
import RunbookSimulation

/// The results of rehearsals as JUnit XML, which CI servers show: a suite for each runbook, a case for each rehearsal.
///
/// `time` is what playing it took on this machine; the time that passed in the model stands in the case's output.
enum JUnitText {
  static func write(_ rehearsals: Rehearsals, to path: String) throws(Refusal) {
    do {
      try Data(text(rehearsals).utf8).write(to: URL(filePath: path), options: [.atomic])
    } catch {
      throw Refusal(
        .internal, "the results cannot be written to \(path)", changed: "",
        next: "name a file in a folder that exists and can be written")
    }
  }

  static func text(_ rehearsals: Rehearsals) -> String {
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
    lines.append("<testsuites \(counts("lifeboat rehearse", rehearsals.all))>")
    for runbook in rehearsals.runbooks {
      lines.append("  <testsuite \(counts(runbook.runbook.name, runbook.played))>")
      for played in runbook.played { lines += self.lines(of: played) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func counts(_ name: String, _ played: [Rehearsals.Played]) -> String {
    let failed = played.count { !$0.run.hasPassed }
    let cost = played.reduce(Duration.zero) { $0 + $1.cost }
    return #"name="\#(escaped(name))" tests="\#(played.count)" failures="\#(failed)" errors="0" "#
      + #"skipped="0" time="\#(seconds(cost))""#
  }

  private static func lines(of played: Rehearsals.Played) -> [String] {
    let suite = played.plan.runbook.name + (played.plan.variant.map { ".\($0)" } ?? "")
    var lines = [
      #"    <testcase name="\#(escaped(played.rehearsal.name))" classname="\#(escaped(suite))" "#
        + #"time="\#(seconds(played.cost))">"#
    ]
    if !played.run.hasPassed {
      let all = played.run.mismatches.map {
        "expected \($0.expected); happened: \($0.happened)"
      }
      lines.append(
        #"      <failure type="expectation" message="\#(escaped(all.first ?? ""))">"#
          + escaped(([played.file.path] + all).joined(separator: "\n"), isAttribute: false)
          + "</failure>")
    }
    let account = played.run.account
    let story = account.story.compactMap(\.text).map { line in
      "T+\(line.at.spoken)  \(line.step.map { "\($0.text): " } ?? "")\(line.words)"
    }
    let out =
      ["In a model the run \(account.ending.sentence), after \(played.run.took.spoken)."] + story
    lines.append(
      "      <system-out>" + escaped(out.joined(separator: "\n"), isAttribute: false)
        + "</system-out>")
    return lines + ["    </testcase>"]
  }

  private static func seconds(_ duration: Duration) -> String {
    let micros = duration / .microseconds(1)
    let whole = Int64(micros)
    let digits = String(whole % 1_000_000)
    return "\(whole / 1_000_000).\(String(repeating: "0", count: 6 - digits.count))\(digits)"
  }

  private static func escaped(_ text: String, isAttribute: Bool = true) -> String {
    XMLText.escaped(text, isAttribute: isAttribute)
  }
}
