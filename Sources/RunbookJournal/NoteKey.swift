internal import Crypto
package import RunbookModel

/// The public half of a key that signs checkpoints, in the text form of C2SP signed notes:
/// `name+id+base64`.
package struct VerifyingKey: Sendable, Hashable, CustomStringConvertible {
  /// The type byte of Ed25519 in signed notes.
  static let ed25519: UInt8 = 1

  package let name: String
  /// The first four bytes of SHA-256(name, line feed, type byte, public key).
  package let id: UInt32
  let publicKey: [UInt8]

  init(name: String, publicKey: [UInt8]) {
    self.name = name
    self.publicKey = publicKey
    id = Self.id(name: name, publicKey: publicKey)
  }

  /// Reads `name+id+base64`; nil unless the id belongs to the name and the key.
  package init?(text: some StringProtocol) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, Self.isName(parts[0]),
      let key = Base64.decode(parts[2].utf8), key.count == 33, key.first == Self.ed25519
    else { return nil }
    self.init(name: String(parts[0]), publicKey: Array(key.dropFirst()))
    guard hexID == parts[1] else { return nil }
  }

  package var text: String { "\(name)+\(hexID)+\(Self.base64([Self.ed25519] + publicKey))" }
  /// The name and the id: enough to tell two keys apart.
  package var description: String { "\(name)+\(hexID)" }

  package func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }

  /// Names are not empty and hold no space, no `+` and no control character.
  package static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy {
        $0 != "+" && $0.value > 0x20 && !$0.properties.isWhitespace
      }
  }

  var hexID: String { Self.hex(id) }

  static func hex(_ id: UInt32) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  static func base64(_ bytes: [UInt8]) -> String {
    String(decoding: Base64.encode(bytes), as: UTF8.self)
  }

  private static func id(name: String, publicKey: [UInt8]) -> UInt32 {
    let hash = RecordHash.of(Array(name.utf8) + [0x0A, ed25519] + publicKey).bytes
    return hash.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// The private half: it signs, and has no description.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let seed: Secret
  package let verifying: VerifyingKey

  /// A new key. Nil when the name cannot be that of a key.
  package init?(newNamed name: String) {
    guard VerifyingKey.isName(name) else { return nil }
    self.init(name: name, key: Curve25519.Signing.PrivateKey())
  }

  /// Reads `PRIVATE+KEY+name+id+base64`; nil unless the id belongs to the name and the key.
  package init?(text: String) {
    let prefix = "PRIVATE+KEY+"
    guard text.hasPrefix(prefix) else { return nil }
    let parts = text.dropFirst(prefix.count).split(
      separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, VerifyingKey.isName(parts[0]),
      let bytes = Base64.decode(parts[2].utf8), bytes.count == 33,
      bytes.first == VerifyingKey.ed25519,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
    else { return nil }
    self.init(name: String(parts[0]), key: key)
    guard verifying.hexID == parts[1] else { return nil }
  }

  private init(name: String, key: Curve25519.Signing.PrivateKey) {
    let seed = key.withSeed { [VerifyingKey.ed25519] + $0 }
    self.seed = Secret(VerifyingKey.base64(seed))
    verifying = VerifyingKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// The form in which it is kept in a file.
  package var text: Secret {
    Secret("PRIVATE+KEY+\(verifying.name)+\(verifying.hexID)+\(seed.reveal())")
  }

  /// Nil only if the library cannot sign.
  package func sign(_ message: [UInt8]) -> [UInt8]? {
    guard let bytes = Base64.decode(seed.reveal().utf8),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst()),
      let signature = try? key.signature(for: message)
    else { return nil }
    return Array(signature)
  }

  package var description: String { "signing key \(verifying)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Curve25519.Signing.PrivateKey {
  fileprivate func withSeed<Result>(_ body: ([UInt8]) -> Result) -> Result {
    body(Array(rawRepresentation))
  }
}
