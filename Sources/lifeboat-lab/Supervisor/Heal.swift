import Glibc

/// Makes everything whole again that `break` has broken.
extension Supervisor {
  /// Without a name everything; with names only those servers, or `replication` for the link.
  func heal(_ names: [String]) throws -> [String] {
    collect()
    var lines: [String] = []
    let everything = names.isEmpty
    for name in names where name != "replication" && SmallDisk(name) == nil {
      _ = try index(of: name)
    }
    // What servers need comes first: the network, then room on their disks.
    for site in SiteName.allCases
    where everything || names.contains(where: { SiteName($0) == site }) {
      try network?.join(site)
      dark.remove(site)
    }
    for disk in SmallDisk.allCases
    where everything || names.contains(where: { SmallDisk($0) == disk }) {
      if disk.empty(folder) { lines.append("the disk of \(disk.rawValue) has room again") }
    }
    for index in servers.indices {
      let server = servers[index]
      let isMeant =
        names.contains(server.name)
        || server.site.map { site in names.contains { SiteName($0) == site } } ?? false
      guard everything || isMeant else { continue }
      switch server.condition {
      case .running, .stopped: continue
      case .frozen, .cutOff:
        thaw(index)
        lines.append("\(server.name) goes on")
      case .killed, .ended: lines.append(try bringBack(index))
      }
    }
    if everything || names.contains("replication") {
      let answer = try tellRelay("pass")
      guard answer == "ok" else { throw LabError(answer) }
      lines.append("the link between the sites passes everything")
    }
    return lines
  }

  /// A database that was the primary stays down when the other one has been promoted: two primaries would both sell.
  private func bringBack(_ index: Int) throws -> String {
    let server = servers[index]
    if let site = server.site, server.name == ServerLaunches.postgresName(site),
      !launches.isMarkedStandby(site), !launches.isMarkedStandby(site.other)
    {
      return "\(server.name) stays down, because \(site.other.rawValue) has been promoted."
        + " Make it a standby: lifeboat-lab node rewind --dir \(folder.path) --site \(site.letter)"
    }
    try start(index)
    return "\(server.name) was started again"
  }
}
