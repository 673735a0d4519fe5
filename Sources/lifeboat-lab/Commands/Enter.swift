import ArgumentParser
import Glibc

struct Enter: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a command where the lab's addresses can be reached.",
    discussion: """
      A lab with --network namespaces that an ordinary user started can be reached from inside only; any other lab from \
      everywhere on this machine, and then this just runs the command.
      """)

  @OptionGroup var dir: DirOption
  @Argument(parsing: .captureForPassthrough, help: "The command and its arguments, after --.")
  var command: [String]

  func run() throws {
    let folder = dir.folder
    try Entrance.enterIfNeeded(folder, try folder.layout())
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    guard let program = words.first else { throw ValidationError("Which command?") }
    var pointers = words.map { strdup($0) } + [nil]
    execvp(program, &pointers)
    throw LabError.system("\(program) cannot be run", errno)
  }
}
