import Glibc
import RunbookAction
import RunbookModel
import RunbookProcess

/// Why one secret is not there, in words that never hold it.
struct SecretProblem: Error {
  var message: String
  var help: String
}

extension SecretReference {
  /// The secret, from where the environment says that it is.
  func read(in folder: String) async -> Result<Secret, SecretProblem> {
    do throws(SecretProblem) {
      switch source {
      case .file(let path): return .success(Secret(try SecretReading.file(path)))
      case .environmentVariable(let name):
        return .success(Secret(try SecretReading.variable(name)))
      case .command(let argv):
        return .success(
          Secret(
            try await SecretReading.command(
              argv, in: folder, within: timeout ?? SecretReading.usualTime)))
      }
    } catch {
      return .failure(error)
    }
  }
}

/// The three places in which a secret can be.
enum SecretReading {
  /// What is larger is not a secret.
  static let largest = 64 * 1024
  /// What a command may take where the environment does not say it.
  static let usualTime = Duration.seconds(10)

  fileprivate static func variable(_ name: String) throws(SecretProblem) -> String {
    guard let value = getenv(name), value.pointee != 0 else {
      throw SecretProblem(
        message: "the environment variable \(name) is not set",
        help: "set it in the shell that starts lifeboat, or name a file")
    }
    return String(cString: value)
  }

  /// What the program prints, less one line end. It gets this process's own variables, which is where such programs look
  /// for whom to ask, and no terminal. What it says of its errors is not shown: it may hold the secret.
  fileprivate static func command(
    _ argv: [String], in folder: String, within time: Duration
  ) async throws(SecretProblem) -> String {
    let name = argv.first ?? ""
    let place = isFolder(folder) ? folder : "/"
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
    let program: String
    do throws(ActionFailure) {
      program = try findProgram(name, path: path, folder: place)
    } catch {
      throw SecretProblem(
        message: error.message, help: error.advice ?? "correct 'command' in the environment")
    }
    let report = await runChild(
      ChildRequest(
        executable: program, arguments: argv, environment: ownEnvironment(), folder: place),
      until: .after(time))
    guard report.end == .exited(0) else {
      throw SecretProblem(
        message: "\(name) \(failure(report.end, program, time))" + said(report.errors),
        help: "run it by hand as this user: it must print the secret and end with exit code 0")
    }
    return try text(report.output, of: name)
  }

  private static func text(
    _ output: ChildReport.Captured, of name: String
  ) throws(SecretProblem) -> String {
    var bytes = output.bytes[...]
    guard bytes.count <= largest, output.dropped == 0 else {
      throw SecretProblem(
        message: "\(name) printed more than 64 KiB", help: "let it print the secret alone")
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty else {
      throw SecretProblem(
        message: "\(name) ended with exit code 0 and printed nothing",
        help: "run it by hand as this user: it must print the secret")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SecretProblem(
        message: "what \(name) printed is not UTF-8 text",
        help: "store it as text, base64 if need be")
    }
    return text
  }

  private static func failure(
    _ end: ChildReport.End, _ program: String, _ time: Duration
  ) -> String {
    switch end {
    case .exited(let code): "ended with exit code \(code)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .stopped(.terminated), .stopped(.killed):
      "had not ended after \(time.spoken) and was stopped"
    case .stopped(.stillThere):
      "had not ended after \(time.spoken), and not even SIGKILL has ended it"
    case .notStarted(let number):
      "could not be started (\(program)): \(String(cString: strerror(number)))"
    case .neverBegan, .startHung: "could not be started in \(time.spoken)"
    case .unseen: "ended, but its exit code was lost"
    }
  }

  private static func said(_ errors: ChildReport.Captured) -> String {
    let count = errors.bytes.count + errors.dropped
    return count == 0
      ? "; it said nothing"
      : "; it wrote \(count) bytes of errors, which are not shown because they may hold the secret"
  }

  private static func ownEnvironment() -> [String] {
    var variables: [String] = []
    var next = environ
    while let entry = next.pointee {
      variables.append(String(cString: entry))
      next += 1
    }
    return variables
  }

  fileprivate static func file(_ path: String) throws(SecretProblem) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else {
      throw SecretProblem(
        message: "\(path): \(String(cString: strerror(errno)))",
        help: "create it with mode 0600, readable by whoever runs lifeboat")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: largest + 1)
    var count = 0
    while count < bytes.count {
      let room = bytes.count - count
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, room) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw SecretProblem(
          message: "\(path): \(String(cString: strerror(errno)))", help: "make it a plain file")
      }
      if got == 0 { break }
      count += got
    }
    guard count <= largest else {
      throw SecretProblem(
        message: "\(path) is larger than 64 KiB", help: "name the file that holds the secret alone")
    }
    while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x0D { count -= 1 }
    guard count > 0 else {
      throw SecretProblem(message: "\(path) is empty", help: "write the secret into it")
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw SecretProblem(
        message: "\(path) is not UTF-8 text", help: "store it as text, base64 if need be")
    }
    return text
  }
}
