import Glibc

/// Brings the whole lab up: independent servers together, then what needs them.
extension Supervisor {
  func startAll() throws {
    let started = monotonicSeconds()
    try Files.makeFolder(folder.run, owner: layout.user)
    try Files.makeFolder("\(folder.path)/private", mode: 0o700, owner: layout.user)
    try Files.makeFolder("\(folder.path)/shopper")
    if let number = layout.network {
      if layout.isIsolated { try LabNetwork.isolate() }
      network = try LabNetwork(folder, network: number)
    }
    if layout.hasSmallDisks { try SmallDisk.mountAll(folder, owner: layout.user) }
    let key = Secrets.makeKey()
    servers = try launches.nameServers(key: key) + [launches.resolver(), launches.haproxy()]
    servers += [launches.relay()]
    for index in servers.indices { try start(index) }

    let template = try Template.findOrMake(launches)
    try writeSecrets(template.secrets, key)
    try launches.preparePostgres(template: template)
    let first = servers.count
    servers += SiteName.allCases.map { launches.postgres($0) }
    servers += SiteName.allCases.map { launches.shop($0) }
    servers += layout.witnesses.indices.map { launches.witness($0) }
    for index in first..<servers.count { try start(index) }
    try waitUntilReady()
    servers.append(launches.shopper())
    try start(servers.count - 1)
    try waitFor("the first order to be acknowledged") {
      Files.read(self.folder.orders)?.contains(#""acknowledged":true"#) ?? false
    }
    try EnvironmentFile(folder: folder, layout: layout).write()
    let seconds = ((monotonicSeconds() - started) * 100).rounded() / 100
    print("all servers were ready after \(seconds) s")
  }

  func start(_ index: Int) throws {
    servers[index].launch.networkOf = network?.holder(of: servers[index].site)
    do {
      servers[index].pid = try servers[index].launch.start()
    } catch {
      throw LabError("\(servers[index].name) did not start: \(error)")
    }
    servers[index].condition = .running
    servers[index].end = nil
  }

  private func writeSecrets(_ secrets: Secrets, _ key: String) throws {
    try Files.makeFolder(folder.secrets, mode: 0o700)
    try Files.write("\(folder.secrets)/db_password", secrets.administrator + "\n", mode: 0o600)
    try Files.write("\(folder.secrets)/dns_key", key + "\n", mode: 0o600)
    try Files.write(folder.passwords, secrets.passwordFile, mode: 0o600, owner: layout.user)
  }

  private func waitUntilReady() throws {
    try waitFor("site A's database to take connections") {
      _ = try self.query(.siteA, "select 1")
      return true
    }
    try waitFor("site B's database to stream from site A's") {
      let sql = "select count(*) from pg_stat_replication where state = 'streaming'"
      return try self.query(.siteA, sql) == "1"
    }
    for name in [layout.dnsPrimary, layout.dnsSecondary, layout.resolver] {
      try waitFor("\(name) to know \(Layout.shopName)") {
        let deadline = monotonicSeconds() + 0.5
        return try Lookup.address(of: Layout.shopName, from: name, by: deadline)
          == self.layout.siteA.front.address
      }
    }
    for site in SiteName.allCases {
      try waitFor("the shop of \(site.rawValue) to sell") {
        try self.httpStatus(self.layout[site].app, "/healthz") == 200
      }
    }
    try waitFor("HAProxy to reach the shop") {
      try self.httpStatus(self.layout.siteA.front, "/healthz") == 200
    }
    for witness in layout.witnesses {
      try waitFor("the witness \(witness) to see both sites up") {
        try self.httpBody(witness, "/").contains(#""site_a":"up","site_b":"up""#)
      }
    }
  }

  /// Waits for a state, and stops early with the server's own words when a server has ended.
  private func waitFor(_ what: String, _ condition: () throws -> Bool) throws {
    var trouble = ""
    let came = try wait(atMost: 40) {
      collect()
      if let dead = servers.first(where: { $0.condition == .ended }) {
        throw LabError(
          "\(dead.name) \(dead.end.map(endText) ?? "ended"). The last lines of"
            + " \(dead.launch.log):\n\(Files.tail(dead.launch.log))")
      }
      do { return try condition() } catch {
        trouble = "\(error)"
        return false
      }
    }
    if came { return }
    let last = trouble.isEmpty ? "" : " The last answer was: \(trouble)."
    throw LabError("Waited 40 s for \(what), in vain.\(last) The logs are in \(folder.logs).")
  }

  /// The first column of the first row.
  func query(_ site: SiteName, _ statement: String, within seconds: Double = 1) throws -> String {
    let database = try Database(launches.databaseConnection(site), within: seconds)
    return try database.run(statement, within: seconds).first?.first ?? ""
  }

  private func httpStatus(_ endpoint: Endpoint, _ path: String) throws -> Int {
    let words = try http(endpoint, path).split(separator: " ", maxSplits: 2)
    return words.count > 1 ? Int(words[1]) ?? 0 : 0
  }

  private func httpBody(_ endpoint: Endpoint, _ path: String) throws -> String {
    try http(endpoint, path).split(separator: "\r\n").last.map(String.init) ?? ""
  }

  private func http(_ endpoint: Endpoint, _ path: String) throws -> String {
    let deadline = monotonicSeconds() + 1
    let wire = try Wire(to: endpoint, by: deadline)
    let request = "GET \(path) HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n"
    try wire.send(Array(request.utf8), by: deadline)
    return String(decoding: try wire.receiveAll(by: deadline), as: UTF8.self)
  }
}
