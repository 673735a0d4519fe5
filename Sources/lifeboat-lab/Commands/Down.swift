import ArgumentParser
import Glibc

struct Down: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stop a lab and remove everything that it made.")

  @OptionGroup var dir: DirOption
  @Flag(help: "Leave the logs and the customers' memory of their orders.")
  var keepLogs = false

  func run() throws {
    let folder = dir.folder
    _ = try folder.layout()
    if let pid = Guard.pid(folder) {
      _ = try? ControlClient(folder: folder).ask(.down, atMost: 5)
      if !wait(atMost: 15, { !ProcessState.isAlive(pid) }) {
        // The kernel then kills the supervisor, and after it all servers.
        kill(pid, SIGKILL)
        guard wait(atMost: 5, { !ProcessState.isAlive(pid) }) else {
          throw LabError("The lab's guard, process \(pid), cannot be ended.")
        }
      }
    }
    Leftovers.giveBack(folder)
    for name in Files.list(folder.path) where !(keepLogs && ["log", "shopper"].contains(name)) {
      Files.remove("\(folder.path)/\(name)")
    }
    rmdir(folder.path)
  }
}
