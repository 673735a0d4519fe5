/// The form of addresses and URLs: what is wrong with one, or nil. Nothing is looked up.
///
/// It reads bytes, not characters: what it looks for is ASCII, and characters cost ten times as much.
enum NetworkForm {
  /// `host:port` or `[v6]:port`.
  static func problem(inAddress text: String) -> String? {
    if text.utf8Range(of: "://") != nil { return "it is a URL; an address has no scheme" }
    let host: Substring
    let rest: Substring
    if text.utf8.first == bracket {
      guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else {
        return "the ']' is missing"
      }
      host = text[text.utf8.index(after: text.startIndex)..<end]
      rest = text[text.utf8.index(after: end)...]
      if let problem = problem(inV6: host) { return problem }
    } else {
      guard let colon = text.utf8.lastIndex(of: Self.colon) else { return "the port is missing" }
      host = text[..<colon]
      rest = text[colon...]
      if host.utf8.contains(Self.colon) {
        return "an IPv6 address is written in brackets: [::1]:5432"
      }
      if let problem = problem(inHost: host) { return problem }
    }
    guard rest.utf8.first == colon else { return "the port is missing" }
    return problem(inPort: rest[rest.utf8.index(after: rest.startIndex)...])
  }

  private static let colon = UInt8(ascii: ":")
  private static let bracket = UInt8(ascii: "[")
  private static let dot = UInt8(ascii: ".")
  private static let dash = UInt8(ascii: "-")

  /// Absolute, http or https, without a name or password in it.
  static func problem(inURL text: String) -> String? {
    guard let schemeEnd = text.utf8Range(of: "://") else {
      return "it does not begin with https://"
    }
    let scheme = text[..<schemeEnd.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      return "it does not begin with http or https"
    }
    let bad = text.unicodeScalars.first { $0.value <= 0x20 || $0.value == 0x7F }
    if bad != nil { return "a space or control character stands in it" }
    let after = text[schemeEnd.upperBound...]
    let authority = after.prefix { !"/?#".contains($0) }
    if authority.contains("@") {
      return "a user or password in a URL would be recorded; use the field for credentials"
    }
    if authority.isEmpty { return "the host is missing" }
    if authority.first == "[" || authority.contains(":") {
      return problem(inAddress: String(authority))
    }
    return problem(inHost: authority)
  }

  private static func problem(inPort text: Substring) -> String? {
    guard !text.isEmpty else { return "the port is missing" }
    guard text.utf8.allSatisfy(isDigit), text.utf8.count <= 5, let port = Int(text),
      (1...65535).contains(port)
    else { return "the port '\(text)' is not a number from 1 to 65535" }
    return nil
  }

  private static func problem(inHost host: Substring) -> String? {
    guard !host.isEmpty else { return "the host is missing" }
    let labels = host.utf8.last == dot ? host.utf8.dropLast() : host.utf8[...]
    let parts = labels.split(separator: dot, omittingEmptySubsequences: false)
    if parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) {
      let isV4 = parts.count == 4 && parts.allSatisfy { $0.count <= 3 && number($0) <= 255 }
      return isV4 ? nil : "'\(host)' is no IPv4 address"
    }
    let fits =
      host.utf8.count <= 253
      && parts.allSatisfy { part in
        (1...63).contains(part.count) && part.first != dash && part.last != dash
          && part.allSatisfy { isWord($0) || $0 == dash }
      }
    return fits ? nil : "'\(host)' is no host name"
  }

  /// What at most three digits mean.
  private static func number(_ digits: Substring.UTF8View) -> Int {
    digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// Up to eight groups of hexadecimal digits, one `::`, an IPv4 address at the end, a `%zone`
  /// behind.
  private static func problem(inV6 text: Substring) -> String? {
    let wrong = "'\(text)' is no IPv6 address"
    let zone = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    if zone.count == 2, zone[1].isEmpty { return wrong }
    var groups = zone[0].split(separator: ":", omittingEmptySubsequences: false)
    guard groups.count >= 3 else { return wrong }
    var wanted = 8
    if let last = groups.last, last.contains(".") {
      guard problem(inHost: last) == nil, last.utf8.allSatisfy({ isDigit($0) || $0 == 46 }) else {
        return wrong
      }
      groups.removeLast()
      wanted = 6
    } else if groups.last == "" {
      guard groups[groups.count - 2] == "" else { return wrong }
      groups.removeLast()
    }
    if groups.first == "" {
      guard groups.count >= 2, groups[1] == "" else { return wrong }
      groups.removeFirst()
    }
    let gaps = groups.filter(\.isEmpty).count
    let areDigits = groups.allSatisfy { group in
      group.utf8.count <= 4 && group.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit)
    }
    guard areDigits, gaps == 0 ? groups.count == wanted : gaps == 1 && groups.count <= wanted
    else { return wrong }
    return nil
  }
}

extension String {
  fileprivate func utf8Range(of part: StaticString) -> Range<Index>? {
    part.withUTF8Buffer { wanted in
      var rest = utf8[...]
      while let place = rest.firstIndex(of: wanted[0]) {
        rest = rest[place...]
        if rest.starts(with: wanted) {
          return place..<utf8.index(place, offsetBy: wanted.count)
        }
        rest = rest.dropFirst()
      }
      return nil
    }
  }
}
