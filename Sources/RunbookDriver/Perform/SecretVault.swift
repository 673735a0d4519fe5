import Glibc
import RunbookAction
package import RunbookModel

/// The secrets of one run, read once before anything else is done, and hidden in every text that leaves an action.
package struct SecretVault: SecretSource {
  private let values: [SecretName: Secret]
  private let masks: [String]

  /// Why a secret is not there: said before the run starts, not in its ninth step.
  package struct Missing: Error, Sendable {
    package var problems: [Diagnostic]
  }

  /// A secret file larger than this is not a secret.
  private static let largestFile = 64 * 1024

  package init(references: [SecretReference]) throws(Missing) {
    var values: [SecretName: Secret] = [:]
    var problems: [Diagnostic] = []
    for reference in references {
      do {
        values[reference.name] = Secret(try Self.read(reference.source))
      } catch {
        problems.append(
          Diagnostic(
            "LB220", .error, "the secret '\(reference.name)' cannot be read: \(error.message)",
            at: reference.place, help: error.help))
      }
    }
    guard problems.isEmpty else { throw Missing(problems: problems) }
    self.init(values: values)
  }

  package init(values: [SecretName: Secret]) {
    self.values = values
    masks = Set(values.values.flatMap { Self.forms(of: $0.reveal()) })
      .sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
  }

  package func secret(_ name: SecretName) throws(ActionFailure) -> Secret {
    guard let secret = values[name] else {
      throw .refused(
        .input, "the environment has no secret '\(name)'",
        advice: "add it under 'secrets:' in the environment file")
    }
    return secret
  }

  package func masked(_ text: String) -> String {
    var text = text
    for mask in masks where text.contains(mask) {
      text = text.split(separator: mask, omittingEmptySubsequences: false).joined(separator: "•••")
    }
    return text
  }

  private struct Problem: Error {
    var message: String
    var help: String
  }

  private static func read(_ source: SecretReference.Source) throws(Problem) -> String {
    switch source {
    case .file(let path): return try readFile(path)
    case .environmentVariable(let name):
      guard let value = getenv(name), value.pointee != 0 else {
        throw Problem(
          message: "the environment variable \(name) is not set",
          help: "set it in the shell that starts lifeboat, or name a file")
      }
      return String(cString: value)
    case .command:
      throw Problem(
        message: "secrets by command are not served by this version",
        help: "write {file: PATH} or {env: NAME}")
    }
  }

  private static func readFile(_ path: String) throws(Problem) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else {
      throw Problem(
        message: "\(path): \(String(cString: strerror(errno)))",
        help: "create it with mode 0600, readable by whoever runs lifeboat")
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: largestFile + 1)
    var count = 0
    while count < bytes.count {
      let room = bytes.count - count
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, room) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw Problem(
          message: "\(path): \(String(cString: strerror(errno)))", help: "make it a plain file")
      }
      if got == 0 { break }
      count += got
    }
    guard count <= largestFile else {
      throw Problem(
        message: "\(path) is larger than 64 KiB", help: "name the file that holds the secret alone")
    }
    while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x0D { count -= 1 }
    guard count > 0 else {
      throw Problem(message: "\(path) is empty", help: "write the secret into it")
    }
    guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw Problem(
        message: "\(path) is not UTF-8 text", help: "store it as text, base64 if need be")
    }
    return text
  }

  /// The ways in which a secret shows up in other programs' output.
  private static func forms(of secret: String) -> [String] {
    let bytes = Array(secret.utf8)
    guard !bytes.isEmpty else { return [] }
    let json = String(JSONText.text(.string(secret)).dropFirst().dropLast())
    var percent = ""
    for byte in bytes {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-._~".utf8.contains(byte)
      percent +=
        isPlain
        ? String(UnicodeScalar(byte))
        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    let shell = secret.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''")
    return [secret, json, percent, shell] + base64Forms(bytes)
  }

  /// Base64 of the secret at each of the three places where it can stand in a longer text, less what its neighbours
  /// decide.
  private static func base64Forms(_ bytes: [UInt8]) -> [String] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return (0..<3).compactMap { shift in
      let padded = [UInt8](repeating: 0, count: shift) + bytes
      let whole = padded.count / 3 * 3
      var text: [UInt8] = []
      for start in stride(from: 0, to: whole, by: 3) {
        let bits =
          UInt32(padded[start]) << 16 | UInt32(padded[start + 1]) << 8 | UInt32(padded[start + 2])
        for place in [18, 12, 6, 0] { text.append(alphabet[Int(bits >> UInt32(place) & 63)]) }
      }
      let stable = text.dropFirst(shift == 0 ? 0 : 4)
      return stable.count >= 8 ? String(decoding: stable, as: UTF8.self) : nil
    }
  }
}
