/// HAProxy: one process with a front in each site, and both sites' shops behind it.
///
/// It stands outside the sites, so that losing a site leaves the customers' way in alive.
extension ServerLaunches {
  func haproxy() throws -> Server {
    let program = try systemProgram("haproxy", package: "haproxy")
    let place = "\(folder.path)/haproxy"
    try Files.makeFolder(place, owner: layout.user)
    let socket =
      layout.haproxy.map { "ipv4@\($0)" } ?? "\(folder.haproxySocket) mode 600"
    let text = """
      global
        maxconn 500
        stats socket \(socket) level admin
      defaults
        mode http
        timeout connect 500ms
        timeout client 5s
        timeout server 2s
        timeout check 500ms
        option redispatch
        retries 1
      frontend shop_front
        bind \(layout.siteA.front)
        bind \(layout.siteB.front)
        default_backend shop
      backend shop
        option httpchk GET /healthz
        http-check expect status 200
        default-server inter 300ms downinter 100ms fall 2 rise 1
        server site_a \(layout.siteA.app) check weight 100
        server site_b \(layout.siteB.app) check weight 0

      """
    try Files.write("\(place)/haproxy.cfg", text, owner: layout.user)
    return Server(
      "haproxy", address: layout.siteA.front,
      foreign("haproxy", [program, "-db", "-q", "-f", "\(place)/haproxy.cfg"], in: place))
  }
}
