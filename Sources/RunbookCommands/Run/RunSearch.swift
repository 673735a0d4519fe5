import ArgumentParser
import RunbookDriver
import RunbookEngine
import RunbookJournal
import RunbookModel
import RunbookReport

/// Reads the runs of a state folder that an account of several is about. A run that cannot be read is named, never
/// passed over.
struct RunSearch {
  let session: RunSession
  /// Newest first; older ones are not looked at, and said to be.
  static let limit = 1000

  enum Wanted {
    case runbook(String)
    case service(String)

    func fits(_ opening: RunOpening) -> Bool {
      switch self {
      case .runbook(let name): opening.runbook == name
      case .service(let name): opening.service == name
      }
    }
  }

  /// Hands one run after another to `visit`, newest first; gives back what was left out.
  func each(_ wanted: Wanted, visit: (StoredRun) -> Void) throws -> [LeftOut] {
    var left: [LeftOut] = []
    var count = 0
    for id in try session.store.ids() {
      let listing = session.store.listing(session.store.run(id))
      guard let opening = opening(listing, &left), wanted.fits(opening) else { continue }
      count += 1
      guard count <= Self.limit else {
        left.append(
          LeftOut(
            run: id, kind: .beyondLimit, why: "only the newest \(Self.limit) runs are looked at"))
        continue
      }
      let stored: StoredRun
      do {
        let plan = RecordHash.of(try listing.folder.readPlan())
        guard plan.hex == opening.planHash else {
          throw StoreError(.damaged, "its plan was changed after the run was opened")
        }
        stored = try StoredRun(listing.folder, session: session)
      } catch {
        left.append(LeftOut(run: id, kind: .unreadable, why: Self.words(error)))
        continue
      }
      if let disagreement = stored.history.disagreement {
        left.append(
          LeftOut(
            run: id, kind: .unreadable,
            why: "record \(disagreement.record) does not fit: \(disagreement.text)"))
        continue
      }
      visit(stored)
    }
    return left
  }

  /// What the first record says; a run without a whole one may be of any runbook, so it is named.
  private func opening(_ listing: RunListing, _ left: inout [LeftOut]) -> RunOpening? {
    do {
      guard let first = listing.first else {
        throw StoreError(.damaged, listing.problem ?? "it holds no record")
      }
      if case .runOpened(let opening) = try Replay.read(first).event { return opening }
      throw StoreError(.damaged, "its first record does not open a run")
    } catch {
      left.append(
        LeftOut(
          run: listing.id, kind: .unreadable,
          why: "\(Self.words(error)); of which runbook it is, is not known"))
      return nil
    }
  }

  static func words(_ error: any Error) -> String {
    switch error {
    case let error as StoreError: error.message
    case let error as RunSession.Unreadable: error.message
    case let error as Refusal: error.message
    default: "\(error)"
    }
  }
}

extension Language: ExpressibleByArgument {}

/// How an account of several runs is written.
struct SheetOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case html
    case json
  }
  @Option(help: "text (Markdown) and html for people, json for programs.")
  var format: Format = .text
  @OptionGroup var language: LanguageOptions
  @OptionGroup var output: ReportOutput

  func write(_ sheet: (Language) -> Sheet, _ json: String, _ console: Console) throws {
    let text =
      switch format {
      case .text: sheet(language.lang).markdown
      case .html: sheet(language.lang).html
      case .json: json
      }
    try output.write(text, console)
  }
}
