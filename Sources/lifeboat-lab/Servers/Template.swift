import FoundationEssentials
import Glibc

/// A database as it is before the first sale, made once for each version and copied for each lab.
///
/// It lies in `/var/tmp/lifeboat-lab-<uid>`, which belongs to the servers' user alone; removing it is always safe.
struct Template {
  var data: String
  var secrets: Secrets

  private static let format = 2

  static func findOrMake(_ launches: ServerLaunches) throws -> Template {
    let layout = launches.layout
    let owner = layout.user?.uid ?? geteuid()
    let cache = "/var/tmp/lifeboat-lab-\(owner)"
    try Files.makeFolder(cache, mode: 0o700, owner: layout.user)
    var state = stat()
    guard lstat(cache, &state) == 0, state.st_mode & S_IFMT == S_IFDIR, state.st_uid == owner,
      state.st_mode & 0o077 == 0
    else {
      throw LabError("\(cache) is not a private folder of user \(owner): remove it and try again.")
    }
    let name = "\(cache)/postgres-\(try version(layout.postgresPrograms))-\(format)"
    if let ready = try? read(name) { return ready }

    let work = "\(name).\(getpid())"
    defer { Files.remove(work) }
    try make(in: work, launches)
    if rename(work, name) != 0, !Files.exists("\(name)/secrets.json") {
      throw LabError.system("\(name) could not be made", errno)
    }
    return try read(name)
  }

  private static func read(_ name: String) throws -> Template {
    guard let text = Files.read("\(name)/secrets.json") else {
      throw LabError("\(name)/secrets.json cannot be read: remove \(name) and try again.")
    }
    return Template(
      data: "\(name)/data", secrets: try JSONDecoder().decode(Secrets.self, from: Data(text.utf8)))
  }

  /// `15.20`, from the size and time of the program, which cost less to read than to start it: they change with it.
  private static func version(_ programs: String) throws -> String {
    var state = stat()
    guard stat("\(programs)/postgres", &state) == 0 else {
      throw LabError.system("\(programs)/postgres cannot be read", errno)
    }
    return "\(state.st_size)-\(state.st_mtim.tv_sec)"
  }

  private static func make(in work: String, _ launches: ServerLaunches) throws {
    let layout = launches.layout
    let secrets = Secrets.make()
    let log = launches.folder.log("template")
    try Files.makeFolder(work, mode: 0o700, owner: layout.user)
    func run(_ arguments: [String], input: String? = nil) throws {
      var launch = Launch(arguments, in: work, log: log)
      launch.user = layout.user
      launch.nestedUser = layout.needsNestedUser
      launch.input = input
      try launch.run(atMost: 60)
    }
    let data = "\(work)/data"
    // Checksums are on because pg_rewind needs them (or wal_log_hints).
    try run([
      "\(layout.postgresPrograms)/initdb", "-D", data, "-U", Layout.administrator, "-A",
      "scram-sha-256", "--pwfile=\(try passwordFile(work, secrets, layout))", "-k", "--no-sync",
      "--locale=C", "-E", "UTF8",
    ])
    for (database, statements) in [("template1", cluster(secrets)), (Layout.database, tables)] {
      let file = "\(work)/\(database).sql"
      try Files.write(file, statements, mode: 0o600, owner: layout.user)
      try run(
        [
          "\(layout.postgresPrograms)/postgres", "--single", "-j", "-D", data, "-cfsync=off",
          "-cdynamic_shared_memory_type=mmap",
          "-cmax_connections=\(ServerLaunches.mostConnections)", database,
        ], input: file)
      unlink(file)
    }
    let encoded = String(decoding: try JSONEncoder().encode(secrets), as: UTF8.self)
    try Files.write("\(work)/secrets.json", encoded, mode: 0o600, owner: layout.user)
    Files.remove(log)
  }

  private static func passwordFile(
    _ work: String, _ secrets: Secrets, _ layout: Layout
  ) throws -> String {
    let file = "\(work)/password"
    try Files.write(file, secrets.administrator + "\n", mode: 0o600, owner: layout.user)
    return file
  }

  /// In single-user mode with `-j` a statement ends with a semicolon and an empty line. Half of the usual databases,
  /// 300 files each, are done without: the copy of the template is what takes the longest in starting a lab.
  private static func cluster(_ secrets: Secrets) -> String {
    """
    create role shop login password '\(secrets.shop)';

    create role replicator login replication superuser password '\(secrets.replicator)';

    alter database postgres rename to \(Layout.database);

    alter database template0 is_template false;

    drop database template0;

    select pg_create_physical_replication_slot('site_a');

    select pg_create_physical_replication_slot('site_b');

    """ + "\n"
  }

  private static let tables = """
    create table orders (
      id uuid primary key,
      item text not null,
      price_cents integer not null check (price_cents > 0),
      sold_by text not null,
      sold_at timestamptz not null default clock_timestamp()
    );

    grant select, insert on orders to shop;

    create table health (site text primary key, checked_at timestamptz not null);

    grant select, insert, update on health to shop;

    """ + "\n"
}
