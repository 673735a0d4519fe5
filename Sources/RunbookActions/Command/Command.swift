import Glibc
import RunbookAction
import RunbookModel
import RunbookProcess

/// A program with everything that it is given. Secrets stand in it by name only.
struct Command: Codable, Equatable, Sendable {
  /// The program's file, found before it is shown to anybody.
  var program: String
  var argv: [String]
  /// What is added to the environment: texts, integers, secrets.
  var env: ValueMap
  var cwd: String
  var stdin: Value

  /// Finds the program; refuses what cannot be run.
  init(
    argv: [Value], env: ValueMap?, cwd: String?, stdin: Value?, in facts: RunFacts
  ) throws(ActionFailure) {
    self.argv = try argv.map { value throws(ActionFailure) in try Self.word(value, in: "argv") }
    self.env = env ?? [:]
    self.stdin = stdin ?? .null
    let folder = cwd ?? facts.runbookFolder
    self.cwd = folder.hasPrefix("/") ? folder : facts.runbookFolder + "/" + folder
    guard let name = self.argv.first, !name.isEmpty else {
      throw .refused(.input, "'argv' names no program", advice: "write the program first")
    }
    guard isFolder(self.cwd) else {
      throw .refused(
        .precondition, "the folder \(self.cwd) for \(name) does not exist",
        advice: "create it or correct 'cwd'")
    }
    program = try findProgram(name, path: Self.path(self.env), folder: self.cwd)
    for entry in self.env { try Self.check(entry) }
  }

  /// What the child gets; `reveal` gives the secrets of its environment and input.
  func request(
    revealing reveal: (SecretName) throws(ActionFailure) -> Secret
  ) throws(ActionFailure) -> ChildRequest {
    var environment: [String] = []
    for name in Self.passedOn where env[name] == nil {
      if let text = getenv(name) { environment.append("\(name)=\(String(cString: text))") }
    }
    for entry in env {
      let text =
        if case .secret(let name) = entry.value { try reveal(name).reveal() } else {
          try Self.word(entry.value, in: "env.\(entry.key)")
        }
      guard !text.utf8.contains(0) else {
        throw .refused(.input, "'env.\(entry.key)' holds a null byte, which no environment can")
      }
      environment.append("\(entry.key)=\(text)")
    }
    let input: String? =
      switch stdin {
      case .null: nil
      case .secret(let name): try reveal(name).reveal()
      default: try Self.word(stdin, in: "stdin")
      }
    return ChildRequest(
      executable: program, arguments: argv, environment: environment, folder: cwd,
      input: input.map { Array($0.utf8) })
  }

  /// The only variables of ours that a program gets.
  static let passedOn = ["PATH", "HOME", "LANG", "TZ"]
  private static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  private static func path(_ env: ValueMap) -> String {
    env["PATH"]?.string ?? getenv("PATH").map { String(cString: $0) } ?? usualPath
  }

  private static func word(_ value: Value, in field: String) throws(ActionFailure) -> String {
    switch value {
    case .string(let text):
      guard !text.utf8.contains(0) else {
        throw .refused(.input, "'\(field)' holds a null byte, which no program can be given")
      }
      return text
    case .int(let number): return String(number)
    case .secret(let name):
      throw .refused(
        .input, "the secret '\(name)' stands in '\(field)', where everybody on this host sees it",
        advice: "give it in 'env' or 'stdin'")
    case .null, .bool, .double, .duration, .timestamp, .list, .map, .unknown:
      throw .refused(
        .input, "'\(field)' holds \(value.kind), which has no one way to be written",
        advice: "write it as text, in quotes")
    }
  }

  private static func check(_ entry: ValueMap.Entry) throws(ActionFailure) {
    guard !entry.key.isEmpty, !entry.key.utf8.contains(where: { $0 == 0 || $0 == 61 }) else {
      throw .refused(.input, "'\(entry.key)' in 'env' cannot be the name of a variable")
    }
    if case .secret = entry.value { return }
    _ = try word(entry.value, in: "env.\(entry.key)")
  }
}

extension Command {
  /// As one would type it, for people to read; it is never given to a shell.
  var spoken: String { argv.map(\.shellQuoted).joined(separator: " ") }

  /// The line to type for the same; a secret stands in it by name.
  var typed: String {
    let variables = env.map { entry in
      switch entry.value {
      case .secret(let name): "\(entry.key)=<secret \(name)>"
      case .string(let text): "\(entry.key)=\(text.shellQuoted)"
      default: "\(entry.key)=\(JSONText.text(entry.value).shellQuoted)"
      }
    }
    return (["cd \(cwd.shellQuoted) &&"] + variables + [spoken]).joined(separator: " ")
  }

  /// What is worth knowing before saying yes, a line each.
  var previewLines: [String] {
    var lines = ["run \(program == argv[0] ? "" : "\(program) as ")\(spoken)", "in \(cwd)"]
    for entry in env {
      switch entry.value {
      case .secret(let name): lines.append("with \(entry.key) from the secret '\(name)'")
      default: lines.append("with \(entry.key)=\(JSONText.text(entry.value).shellQuoted)")
      }
    }
    switch stdin {
    case .null: break
    case .secret(let name): lines.append("reading the secret '\(name)' from its input")
    default: lines.append("reading \((stdin.string ?? "").utf8.count) bytes from its input")
    }
    return lines
  }
}
