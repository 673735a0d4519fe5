import RunbookModel

extension Report {
  func footer(_ page: inout Markdown) {
    page.heading(2, "Integrity")
    let signed = integrity.signedBy.map { "by \(Markdown.code($0))" } ?? "no"
    let verified =
      switch integrity.verification {
      case .verified: "yes, just before this report was made"
      case .notVerified(let why): "no: \(Markdown.cell(why))"
      case .failed(let why): "**FAILED**: \(Markdown.cell(why))"
      }
    page.table(
      ["What", "Value"],
      [
        ["Journal", "\(integrity.records) records, \(integrity.bytes) bytes"],
        ["Root hash", Markdown.code(integrity.rootHash)],
        ["Signed", signed],
        ["Verified", verified],
        ["Report made", "\(time(generatedAt)), from the plan and the journal alone"],
      ])
    page.paragraph("Check it yourself:")
    page.line("```sh")
    page.line(verifyCommand)
    page.line("```")
    page.paragraph(
      "That proves that no record was changed, added, taken out or moved since the root hash above "
        + "was made. It does not prove that a record was true when it was written, and without a "
        + "signed checkpoint kept elsewhere it does not prove that the whole journal was not "
        + "replaced.")
    page.heading(2, "Terms")
    page.bullets(Self.terms.map { "**\($0.0)**: \($0.1)" })
  }

  /// Only words that the report uses.
  private static let terms: [(String, String)] = [
    ("RTO, RTA", "recovery time objective, and the time that it actually took."),
    ("RPO, RPA", "recovery point objective, and the age of the data actually lost."),
    ("MTPD", "the longest outage that the business can bear; the RTO must be shorter."),
    ("Critical step", "one whose failure fails the run."),
    ("Fence", "make sure that the old primary cannot take writes any more."),
    ("Promote", "make a standby the primary."),
    (
      "In doubt",
      "whether a change was made is not known; Lifeboat looks and never applies it blindly again."
    ),
    ("Undo", "take a change back, last first."),
    ("Not known", "nobody measured it. It is not zero, and not good."),
  ]
}
