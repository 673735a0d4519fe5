/// The form of addresses and URLs: what is wrong with one, or nil. Nothing is looked up.
enum NetworkForm {
  /// `host:port` or `[v6]:port`.
  static func problem(inAddress text: String) -> String? {
    if text.contains("://") { return "it is a URL; an address has no scheme" }
    let host: Substring
    let rest: Substring
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return "the ']' is missing" }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
      if let problem = problem(inV6: host) { return problem }
    } else {
      guard let colon = text.lastIndex(of: ":") else { return "the port is missing" }
      host = text[..<colon]
      rest = text[colon...]
      if host.contains(":") { return "an IPv6 address is written in brackets: [::1]:5432" }
      if let problem = problem(inHost: host) { return problem }
    }
    guard rest.first == ":" else { return "the port is missing" }
    return problem(inPort: rest.dropFirst())
  }

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
    let labels = host.hasSuffix(".") ? host.dropLast() : host
    let parts = labels.split(separator: ".", omittingEmptySubsequences: false)
    if parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) {
      let isV4 = parts.count == 4 && parts.allSatisfy { $0.utf8.count <= 3 && Int($0)! <= 255 }
      return isV4 ? nil : "'\(host)' is no IPv4 address"
    }
    let fits =
      host.utf8.count <= 253
      && parts.allSatisfy { part in
        (1...63).contains(part.utf8.count) && part.first != "-" && part.last != "-"
          && part.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
      }
    return fits ? nil : "'\(host)' is no host name"
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
  fileprivate func utf8Range(of part: String) -> Range<Index>? {
    var place = startIndex
    while place < endIndex {
      if self[place...].utf8.starts(with: part.utf8) {
        return place..<utf8.index(place, offsetBy: part.utf8.count)
      }
      place = utf8.index(after: place)
    }
    return nil
  }
}
