/// Writes `lab.yaml`, the environment file that runbooks run against.
struct EnvironmentFile {
  var folder: LabFolder
  var layout: Layout

  func write() throws { try Files.write(folder.environment, text) }

  private var old: SiteName { layout.primary }
  private var new: SiteName { layout.primary.other }

  var text: String {
    """
    # Written by lifeboat-lab; `lifeboat-lab environment` writes it again.
    lifeboat: 1
    environment: lab
    allows: [drill]
    roles:
      commander: [\(quoted(currentUser()))]
    contacts:
      stakeholders: {name: Stakeholders of the shop, mail: stakeholders@shop.example}
    values:
      messages: {file: \(quoted("\(folder.path)/messages.mbox"))}
      site_a: {name: site_a, address: \(layout.siteA.front.address)}
      site_b: {name: site_b, address: \(layout.siteB.front.address)}
      db:
    \(database("primary", old))
    \(database("standby", new))
        sites: {primary: \(old.rawValue), standby: \(new.rawValue)}
        link: {site_a: '\(layout.siteA.link)', site_b: '\(layout.siteB.link)'}
        heartbeat: {table: health, column: checked_at}
      dns:
        address: '\(layout.dnsPrimary)'
        zone: \(Layout.zone)
        key: {name: \(Layout.keyName), algorithm: hmac-sha256, secret: '${{ secrets.dns_key }}'}
        all: ['\(layout.dnsPrimary)', '\(layout.dnsSecondary)']
      resolver: '\(layout.resolver)'
      haproxy: \(haproxy)
      shop:
        name: \(Layout.shopName)
        url: 'http://\(Layout.shopName):\(layout[new].front.port)'
        front_a: 'http://\(layout.siteA.front)'
        front_b: 'http://\(layout.siteB.front)'
      app:
        site_a: {url: 'http://\(layout.siteA.app)'}
        site_b: {url: 'http://\(layout.siteB.app)'}
      witness_1: {url: 'http://\(layout.witnesses[0])'}
      witness_2: {url: 'http://\(layout.witnesses[1])'}
      rejoin:
        site_a: \(command("rewind", .siteA))
        site_b: \(command("rewind", .siteB))
    secrets:
      db_password: {file: \(quoted("\(folder.secrets)/db_password"))}
      dns_key: {file: \(quoted("\(folder.secrets)/dns_key"))}

    """
  }

  private func database(_ role: String, _ site: SiteName) -> String {
    """
        \(role):
          address: '\(layout[site].database)'
          user: \(Layout.administrator)
          password: '${{ secrets.db_password }}'
          database: \(Layout.database)
          connect_timeout: 2s
          stop: \(command("stop", site))
          start: \(command("start", site))
          data_directory: \(quoted(folder.data(site)))
          waldump: [\(waldump(site).map(quoted).joined(separator: ", "))]
    """
  }

  /// Read past the server, which is down when somebody wants to know.
  private func waldump(_ site: SiteName) -> [String] {
    ["\(layout.postgresPrograms)/pg_waldump", "-p", "\(folder.data(site))/pg_wal"]
  }

  private var haproxy: String {
    if let address = layout.haproxy { return "{address: '\(address)'}" }
    return "{socket: \(quoted(folder.haproxySocket))}"
  }

  private func command(_ verb: String, _ site: SiteName) -> String {
    let words = [layout.program, "node", verb, "--dir", folder.path, "--site", site.letter]
    return "[" + words.map(quoted).joined(separator: ", ") + "]"
  }

  /// YAML's single quotes: nothing inside them is special but the quote itself.
  private func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
  }
}
