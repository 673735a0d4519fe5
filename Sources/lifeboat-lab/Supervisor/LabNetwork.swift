import CLab
import Glibc

/// Three network namespaces: one for each site, and the world between them, which is also the router.
///
///     site a  10.x.1.*  ---+
///                          +--- world 10.x.9.* (relay, DNS, HAProxy, witnesses, customers) --- us 10.x.0.2
///     site b  10.x.2.*  ---+
///
/// They have no names: each lives as long as a process in it, and devices and routes go with it.
struct LabNetwork {
  private let world: pid_t
  private let sites: [SiteName: pid_t]
  private let folder: LabFolder

  /// Where an ordinary user starts: in a user namespace of our own, in which we may do all this.
  static func isolate() throws {
    guard lab_enter_user_namespace(0, Int32(lab_new_net)) == 0 else {
      throw LabError(
        """
        This user may not make network namespaces here (\(errorText(errno))).
        Run the lab as root, allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, and on Ubuntu
        kernel.apparmor_restrict_unprivileged_userns=0), or use --network loopback.
        """)
    }
  }

  init(_ folder: LabFolder, network: UInt8) throws {
    self.folder = folder
    func hold(_ name: String) throws -> pid_t {
      var launch = Launch(["/bin/sleep", "infinity"], in: "/", log: folder.log("network"))
      launch.newNetwork = true
      do { return try launch.start() } catch {
        throw LabError(
          """
          The network of \(name) could not be made: \(error).
          In a container, root may lack the right to (CAP_SYS_ADMIN, CAP_NET_ADMIN): use --network loopback.
          """)
      }
    }
    world = try hold("the world")
    sites = [.siteA: try hold("site A"), .siteB: try hold("site B")]
    try wire("10.\(network)", us: Self.ourDevice(network))
  }

  private static func ourDevice(_ network: UInt8) -> String { "lifeboat\(network)" }

  /// Our end of the cable. It would go by itself with the namespace at its other end, but connections that were cut can
  /// keep that alive for minutes.
  static func remove(_ folder: LabFolder) {
    guard let layout = try? folder.layout(), let number = layout.network, !layout.isIsolated,
      Files.exists("/sys/class/net/\(ourDevice(number))")
    else { return }
    try? ip("link delete dev \(ourDevice(number))", in: nil, folder)
  }

  func holder(of site: SiteName?) -> pid_t { site.flatMap { sites[$0] } ?? world }

  private func wire(_ net: String, us device: String) throws {
    let ours = """
      link set dev lo up
      link add name \(device) type veth peer name us netns \(world)
      address add \(net).0.2/30 dev \(device)
      link set dev \(device) up
      route add \(net).0.0/16 via \(net).0.1
      """
    var between = """
      link set dev lo up
      address add \(net).0.1/30 dev us
      link set dev us up

      """
    for host in [1, 2, 53, 54, 55, 80, 81, 82, 91, 92] {
      between += "address add \(net).9.\(host)/32 dev lo\n"
    }
    for site in SiteName.allCases {
      let (device, part) = (Self.device(site), "\(net).\(site == .siteA ? 1 : 2)")
      between += """
        link add name \(device) type veth peer name world netns \(holder(of: site))
        address add \(part).1/24 dev \(device)
        link set dev \(device) up

        """
    }
    try Self.ip(ours, in: nil, folder)
    try Self.ip(between, in: world, folder)
    try Self.run(
      ["/bin/sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], in: world, folder)
    for site in SiteName.allCases {
      let part = "\(net).\(site == .siteA ? 1 : 2)"
      try Self.ip(
        """
        link set dev lo up
        address add \(part).10/24 dev world
        address add \(part).20/24 dev world
        link set dev world up
        route add default via \(part).1
        """, in: holder(of: site), folder)
    }
  }

  private static func device(_ site: SiteName) -> String { "site-\(site.letter)" }

  /// Drops every packet from and to a site, on the router: nobody gets an answer, not even that there is none.
  func cut(_ site: SiteName) throws {
    let device = Self.device(site)
    try nft(
      """
      table inet cut_\(site.letter) {
        chain from { type filter hook prerouting priority -300; iifname "\(device)" drop; }
        chain to { type filter hook postrouting priority 300; oifname "\(device)" drop; }
      }
      """)
  }

  func join(_ site: SiteName) throws {
    // Adding it first makes deleting it right whether it is there or not.
    try nft("add table inet cut_\(site.letter)\ndelete table inet cut_\(site.letter)")
  }

  private func nft(_ text: String) throws {
    let program = try systemProgram("nft", package: "nftables")
    let rules = try Self.file("rules.nft", text, folder)
    try Self.run([program, "-f", rules], in: world, folder)
  }

  private static func ip(_ text: String, in namespace: pid_t?, _ folder: LabFolder) throws {
    let program = try systemProgram(
      "ip", package: "iproute2", in: ["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
    let batch = try file("network.batch", text, folder)
    try run([program, "-batch", batch], in: namespace, folder)
  }

  private static func file(_ name: String, _ text: String, _ folder: LabFolder) throws -> String {
    let path = "\(folder.path)/\(name)"
    try Files.write(path, text + "\n")
    return path
  }

  private static func run(
    _ arguments: [String], in namespace: pid_t?, _ folder: LabFolder
  ) throws {
    var launch = Launch(arguments, in: "/", log: folder.log("network"))
    launch.networkOf = namespace
    try launch.run(atMost: 10)
  }
}

/// For other commands: goes to where an isolated lab's addresses can be reached.
enum Entrance {
  static func enterIfNeeded(_ folder: LabFolder, _ layout: Layout) throws {
    guard layout.isIsolated, let status = try ControlClient(folder: folder).ask(.status).status
    else { return }
    for (kind, enter) in [("user", lab_enter_user), ("net", lab_enter_network)] {
      let descriptor = open("/proc/\(status.supervisor)/ns/\(kind)", O_RDONLY | O_CLOEXEC)
      defer { if descriptor >= 0 { close(descriptor) } }
      guard descriptor >= 0, enter(descriptor) == 0 else {
        throw LabError.system("the lab's \(kind) namespace cannot be entered", errno)
      }
    }
  }
}
