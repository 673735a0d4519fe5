import CLDNS
import Glibc
import RunbookAction

/// No action on names does anything before it has read one, so ldns is asked for there.
let ldns = SystemLibrary("ldns", package: "libldns3") { cldns_missing() }

/// A domain name in one form: lower case, with its final dot, escapes as ldns writes them.
struct DomainName: Hashable, Sendable, CustomStringConvertible {
  let text: String

  /// nil for what is no domain name: empty, not ASCII, a label over 63 or a name over 255 bytes.
  init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (33...126).contains($0) }),
      let rdf = ldns_dname_new_frm_str(text)
    else { return nil }
    defer { ldns_rdf_deep_free(rdf) }
    guard let canonical = Self.read(rdf) else { return nil }
    self.text = canonical
  }

  /// A name out of a message.
  init?(_ rdf: UnsafePointer<ldns_rdf>) {
    guard let copy = ldns_rdf_clone(rdf) else { return nil }
    defer { ldns_rdf_deep_free(copy) }
    guard let text = Self.read(copy) else { return nil }
    self.text = text
  }

  private static func read(_ rdf: UnsafeMutablePointer<ldns_rdf>) -> String? {
    ldns_dname2canonical(rdf)
    guard let characters = ldns_rdf2str(rdf) else { return nil }
    defer { free(characters) }
    return String(cString: characters)
  }

  var description: String { text }
  var isRoot: Bool { text == "." }
  /// `*` is a label of it: it stands for other names.
  var isWildcard: Bool { labels.contains("*") }

  var labels: [String] {
    guard !isRoot else { return [] }
    var labels: [String] = []
    var label = ""
    var isEscaped = false
    for character in text.unicodeScalars {
      if character == ".", !isEscaped {
        labels.append(label)
        label = ""
      } else {
        label.unicodeScalars.append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return labels
  }

  /// The name without its first label; nil for the root.
  var parent: DomainName? {
    let labels = self.labels
    guard !labels.isEmpty else { return nil }
    return DomainName(labels.dropFirst().map { "\($0)." }.joined().orRoot)
  }

  /// The same name or one below it.
  func isWithin(_ zone: DomainName) -> Bool {
    labels.reversed().starts(with: zone.labels.reversed())
  }

  /// As ldns wants it. The caller frees it or gives it away.
  func makeRData() -> UnsafeMutablePointer<ldns_rdf>? { ldns_dname_new_frm_str(text) }
}

extension String {
  fileprivate var orRoot: String { isEmpty ? "." : self }
}

extension DomainName: Codable {
  init(from decoder: any Decoder) throws {
    try ldns.require()
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let name = DomainName(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a domain name"))
    }
    self = name
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
