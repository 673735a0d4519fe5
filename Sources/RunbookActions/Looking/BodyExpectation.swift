import RunbookModel

/// What a text that came back must be: it contains something, or it is JSON that has at least these values.
enum BodyExpectation: Sendable, Equatable, Decodable {
  case contains(String)
  case json(ValueMap)

  enum Answer: Equatable {
    case fits
    case differs(String)
    case unclear(String)
  }

  init(from decoder: any Decoder) throws {
    let value = try Value(from: decoder)
    switch value {
    case .string(let text): self = .contains(text)
    case .map(let map): self = .json(map)
    case .null, .bool, .int, .double, .duration, .timestamp, .list, .secret, .unknown:
      throw DecodingError.typeMismatch(
        Value.self,
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "it is \(value.kind), not a text or a map"))
    }
  }

  /// `isCut`: there was more than these bytes.
  func judge(_ bytes: [UInt8], isCut: Bool) -> Answer {
    switch self {
    case .contains(let wanted):
      if String(decoding: bytes, as: UTF8.self).utf8Contains(wanted) { return .fits }
      return isCut
        ? .unclear("'\(wanted)' is not in the part that was read, and there is more")
        : .differs("it does not contain '\(wanted)'")
    case .json(let wanted):
      if isCut { return .unclear("it is too long to be read as JSON") }
      do throws(JSONText.Malformed) {
        let seen = try JSONText.read(bytes, depth: 64)
        return difference(.map(wanted), seen, at: "").map(Answer.differs) ?? .fits
      } catch {
        return .differs("it is not JSON: \(error.message), at byte \(error.offset)")
      }
    }
  }
}

/// The first place where `seen` is not as wanted; nil when all that is wanted is there. Maps may hold more keys; lists
/// must be as long and in the same order.
private func difference(_ wanted: Value, _ seen: Value, at path: String) -> String? {
  let name = path.isEmpty ? "it" : "'\(path)'"
  switch (wanted, seen) {
  case (.map(let wanted), .map(let seen)):
    for entry in wanted {
      let path = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      guard let value = seen[entry.key] else { return "'\(path)' is missing" }
      if let found = difference(entry.value, value, at: path) { return found }
    }
    return nil
  case (.list(let wanted), .list(let seen)):
    guard wanted.count == seen.count else {
      return "\(name) has \(seen.count) items, not \(wanted.count)"
    }
    for (index, (wanted, seen)) in zip(wanted, seen).enumerated() {
      if let found = difference(wanted, seen, at: "\(path)[\(index)]") { return found }
    }
    return nil
  case (.int(let wanted), .double(let seen)) where Double(wanted) == seen: return nil
  case (.double(let wanted), .int(let seen)) where wanted == Double(seen): return nil
  case (.duration(let wanted), .string(let seen)) where Duration(text: seen) == wanted: return nil
  case (.timestamp(let wanted), .string(let seen)) where Timestamp(seen) == wanted: return nil
  default:
    if wanted == seen { return nil }
    return "\(name) is \(shortened(JSONText.text(seen))), not \(shortened(JSONText.text(wanted)))"
  }
}

/// At most `limit` characters, with a mark where something was left out.
func shortened(_ text: String, to limit: Int = 200) -> String {
  text.count <= limit ? text : text.prefix(limit) + "…"
}

extension String {
  /// Bytes in bytes: no rules of any language, and no Foundation.
  func utf8Contains(_ wanted: String) -> Bool {
    let needle = Array(wanted.utf8)
    guard let first = needle.first else { return true }
    var text = self
    return text.withUTF8 { bytes in
      guard bytes.count >= needle.count else { return false }
      for start in 0...(bytes.count - needle.count) where bytes[start] == first {
        if bytes[start..<start + needle.count].elementsEqual(needle) { return true }
      }
      return false
    }
  }
}
