/// What a signature says about a journal: so many lines, with this root of their hash tree.
///
/// The text is a C2SP tlog-checkpoint in a C2SP signed note. One extension line holds the leaf hash
/// of the last line covered: with it a verifier can name the records that were changed, not only
/// say that some were.
package struct Checkpoint: Sendable, Equatable {
  /// Which journal: `lifeboat/run/<id>`, or `lifeboat/runs` for the log of all runs.
  package var origin: String
  package var size: Int
  package var root: RecordHash
  /// Leaf hash of line `size - 1`; nil when nothing is covered.
  package var head: RecordHash?

  package init(origin: String, size: Int, root: RecordHash, head: RecordHash?) {
    self.origin = origin
    self.size = size
    self.root = root
    self.head = head
  }

  package static func origin(ofRun id: String) -> String { "lifeboat/run/\(id)" }
  package static let originOfRuns = "lifeboat/runs"

  /// The text that is signed.
  package var body: String {
    let extensionLine = head.map { "head \($0.base64)\n" } ?? ""
    return "\(origin)\n\(size)\n\(root.base64)\n\(extensionLine)"
  }

  /// The signed note; nil only if the library cannot sign.
  package func signed(by key: SigningKey) -> [UInt8]? {
    guard let signature = key.sign(Array(body.utf8)) else { return nil }
    let id = key.verifying.id
    let idBytes = [UInt8(id >> 24), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255)]
    let line = "\u{2014} \(key.verifying.name) \(VerifyingKey.base64(idBytes + signature))\n"
    return Array("\(body)\n\(line)".utf8)
  }
}

extension Checkpoint {
  /// Why a checkpoint proves nothing.
  package enum Problem: Error, Sendable, Equatable {
    case malformed(String)
    case otherOrigin(String)
    /// Signed, but by no key that the reader was given.
    case unknownKeys([String])
    case wrongSignature(by: String)
  }

  /// Larger notes are not read.
  package static let maximumBytes = 16 << 10

  /// Reads a signed note whose text is a checkpoint of `origin` and whose signature by one of
  /// `keys` is right.
  package static func read(
    _ note: [UInt8], origin: String, keys: [VerifyingKey]
  ) throws(Problem) -> (checkpoint: Checkpoint, signedBy: VerifyingKey) {
    guard note.count <= maximumBytes else { throw .malformed("it is too long") }
    guard let text = String(validating: note, as: UTF8.self) else {
      throw .malformed("it is not UTF-8")
    }
    guard note.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }), note.last == 0x0A else {
      throw .malformed("it holds a control character or does not end with a line end")
    }
    let lines = text.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String($0) ?? "" }
    guard let blank = lines.lastIndex(of: ""), blank >= 3, blank + 1 < lines.count else {
      throw .malformed("it has no text or no signature")
    }
    let body = try read(body: Array(lines[..<blank]))
    let signedBytes = Array(body.bytes)
    let key = try signer(of: signedBytes, lines: lines[(blank + 1)...], keys: keys)
    guard body.checkpoint.origin == origin else { throw .otherOrigin(body.checkpoint.origin) }
    return (body.checkpoint, key)
  }

  private static func read(
    body lines: [String]
  ) throws(Problem) -> (checkpoint: Checkpoint, bytes: String.UTF8View) {
    guard let size = Int(lines[1]), size >= 0, String(size) == lines[1] else {
      throw .malformed("its second line is no size")
    }
    guard let root = Base64.decode(lines[2].utf8).flatMap({ RecordHash($0) }) else {
      throw .malformed("its third line is no hash")
    }
    guard lines.allSatisfy({ !$0.isEmpty }) else { throw .malformed("a line of it is empty") }
    var head: RecordHash?
    for line in lines.dropFirst(3) where line.hasPrefix("head ") {
      head = Base64.decode(line.utf8.dropFirst(5)).flatMap { RecordHash($0) }
    }
    let checkpoint = Checkpoint(origin: lines[0], size: size, root: root, head: head)
    return (checkpoint, (lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func signer(
    of message: [UInt8], lines: ArraySlice<String>, keys: [VerifyingKey]
  ) throws(Problem) -> VerifyingKey {
    var unknown: [String] = []
    var found: VerifyingKey?
    for line in lines {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "\u{2014}", VerifyingKey.isName(parts[1]),
        let bytes = Base64.decode(parts[2].utf8), bytes.count > 4
      else { throw .malformed("a signature line is not one") }
      let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard let key = keys.first(where: { $0.name == parts[1] && $0.id == id }) else {
        unknown.append("\(parts[1])+\(VerifyingKey.hex(id))")
        continue
      }
      guard key.isValid(signature: Array(bytes.dropFirst(4)), of: message) else {
        throw .wrongSignature(by: key.description)
      }
      found = found ?? key
    }
    guard let found else { throw .unknownKeys(unknown) }
    return found
  }
}

extension Checkpoint.Problem {
  /// What is wrong, as the end of "the checkpoint ...".
  package var text: String {
    switch self {
    case .malformed(let why): "is malformed: \(why)"
    case .otherOrigin(let origin): "belongs to another journal: '\(origin)'"
    case .unknownKeys(let keys):
      "is signed by no known key, only by \(keys.joined(separator: ", "))"
    case .wrongSignature(let key): "has a wrong signature of \(key): its text was changed"
    }
  }
}
