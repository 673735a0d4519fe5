/// The lab's own programs: subcommands of this one.
extension ServerLaunches {
  func relay() -> Server {
    Server(
      "relay", address: layout.siteA.link,
      own(
        "relay",
        [
          "relay", "--control", folder.relayControl,
          "--route", "\(layout.siteA.link)=\(layout.siteA.database)",
          "--route", "\(layout.siteB.link)=\(layout.siteB.database)",
        ]))
  }

  func shop(_ site: SiteName) -> Server {
    let name = Self.shopName(site)
    let launch = own(
      name,
      [
        "shop", "--listen", "\(layout[site].app)", "--site", site.rawValue,
        "--own-database", "\(layout[site].database)",
        "--other-database", "\(layout[site.other].database)", "--passwords", folder.passwords,
      ])
    return Server(name, site: site, address: layout[site].app, launch)
  }

  func witness(_ number: Int) -> Server {
    let name = "witness_\(number + 1)"
    let endpoint = layout.witnesses[number]
    let sites = SiteName.allCases.flatMap { site in
      ["--site", "\(site.rawValue)=\(layout[site].database),\(layout[site].app)"]
    }
    return Server(
      name, address: endpoint, own(name, ["witness", "--listen", "\(endpoint)"] + sites))
  }

  func shopper() -> Server {
    let launch = own(
      "shopper",
      [
        "shopper", "--resolver", "\(layout.resolver)", "--name", Layout.shopName,
        "--port", "\(layout.siteA.front.port)", "--log", folder.orders,
      ])
    return Server("shopper", launch)
  }
}
