package import Crypto

/// A SHA-256 value: of a record's line, of two nodes of the hash tree, of a file.
package struct RecordHash: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64)

  package static let byteCount = 32

  package init(_ digest: SHA256.Digest) {
    words = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { target in
      digest.withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    words = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  /// Takes the 32 bytes at an address.
  init(loading bytes: UnsafeRawPointer) {
    words = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: Self.byteCount))
    }
  }

  /// Reads 64 hexadecimal digits; nil for anything else.
  package init?(hex text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 2 * Self.byteCount else { return nil }
    var bytes = [UInt8]()
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.init(bytes)
  }

  package static func of(_ bytes: some Sequence<UInt8>) -> RecordHash {
    RecordHash(SHA256.hash(data: Array(bytes)))
  }

  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: words) { body($0) }
  }

  package var bytes: [UInt8] { withBytes { Array($0) } }

  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = withBytes { $0.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } }
    return String(decoding: text, as: UTF8.self)
  }

  package var base64: String { String(decoding: Base64.encode(bytes), as: UTF8.self) }

  package static func == (left: RecordHash, right: RecordHash) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
