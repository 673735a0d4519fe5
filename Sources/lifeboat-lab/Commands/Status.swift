import ArgumentParser
import FoundationEssentials
import Glibc

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show every server: where it listens, its process, and what the lab did to it.")

  @OptionGroup var dir: DirOption
  @Option var format = OutputFormat.text

  private struct Answer: Codable {
    var lab: LabStatus
    /// What each site's database says it is, asked now.
    var databases: [String: String]
  }

  func run() throws {
    let folder = dir.folder
    let layout = try folder.layout()
    guard let status = try ControlClient(folder: folder).ask(.status).status else {
      throw LabError("The lab's answer holds no status.")
    }
    try Entrance.enterIfNeeded(folder, layout)
    var databases: [String: String] = [:]
    for site in SiteName.allCases {
      databases[site.rawValue] = role(site, folder, layout)
    }
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let data = try encoder.encode(Answer(lab: status, databases: databases))
      print(String(decoding: data, as: UTF8.self))
    case .text:
      for line in status.servers { print(text(line)) }
      print("link between the sites: \(status.link)")
      for site in SiteName.allCases {
        print("database of \(site.rawValue): \(databases[site.rawValue] ?? "")")
      }
    }
  }

  private func text(_ line: LabStatus.Line) -> String {
    func cell(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    let process = line.pid.map { "process \($0) \(line.state ?? "gone")" } ?? "no process"
    let condition = line.condition.rawValue.replacing("_", with: " ")
    let end = line.condition == .ended ? line.end.map { " (\($0))" } ?? "" : ""
    return cell(line.name, 15) + cell(line.address ?? "-", 18) + cell(process, 19) + condition + end
  }

  private func role(_ site: SiteName, _ folder: LabFolder, _ layout: Layout) -> String {
    let text = Database.connectionText(
      layout[site].database, role: Layout.administrator, passwords: folder.passwords)
    do {
      let database = try Database(text, within: 0.5)
      let rows = try database.run(
        """
        select case when pg_is_in_recovery() then
            case when exists (select 1 from pg_stat_wal_receiver where status = 'streaming')
              then 'standby, streaming' else 'standby, not streaming' end
          when current_setting('transaction_read_only') = 'on' then 'primary, read-only'
          else 'primary' end
        """, within: 1)
      return rows.first?.first ?? "no answer"
    } catch {
      return "unreachable (\(error))"
    }
  }
}
