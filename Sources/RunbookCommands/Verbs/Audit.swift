import ArgumentParser
import RunbookDriver
import RunbookJournal
import RunbookModel

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    commandName: "audit",
    abstract: "Prove that journals are as they were written.",
    subcommands: [AuditVerify.self], defaultSubcommand: AuditVerify.self)
}

/// `lifeboat audit verify`: any changed, missing, swapped or added byte, by record.
struct AuditVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a run's journal, or all of them, against signatures; name what was altered.",
    discussion: """
      Each record holds the hash of the one before; a signed checkpoint covers all of them; the \
      store's own log notes every run, so that a missing one shows. Nothing is changed. Exit code \
      11 when something was altered; 0 when nothing was, also if some of it is not signed yet, \
      which is said.

      Without --key the keys of this state folder are trusted. Whoever can write to it can also \
      replace those: keep the public key elsewhere and give it with --key.
      """)

  @Argument(help: "The run: its id, the beginning of it, or 'latest'. Without it, all runs.")
  var id: String?
  @Option(
    help: ArgumentHelp("Trust the public key in this file too.", valueName: "file"),
    completion: .file())
  var key: [String] = []
  @OptionGroup var output: OutputOptions

  func run() throws {
    let console = Console()
    let store = try RunStore.current()
    let audit = StoreAudit(store.folder, keys: try key.map { try SigningKeys.verifyingKey($0) })
    let verdict: AuditReport.Verdict
    if let id {
      let run = try audit.verify(store.find(id))
      switch output.format {
      case .text: show(run, console)
      case .json: console.out(JSONText.text(value(run), pretty: true))
      }
      verdict = run.verdict
    } else {
      let all = try audit.verifyAll()
      switch output.format {
      case .text: show(all, console)
      case .json: console.out(JSONText.text(value(all), pretty: true))
      }
      verdict = all.verdict
    }
    if verdict == .damaged { throw ExitStatus.auditFailed }
  }

  private func show(_ run: RunAudit, _ console: Console, _ kind: String = "") {
    let style: Console.Style = run.verdict == .damaged ? .bad : .good
    console.out("\(kind)\(run.run): \(console.styled(words(run.verdict, run.journal), style))")
    for finding in run.journal.findings + run.findings { console.out("  - \(finding.message)") }
  }

  private func show(_ all: StoreAuditReport, _ console: Console) {
    for run in all.runs { show(run, console) }
    for incident in all.incidents { show(incident, console, "incident ") }
    console.out("log of all runs: \(words(all.log.verdict, all.log))")
    for finding in all.log.findings + all.findings { console.out("  - \(finding.message)") }
  }

  private func words(_ verdict: AuditReport.Verdict, _ journal: AuditReport) -> String {
    var signed = ""
    if case .valid(let size, _, let name) = journal.checkpoint {
      signed = ", \(size) of them covered by the signature of \(name)"
    }
    let counted = "\(journal.recordCount) records" + signed
    switch verdict {
    case .intact: return "as it was written (\(counted))"
    case .unproven: return "nothing altered was seen, but not all is proven (\(counted))"
    case .damaged: return "NOT as it was written (\(counted))"
    }
  }

  private func value(_ run: RunAudit) -> Value {
    [
      "run": .string(run.run.text), "verdict": .string(run.verdict.rawValue),
      "records": .int(Int64(run.journal.recordCount)),
      "proven": .int(Int64(run.journal.provenCount)),
      "root": run.journal.root.map { .string($0.hex) } ?? .null,
      "findings": value(run.journal.findings + run.findings),
    ]
  }

  private func value(_ all: StoreAuditReport) -> Value {
    [
      "verdict": .string(all.verdict.rawValue), "runs": .list(all.runs.map(value)),
      "incidents": .list(all.incidents.map(value)),
      "log": [
        "verdict": .string(all.log.verdict.rawValue), "records": .int(Int64(all.log.recordCount)),
        "findings": value(all.log.findings + all.findings),
      ],
    ]
  }

  private func value(_ findings: [AuditFinding]) -> Value {
    .list(
      findings.map { finding in
        [
          "kind": .string(finding.kind.rawValue), "message": .string(finding.message),
          "records": finding.records.map {
            .list([.int(Int64($0.lowerBound)), .int(Int64($0.upperBound))])
          } ?? .null,
        ]
      })
  }
}
