import ArgumentParser
import Glibc

struct Up: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start a lab in a folder; it returns when everything works.",
    discussion: """
      On loopback all servers share this machine's network, and `break cut-site` freezes a site's servers and makes their \
      ports silent. In namespaces a site that is cut off goes on working inside, as in life; as root they can be reached \
      from everywhere on this machine, else through `lifeboat-lab enter`. The databases run with fsync off: the lab kills \
      processes, never the machine.
      """)

  @OptionGroup var dir: DirOption
  @Option(help: "loopback needs no privilege; namespaces gives each site a network of its own.")
  var network = NetworkMode.loopback
  @Flag(
    help:
      "Put each site's data, and a folder 'journal', on a small disk that can be filled. Needs root."
  )
  var smallDisks = false

  func run() throws {
    let folder = dir.folder
    try prepare(folder)
    let program = try programPath()
    var lastTrouble = ""
    // A port that was free a moment ago may be taken by now: then once more with others.
    for _ in 0..<3 {
      var layout = try makeLayout(folder, program)
      layout.hasSmallDisks = smallDisks
      try folder.save(layout)
      if try start(folder, program) { return report(folder, layout) }
      lastTrouble = Files.read(folder.failure) ?? Files.tail(folder.log("supervisor"))
      let taken = ["in use", "address is not available", "cannot bind socket"]
      guard taken.contains(where: lastTrouble.lowercased().contains) else { break }
      try clean(folder)
    }
    throw LabError("The lab did not start, and nothing of it runs any more. \(lastTrouble)")
  }

  private func prepare(_ folder: LabFolder) throws {
    if Guard.pid(folder) != nil {
      throw LabError(
        "A lab runs in \(folder.path) already. Stop it with: lifeboat-lab down --dir \(folder.path)"
      )
    }
    let found = Files.list(folder.path)
    guard found.isEmpty || found.contains("lab.json") else {
      throw LabError("\(folder.path) is not empty and holds no lab. Choose another folder.")
    }
    try clean(folder)
    try Files.makeFolder(folder.logs)
    try checkPath(folder)
  }

  private func clean(_ folder: LabFolder) throws {
    Leftovers.giveBack(folder)
    for name in Files.list(folder.path) { Files.remove("\(folder.path)/\(name)") }
    try Files.makeFolder(folder.logs)
  }

  /// The servers' user must be able to come to the folder.
  private func checkPath(_ folder: LabFolder) throws {
    guard let user = try ServerUser.choose() else { return }
    var path = ""
    for part in folder.path.split(separator: "/") {
      path += "/\(part)"
      var state = stat()
      guard stat(path, &state) == 0 else { throw LabError.system(path, errno) }
      guard state.st_mode & 0o001 != 0 || state.st_uid == user.uid else {
        throw LabError(
          """
          The servers run as the user '\(user.name)', because PostgreSQL refuses root,
          and that user cannot enter \(path).
          Choose another folder, for example one in /tmp, or run the lab as an ordinary user.
          """)
      }
    }
  }

  private func makeLayout(_ folder: LabFolder, _ program: String) throws -> Layout {
    let programs = try findPostgres()
    let user = try ServerUser.choose()
    switch network {
    case .loopback:
      return try .loopback(
        folder: folder, program: program, postgresPrograms: programs, user: user)
    case .namespaces:
      return try .namespaces(
        folder: folder, program: program, postgresPrograms: programs, user: user)
    }
  }

  /// True when the lab answers; false when its supervisor has ended.
  private func start(_ folder: LabFolder, _ program: String) throws -> Bool {
    var launch = Launch(
      [program, "guard", "--dir", folder.path], in: folder.path, log: folder.log("guard"))
    launch.deathSignal = 0
    launch.newSession = true
    let pid = try launch.start()
    var status: Int32 = 0
    let answered = wait(atMost: 150) {
      if waitpid(pid, &status, WNOHANG) == pid { return true }
      return Files.exists(folder.control)
        && (try? ControlClient(folder: folder).ask(.status)) != nil
    }
    guard answered else {
      kill(pid, SIGKILL)
      throw LabError("The lab was not ready after 150 s and was stopped. Its logs: \(folder.logs)")
    }
    return ProcessState.isAlive(pid) && Files.exists(folder.control)
  }

  private func report(_ folder: LabFolder, _ layout: Layout) {
    print(
      """
      The lab runs in \(folder.path)
        environment  \(folder.environment)
        the shop     http://\(layout.siteA.front)/healthz
        break it     lifeboat-lab break --dir \(folder.path) kill-primary
        count losses lifeboat-lab count --dir \(folder.path)
        stop it      lifeboat-lab down --dir \(folder.path)
      """)
  }
}

/// The newest PostgreSQL on this machine; 13 or later, because pg_rewind before that is another program.
func findPostgres() throws -> String {
  let versions = Files.list("/usr/lib/postgresql").compactMap { Int($0) }.sorted(by: >)
  for version in versions where version >= 13 {
    let folder = "/usr/lib/postgresql/\(version)/bin"
    if Files.isExecutable("\(folder)/pg_rewind") { return folder }
  }
  for folder in ["/usr/local/pgsql/bin", "/usr/pgsql/bin", "/usr/bin"]
  where Files.isExecutable("\(folder)/pg_rewind") && Files.isExecutable("\(folder)/initdb") {
    return folder
  }
  throw LabError(
    """
    No PostgreSQL server (13 or later) was found in /usr/lib/postgresql.
    Install it: apt-get install postgresql (or run .ci/setup, which installs all that the lab needs).
    """)
}

func programPath() throws -> String {
  guard let real = realpath("/proc/self/exe", nil) else {
    throw LabError.system("/proc/self/exe cannot be read", errno)
  }
  defer { free(real) }
  return String(cString: real)
}
