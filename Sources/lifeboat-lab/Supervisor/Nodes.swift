import Glibc

/// `node stop|start|rewind`: what an operator would do on a database machine.
extension Supervisor {
  func node(_ arguments: [String]) throws -> [String] {
    guard arguments.count == 2, let site = SiteName(arguments[1]) else {
      throw LabError("node wants stop, start or rewind, and a site")
    }
    let index = try index(of: ServerLaunches.postgresName(site))
    collect()
    try checkReachable(index, site)
    switch arguments[0] {
    case "stop": return try stopNode(index, site)
    case "start": return try startNode(index, site)
    case "rewind": return try rewind(index, site)
    default: throw LabError("node knows stop, start and rewind, not '\(arguments[0])'")
    }
  }

  /// On a machine that does not answer an operator can do nothing either.
  private func checkReachable(_ index: Int, _ site: SiteName) throws {
    let reason: String
    switch servers[index].condition {
    case .cutOff: reason = "the lab has cut them off"
    case .frozen: reason = "the lab has frozen the database"
    case .running, .stopped, .killed, .ended:
      guard dark.contains(site) else { return }
      reason = "the lab has taken their power; `heal` gives it back"
    }
    throw LabError(
      "The machines of \(site.rawValue) do not answer (\(reason)). Nothing was changed.")
  }

  private func stopNode(_ index: Int, _ site: SiteName) throws -> [String] {
    guard let pid = servers[index].pid else { return ["\(site.rawValue) was stopped already"] }
    servers[index].condition = .stopped
    kill(pid, SIGINT)
    let stopped = wait(atMost: 20) {
      collect()
      return servers[index].pid == nil
    }
    guard stopped else {
      servers[index].condition = .running
      throw LabError(
        """
        The database of \(site.rawValue) was told to stop (fast) and still runs after 20 s, process \(pid).
        It may stop later. Last lines of its log:
        \(Files.tail(servers[index].launch.log, lines: 5))
        """)
    }
    return ["\(site.rawValue) is stopped"]
  }

  private func startNode(_ index: Int, _ site: SiteName) throws -> [String] {
    if servers[index].pid != nil { return ["\(site.rawValue) was running already"] }
    try start(index)
    var trouble = ""
    let answers = wait(atMost: 30) {
      collect()
      if servers[index].pid == nil { return true }
      do {
        _ = try query(site, "select 1")
        return true
      } catch {
        trouble = "\(error)"
        return false
      }
    }
    guard servers[index].pid != nil else {
      throw LabError(
        "The database of \(site.rawValue) ended at once. The last lines of its log:\n"
          + Files.tail(servers[index].launch.log))
    }
    guard answers else {
      throw LabError(
        "The database of \(site.rawValue) runs but does not answer after 30 s: \(trouble)")
    }
    try makeSlots(site)
    let role = launches.isMarkedStandby(site) ? "standby" : "primary"
    return ["\(site.rawValue) runs as \(role)"]
  }

  /// Slots are not copied by pg_rewind; without them a later standby of this node would find none.
  private func makeSlots(_ site: SiteName) throws {
    _ = try query(
      site,
      """
      select pg_create_physical_replication_slot(name) from (values ('site_a'), ('site_b')) n (name)
      where name not in (select slot_name from pg_replication_slots)
      """, within: 5)
  }

  /// Makes the node a standby of the other site's, and throws away what only this node had written.
  private func rewind(_ index: Int, _ site: SiteName) throws -> [String] {
    let other = site.other
    let role: String
    do {
      role = try query(other, "select pg_is_in_recovery()::text", within: 3)
    } catch {
      throw LabError(
        "The database of \(other.rawValue) does not answer (\(error)); there is nothing to follow. Nothing was changed."
      )
    }
    guard role == "false" else {
      throw LabError(
        "The database of \(other.rawValue) is not a primary; there is nothing to follow. Nothing was changed."
      )
    }
    var lines = try stopNode(index, site)
    // Until its first checkpoint a promoted database still shows its old timeline, and PostgreSQL 15's pg_rewind
    // then says that no rewind is required, which is wrong.
    _ = try query(other, "checkpoint", within: 60)
    var launch = launches.foreign(
      "rewind_\(site.letter)",
      [
        "\(layout.postgresPrograms)/pg_rewind", "-D", folder.data(site), "--no-sync",
        "--source-server",
        Database.connectionText(
          layout[other].link, role: "replicator", passwords: folder.passwords),
      ], in: folder.site(site))
    launch.nestedUser = layout.needsNestedUser
    launch.networkOf = network?.holder(of: site)
    try launch.run(atMost: 120)
    lines.append(Files.tail(launch.log, lines: 1))
    try launches.markStandby(site)
    try makeSlots(other)
    return lines + (try startNode(index, site))
  }
}
