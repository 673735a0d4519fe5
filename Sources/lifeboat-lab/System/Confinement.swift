import Glibc

/// AppArmor binds some servers to the folders of their packages, by the path of the program.
///
/// The lab's servers live in the lab's folder, so they run from a copy there.
enum Confinement {
  static let isOn = Files.read("/sys/module/apparmor/parameters/enabled")?.first == "Y"

  static func hasProfile(_ program: String) -> Bool {
    let name = program.split(separator: "/").joined(separator: ".")
    return Files.exists("/etc/apparmor.d/\(name)")
  }

  /// The path of the copy.
  static func copy(_ program: String, into folder: String, log: String) throws -> String {
    try Files.makeFolder(folder)
    let name = program.split(separator: "/").last.map(String.init) ?? program
    let copy = "\(folder)/\(name)"
    if Files.isExecutable(copy) { return copy }
    try Launch(["/bin/cp", "--", program, copy], in: folder, log: log).run(atMost: 10)
    return copy
  }
}

extension ServerLaunches {
  func unconfined(_ program: String) throws -> String {
    guard Confinement.isOn, Confinement.hasProfile(program) else { return program }
    return try Confinement.copy(
      program, into: "\(folder.path)/programs", log: folder.log("programs"))
  }
}
