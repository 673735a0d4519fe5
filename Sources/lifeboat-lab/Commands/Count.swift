import ArgumentParser
import FoundationEssentials

struct Count: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare what customers were told is sold with what a database holds.")

  @OptionGroup var dir: DirOption
  @Option(help: "Whose database: a or b. Without it, the one that takes writes.")
  var site: SiteName?
  @Option var format = OutputFormat.text

  func run() throws {
    let folder = dir.folder
    let layout = try folder.layout()
    try Entrance.enterIfNeeded(folder, layout)
    // The log first: an order acknowledged after that is in neither.
    let attempts = try OrderLog.read(folder.orders)
    let (site, database) = try connect(folder, layout)
    let rows = try database.run("select id from orders", within: 30)
    let tally = Tally(attempts, present: Set(rows.compactMap(\.first)), database: site)
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(tally), as: UTF8.self))
    case .text: print(tally.text)
    }
  }

  private func connect(_ folder: LabFolder, _ layout: Layout) throws -> (SiteName, Database) {
    var found: [(SiteName, Database)] = []
    var troubles: [String] = []
    for candidate in site.map({ [$0] }) ?? SiteName.allCases {
      let text = Database.connectionText(
        layout[candidate].database, role: Layout.administrator, passwords: folder.passwords)
      do {
        let database = try Database(text, within: 2)
        let inRecovery = try database.run("select pg_is_in_recovery()::text", within: 2)
        if site != nil || inRecovery.first?.first == "false" { found.append((candidate, database)) }
      } catch { troubles.append("\(candidate.rawValue): \(error)") }
    }
    if found.count > 1 {
      throw LabError(
        "Both databases take writes (a split brain): say which one to count with --site a or --site b."
      )
    }
    guard let only = found.first else {
      throw LabError(
        "No database that takes writes answers; --site counts in a standby. "
          + troubles.joined(separator: "; "))
    }
    return only
  }
}
