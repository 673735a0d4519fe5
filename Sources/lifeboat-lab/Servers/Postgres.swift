import Glibc

/// The two PostgreSQL nodes: primary in site A, streaming standby in site B.
///
/// Settings stand on the command line, not in the data folder: pg_rewind copies the data folder of the other node.
/// `fsync` is off: the lab kills processes, never the kernel, so nothing can be lost by it.
extension ServerLaunches {
  /// The template must be made with the same number: a standby refuses one that is lower than its primary's.
  static let mostConnections = 60

  func postgres(_ site: SiteName) -> Server {
    let data = folder.data(site)
    let endpoint = layout[site].database
    let settings = [
      ("listen_addresses", endpoint.address), ("port", "\(endpoint.port)"),
      ("unix_socket_directories", ""), ("cluster_name", site.rawValue),
      ("hba_file", folder.accessRules(site)), ("primary_conninfo", link(from: site)),
      ("primary_slot_name", site.rawValue), ("wal_level", "replica"), ("hot_standby", "on"),
      ("fsync", "off"), ("shared_buffers", "32MB"), ("max_connections", "\(Self.mostConnections)"),
      ("wal_keep_size", "64MB"), ("max_slot_wal_keep_size", "256MB"), ("min_wal_size", "32MB"),
      ("max_wal_size", "256MB"), ("autovacuum", "off"), ("jit", "off"),
      ("wal_receiver_status_interval", "1s"), ("wal_receiver_timeout", "5s"),
      ("wal_sender_timeout", "5s"), ("wal_retrieve_retry_interval", "200ms"),
      ("dynamic_shared_memory_type", "mmap"), ("log_line_prefix", "%m [%p] "),
      ("log_min_error_statement", "panic"),
    ]
    let name = Self.postgresName(site)
    var launch = foreign(
      name,
      ["\(layout.postgresPrograms)/postgres", "-D", data] + settings.map { "-c\($0.0)=\($0.1)" },
      in: folder.site(site))
    // Quit at once but tidily: it ends its children and gives its shared memory back.
    launch.deathSignal = SIGQUIT
    launch.nestedUser = layout.needsNestedUser
    return Server(name, site: site, address: endpoint, launch)
  }

  /// Where the standby in `site` reads from: the other site, through the wide-area link.
  private func link(from site: SiteName) -> String {
    let other = layout[site.other].link
    return "host=\(other.address) port=\(other.port) user=replicator passfile=\(folder.passwords)"
      + " sslmode=disable gssencmode=disable connect_timeout=3"
  }

  /// Copies the template for both nodes; the copy of site B starts as a standby.
  func preparePostgres(template: Template) throws {
    let copies = try SiteName.allCases.map { site in
      try Files.makeFolder(folder.site(site), mode: 0o755, owner: layout.user)
      try Files.write(folder.accessRules(site), Self.accessRules, owner: layout.user)
      let copy = foreign(
        "copy_\(site.letter)",
        ["/bin/cp", "-a", "--sparse=always", template.data, folder.data(site)],
        in: folder.site(site))
      return (copy, try copy.start())
    }
    for (copy, pid) in copies {
      var status: Int32 = 0
      guard waitpid(pid, &status, 0) == pid, status == 0 else {
        throw LabError("The database could not be copied:\n\(Files.tail(copy.log))")
      }
      Files.remove(copy.log)
    }
    try markStandby(.siteB)
  }

  /// From its next start on the node follows the other site.
  func markStandby(_ site: SiteName) throws {
    try Files.write("\(folder.data(site))/standby.signal", "", mode: 0o600, owner: layout.user)
  }

  func isMarkedStandby(_ site: SiteName) -> Bool {
    Files.exists("\(folder.data(site))/standby.signal")
  }

  func databaseConnection(_ site: SiteName, as role: String = Layout.administrator) -> String {
    Database.connectionText(layout[site].database, role: role, passwords: folder.passwords)
  }

  private static let accessRules = """
    # Everybody needs a password, from everywhere in the lab.
    host all all 0.0.0.0/0 scram-sha-256
    host replication all 0.0.0.0/0 scram-sha-256

    """
}
