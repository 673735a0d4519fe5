/// BIND, primary and secondary, for the shop's zone, and unbound as the customers' caching resolver.
extension ServerLaunches {
  func nameServers(key: String) throws -> [Server] {
    let program = try unconfined(try systemProgram("named", package: "bind9"))
    let (primary, secondary) = (layout.dnsPrimary, layout.dnsSecondary)
    let shared = """
      key "\(Layout.keyName)" { algorithm hmac-sha256; secret "\(key)"; };
      controls { };

      """
    let zone = """
      $TTL \(Layout.ttl)
      @ IN SOA ns1.\(Layout.zone). admin.\(Layout.zone). ( 1 60 10 86400 1 )
      @ IN NS ns1.\(Layout.zone).
      @ IN NS ns2.\(Layout.zone).
      ns1 IN A \(primary.address)
      ns2 IN A \(secondary.address)
      shop IN A \(layout.siteA.front.address)

      """
    let primaryZone = """
      zone "\(Layout.zone)" {
        type primary; file "zone.db"; notify explicit; ixfr-from-differences no;
        also-notify { \(secondary.address) port \(secondary.port) key "\(Layout.keyName)"; };
        allow-transfer { key "\(Layout.keyName)"; };
        update-policy { grant \(Layout.keyName) zonesub ANY; };
      };

      """
    let secondaryZone = """
      zone "\(Layout.zone)" {
        type secondary; file "zone.db"; notify no; masterfile-format text;
        primaries { \(primary.address) port \(primary.port) key "\(Layout.keyName)"; };
      };

      """
    return try [
      ("dns_primary", "primary", primary, primaryZone),
      ("dns_secondary", "secondary", secondary, secondaryZone),
    ].map { name, directory, endpoint, zoneText in
      let place = "\(folder.path)/dns/\(directory)"
      try Files.makeFolder(place, owner: layout.user)
      if name == "dns_primary" {
        try Files.write("\(place)/zone.db", zone, owner: layout.user)
      }
      try Files.write(
        "\(place)/named.conf", shared + Self.bindOptions(place, endpoint) + zoneText, mode: 0o600,
        owner: layout.user)
      return Server(
        name, address: endpoint,
        foreign(name, [program, "-g", "-4", "-n", "1", "-c", "\(place)/named.conf"], in: place))
    }
  }

  private static func bindOptions(_ place: String, _ endpoint: Endpoint) -> String {
    """
    options {
      directory "\(place)"; managed-keys-directory "\(place)";
      listen-on port \(endpoint.port) { \(endpoint.address); }; listen-on-v6 { none; };
      // Without these the kernel would choose the other server's address, when both are on one machine.
      notify-source \(endpoint.address); transfer-source \(endpoint.address);
      pid-file none; session-keyfile none; lock-file none;
      recursion no; dnssec-validation no; empty-zones-enable no; notify-delay 0;
      max-cache-size 8M;
    };

    """
  }

  func resolver() throws -> Server {
    let program = try unconfined(try systemProgram("unbound", package: "unbound"))
    let place = "\(folder.path)/resolver"
    try Files.makeFolder(place, owner: layout.user)
    let text = """
      server:
        directory: "\(place)"
        chroot: ""
        username: ""
        pidfile: ""
        use-syslog: no
        do-daemonize: no
        do-ip6: no
        num-threads: 1
        so-reuseport: no
        outgoing-range: 64
        num-queries-per-thread: 64
        msg-cache-size: 1m
        rrset-cache-size: 1m
        interface: \(layout.resolver.address)@\(layout.resolver.port)
        access-control: 127.0.0.0/8 allow
        access-control: 10.0.0.0/8 allow
        do-not-query-localhost: no
        module-config: "iterator"
        local-zone: "test." nodefault
        cache-max-negative-ttl: 1
        infra-host-ttl: 5
      remote-control:
        control-enable: no
      stub-zone:
        name: "\(Layout.zone)"
        stub-addr: \(layout.dnsPrimary.address)@\(layout.dnsPrimary.port)
        stub-addr: \(layout.dnsSecondary.address)@\(layout.dnsSecondary.port)

      """
    try Files.write("\(place)/unbound.conf", text, owner: layout.user)
    return Server(
      "resolver", address: layout.resolver,
      foreign("resolver", [program, "-d", "-c", "\(place)/unbound.conf"], in: place))
  }
}
