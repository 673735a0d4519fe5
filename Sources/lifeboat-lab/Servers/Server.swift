import Glibc

/// One program of the lab, as the supervisor keeps it.
struct Server {
  /// What the lab itself did to it; the kernel's process table says how it is.
  enum Condition: String, Codable {
    case running
    /// Stopped by `node stop`.
    case stopped
    /// Killed on purpose.
    case killed
    case frozen
    /// Alive, but nothing reaches it and nothing comes from it.
    case cutOff = "cut_off"
    /// It ended by itself, which it should not.
    case ended
  }

  var name: String
  var site: SiteName?
  var address: Endpoint?
  var launch: Launch
  var condition = Condition.stopped
  var pid: pid_t?
  /// Its sockets, while it is cut off.
  var silence: [Silence] = []
  /// How its last process ended.
  var end: Int32?

  init(_ name: String, site: SiteName? = nil, address: Endpoint? = nil, _ launch: Launch) {
    self.name = name
    self.site = site
    self.address = address
    self.launch = launch
  }
}

/// Builds the launch of every server of a lab.
struct ServerLaunches {
  var folder: LabFolder
  var layout: Layout

  /// A server of somebody else's, as the servers' user.
  func foreign(_ name: String, _ arguments: [String], in directory: String) -> Launch {
    var launch = Launch(arguments, in: directory, log: folder.log(name))
    launch.user = layout.user
    return launch
  }

  /// A subcommand of this program. It runs as we do: this program may lie where the servers' user cannot go.
  func own(_ name: String, _ arguments: [String]) -> Launch {
    Launch([layout.program] + arguments, in: folder.path, log: folder.log(name))
  }

  static func postgresName(_ site: SiteName) -> String { "postgres_\(site.letter)" }
  static func shopName(_ site: SiteName) -> String { "shop_\(site.letter)" }
}

/// Finds a program of the system's; an error that names the package when it is missing.
func systemProgram(
  _ name: String, package: String, in folders: [String] = ["/usr/sbin", "/usr/bin"]
)
  throws -> String
{
  for folder in folders where Files.isExecutable("\(folder)/\(name)") { return "\(folder)/\(name)" }
  throw LabError(
    """
    The program '\(name)' was not found in \(folders.joined(separator: ", ")).
    Install it: apt-get install \(package) (or run .ci/setup, which installs all that the lab needs).
    """)
}
