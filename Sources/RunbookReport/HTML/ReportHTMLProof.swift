import RunbookEngine
import RunbookModel

/// What ran, who answers for it, and how to check it.
extension ReportHTML {
  func identity(_ page: inout HTMLPage) {
    let identity = report.identity
    var rows: [(String, Markup)] = [
      (words.run, .code(identity.run.text)),
      (
        words.purposeTitle,
        Markup(words.purpose(identity.purpose) + (identity.variant.map { ", \($0)" } ?? ""))
      ),
      (words.service, cell(identity.service)),
      (words.owner, cell(identity.owner ?? words.notSaid)),
      (words.reason, .cut(identity.reason ?? words.noneGiven, to: 1000)),
      (words.startedBy, cell(words.on(identity.by, identity.host))),
      (words.startedTitle, Markup(words.time(identity.started))),
      (words.endedTitle, Markup(identity.ended.map(words.time) ?? words.notEnded)),
    ]
    if let incident = report.response.flatMap({ words.incident($0.facts) }) {
      rows.append((words.incidentTitle, cell(incident)))
    }
    if let run = identity.predecessor { rows.append((words.continues, .code(run.text))) }
    if let run = identity.successor { rows.append((words.continuedBy, .code(run.text))) }
    rows += [
      (words.runbook, source(identity.runbook)), (words.environment, source(identity.environment)),
      (
        words.plan,
        .code(identity.plan) + sub(words.madeBy(identity.planMadeAt, identity.planMadeBy))
          + hash(identity.planHash)
      ),
      (
        words.programs,
        cell(words.programs(identity.planToolVersion, identity.toolVersion, report.toolVersion))
      ),
    ]
    if identity.bindsChanges { rows.append((words.changes, Markup(words.changesBound))) }
    for entry in identity.parameters {
      rows.append(("\(words.parameter) \(entry.key)", cell(JSONText.text(entry.value))))
    }
    rows.append((words.reportForm, Markup(words.reportForm(Report.formatVersion))))
    page.section("identity", words.identityTitle) { page in
      capped(&page, "identity", "", [words.what, words.value], rows) {
        [Markup($0.0), $0.1]
      }
    }
  }

  private func source(_ source: Plan.Source) -> Markup {
    .code(source.name) + sub(source.path) + hash(source.sha256)
  }

  private func hash(_ hash: String) -> Markup {
    .element("span", ["class": "sub"], Markup("sha256 "), .code(hash))
  }

  func attestation(_ page: inout HTMLPage) {
    page.section("attestation", words.attestationTitle) { page in
      page.paragraph(Markup(words.attestationText))
      page.paragraph(Markup(words.attestationChoices))
      page.table(
        "sign", "",
        [words.attestor, words.name, words.statement, words.date, words.signature],
        words.attestors.map { [Markup($0), "", "", "", ""] })
    }
  }

  func integrity(_ page: inout HTMLPage) {
    let facts = report.integrity
    page.section("integrity", words.integrityTitle) { page in
      let isSound = facts.verification == .verified
      page.table(
        "integrity", "", [words.what, words.value],
        [
          [Markup(words.journal), Markup(words.journalSize(facts.records, facts.bytes))],
          [Markup(words.rootHash), .code(facts.rootHash)],
          [Markup(words.signed), Markup(words.signedBy(facts.signedBy))],
          [
            Markup(words.verified),
            .element(
              "span", ["class": isSound ? "w-good" : "w-bad"],
              Markup((isSound ? "✓ " : "✗ ") + words.verification(facts.verification))),
          ],
          [Markup(words.reportMade), Markup(words.reportMade(report.generatedAt))],
        ])
      page.paragraph(Markup(words.checkYourself))
      page.add(.element("pre", [:], Markup(report.verifyCommand)))
      page.paragraph(Markup(words.proofText))
    }
    page.section("terms", words.termsTitle) { page in
      page.list(words.terms.map { .strong($0.0) + Markup(words.colon + $0.1) })
    }
  }
}
