import CLDNS
import Glibc
import RunbookModel

/// The kinds of records that these actions know how to compare and to change.
enum RecordType: String, Sendable, Codable, CaseIterable {
  case a = "A"
  case aaaa = "AAAA"
  case cname = "CNAME"
  case txt = "TXT"

  static let words = allCases.map(\.rawValue)

  var wire: ldns_rr_type {
    switch self {
    case .a: LDNS_RR_TYPE_A
    case .aaaa: LDNS_RR_TYPE_AAAA
    case .cname: LDNS_RR_TYPE_CNAME
    case .txt: LDNS_RR_TYPE_TXT
    }
  }

  var meaning: String {
    switch self {
    case .a: "an IPv4 address"
    case .aaaa: "an IPv6 address"
    case .cname: "a domain name"
    case .txt: "a text of at most 255 bytes a part"
    }
  }
}

/// All records of one name and type: their values in one written form and order, and their TTL in
/// seconds.
struct RecordSet: Hashable, Sendable, Codable {
  let values: [String]
  let ttl: UInt32

  init(values: [String], ttl: UInt32) {
    self.values = Array(Set(values)).sorted()
    self.ttl = ttl
  }

  var text: String {
    "\(values.joined(separator: ", ")) (TTL \(Duration.seconds(Int64(ttl)).spoken))"
  }
}

extension RecordSet? {
  /// For a sentence: the set, or that there is none.
  var text: String { self?.text ?? "no such record" }
}

extension RecordType {
  /// The value in the form that is compared: addresses shortened, names canonical, texts quoted;
  /// nil when it is no such value.
  func canonical(_ value: String) -> String? {
    guard let parts = makeRData(value) else { return nil }
    defer { for part in parts { ldns_rdf_deep_free(part) } }
    return written(parts.map { UnsafePointer($0) })
  }

  /// What goes on the wire. The caller frees each part or gives it away.
  func makeRData(_ value: String) -> [UnsafeMutablePointer<ldns_rdf>]? {
    guard !value.utf8.contains(0) else { return nil }
    switch self {
    case .a: return ldns_rdf_new_frm_str(LDNS_RDF_TYPE_A, value).map { [$0] }
    case .aaaa: return ldns_rdf_new_frm_str(LDNS_RDF_TYPE_AAAA, value).map { [$0] }
    case .cname: return DomainName(value)?.makeRData().map { [$0] }
    case .txt:
      guard let strings = CharacterStrings.read(value) else { return nil }
      return strings.compactMap { bytes in
        let wire = [UInt8(bytes.count)] + bytes
        return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, wire.count, wire)
      }
    }
  }

  /// The record data of a message in the same form; nil when it is malformed.
  func written(_ parts: [UnsafePointer<ldns_rdf>]) -> String? {
    guard let first = parts.first else { return nil }
    switch self {
    case .a, .aaaa:
      guard let characters = ldns_rdf2str(first) else { return nil }
      defer { free(characters) }
      return String(cString: characters)
    case .cname: return DomainName(first)?.text
    case .txt:
      return parts.map { part in
        let bytes = UnsafeRawBufferPointer(start: ldns_rdf_data(part), count: ldns_rdf_size(part))
        return CharacterStrings.write(bytes.dropFirst())
      }.joined(separator: " ")
    }
  }
}

/// The strings of a TXT record as they are written: `"one" "two"`, with `\"`, `\\` and `\ddd`
/// inside.
enum CharacterStrings {
  static let mostStrings = 64

  /// Text in quotes is read as written in zone files; anything else is the text itself, cut where a
  /// string is full.
  static func read(_ text: String) -> [[UInt8]]? {
    guard text.first == "\"" else {
      let bytes = Array(text.utf8)
      let strings = stride(from: 0, to: max(bytes.count, 1), by: 255).map {
        Array(bytes[$0..<min($0 + 255, bytes.count)])
      }
      return strings.count <= mostStrings ? strings : nil
    }
    var strings: [[UInt8]] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.first {
      if first == UInt8(ascii: " ") {
        rest.removeFirst()
        continue
      }
      guard first == UInt8(ascii: "\""), let string = readQuoted(&rest), string.count <= 255,
        strings.count < mostStrings
      else { return nil }
      strings.append(string)
    }
    return strings
  }

  private static func readQuoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    rest.removeFirst()
    var string: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return string
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        guard (48...57).contains(escaped) else {
          string.append(escaped)
          continue
        }
        let digits = [escaped] + rest.prefix(2)
        guard let number = UInt8(String(decoding: digits, as: UTF8.self)), digits.count == 3 else {
          return nil
        }
        rest = rest.dropFirst(2)
        string.append(number)
      default: string.append(byte)
      }
    }
    return nil
  }

  static func write(_ bytes: some Sequence<UInt8>) -> String {
    var text = "\""
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text += "\\" + String(UnicodeScalar(byte))
      case 32...126: text.unicodeScalars.append(UnicodeScalar(byte))
      default:
        let digits = String(byte)
        text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }
    }
    return text + "\""
  }
}
