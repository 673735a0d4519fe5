import FoundationEssentials

/// What another process asks of the supervisor: one line of JSON through the control socket.
struct ControlRequest: Codable {
  enum Verb: String, Codable {
    case status
    case down
    case breakIt = "break"
    case heal
    case node
    case environment
  }
  var verb: Verb
  var arguments: [String] = []
}

/// The supervisor's answer, one line of JSON.
struct ControlAnswer: Codable {
  var ok: Bool
  /// What was done, or what is wrong: lines for people.
  var lines: [String]
  var status: LabStatus?
}

/// One lab as its supervisor sees it.
struct LabStatus: Codable {
  struct Line: Codable {
    var name: String
    var site: String?
    var address: String?
    var pid: Int32?
    /// The kernel's letter: R, S, D running, T stopped, Z dead; nil: there is no process.
    var state: String?
    var condition: Server.Condition
    var end: String?
  }
  var folder: String
  var mode: NetworkMode
  var supervisor: Int32
  var link: String
  var servers: [Line]
}

/// Speaks to a lab's supervisor.
struct ControlClient {
  var folder: LabFolder

  func ask(_ verb: ControlRequest.Verb, _ arguments: [String] = [], atMost seconds: Double = 90)
    throws -> ControlAnswer
  {
    let request = ControlRequest(verb: verb, arguments: arguments)
    let deadline = monotonicSeconds() + seconds
    do {
      let wire = try Wire(toFile: folder.control)
      try wire.send(Array(try JSONEncoder().encode(request)) + [10], by: deadline)
      let bytes = try wire.receiveAll(by: deadline)
      return try JSONDecoder().decode(ControlAnswer.self, from: Data(bytes))
    } catch let error as Wire.Failure {
      switch error {
      case .timedOut:
        throw LabError(
          "The lab in \(folder.path) did not answer within \(Int(seconds)) s; what was asked may still be done."
        )
      case .refused, .closed:
        _ = try folder.layout()
        throw LabError(
          """
          The lab in \(folder.path) is not running (its supervisor does not answer).
          Remove what is left of it: lifeboat-lab down --dir \(folder.path)
          """)
      }
    }
  }

  /// As `ask`, and an answer that says no is an error.
  func tell(_ verb: ControlRequest.Verb, _ arguments: [String] = [], atMost seconds: Double = 90)
    throws -> [String]
  {
    let answer = try ask(verb, arguments, atMost: seconds)
    guard answer.ok else { throw LabError(answer.lines.joined(separator: "\n")) }
    return answer.lines
  }
}
