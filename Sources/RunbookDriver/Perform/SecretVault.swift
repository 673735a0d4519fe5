import RunbookAction
package import RunbookModel

/// The secrets of one run, read once before anything else is done, and hidden in every text that leaves an action.
package final class SecretVault: SecretSource {
  private let values: [SecretName: Secret]
  private let masks: [String]

  /// Why a secret is not there: said before the run starts, not in its ninth step.
  package struct Missing: Error, Sendable {
    package var problems: [Diagnostic]
  }

  /// Reads all of them, commands side by side. A secret that a command prints is read by running it: that is a look, and
  /// a dry run takes it as a run does.
  package static func read(
    _ references: [SecretReference], in folder: String
  ) async throws(Missing) -> SecretVault {
    let found = await withTaskGroup(of: (Int, Result<Secret, SecretProblem>).self) { group in
      for (place, reference) in references.enumerated() {
        group.addTask { (place, await reference.read(in: folder)) }
      }
      var found: [Int: Result<Secret, SecretProblem>] = [:]
      for await (place, result) in group { found[place] = result }
      return found
    }
    var values: [SecretName: Secret] = [:]
    var problems: [Diagnostic] = []
    for (place, reference) in references.enumerated() {
      switch found[place] {
      case .success(let secret)?: values[reference.name] = secret
      case .failure(let problem)?:
        problems.append(
          Diagnostic(
            "LB220", .error, "the secret '\(reference.name)' cannot be read: \(problem.message)",
            at: reference.place, help: problem.help))
      case nil: break
      }
    }
    guard problems.isEmpty else { throw Missing(problems: problems) }
    return SecretVault(values: values)
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
