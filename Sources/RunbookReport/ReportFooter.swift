import RunbookModel

extension Report {
  func footer(_ page: inout Markdown) {
    page.heading(2, words.integrityTitle)
    let verified: String =
      switch integrity.verification {
      case .verified: words.verification(.verified)
      case .notVerified(let why): words.verification(.notVerified(Markdown.cell(why)))
      case .failed(let why): "**\(words.verification(.failed(Markdown.cell(why))))**"
      }
    page.table(
      [words.what, words.value],
      [
        [words.journal, words.journalSize(integrity.records, integrity.bytes)],
        [words.rootHash, Markdown.code(integrity.rootHash)],
        [words.signed, words.signedBy(integrity.signedBy.map { Markdown.code($0) })],
        [words.verified, verified],
        [words.reportMade, words.reportMade(generatedAt)],
      ])
    page.paragraph(words.checkYourself)
    page.line("```sh")
    page.line(verifyCommand)
    page.line("```")
    page.paragraph(words.proofText)
    page.heading(2, words.termsTitle)
    page.bullets(words.terms.map { "**\($0.0)**\(words.colon)\($0.1)" })
  }
}
