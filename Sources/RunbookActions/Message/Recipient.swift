import RunbookModel

/// Who gets a message: an address, perhaps with a name.
struct Recipient: Codable, Equatable, Sendable {
  var name: String?
  var address: String

  init(name: String?, address: String) {
    self.name = name
    self.address = address
  }

  /// `Ops <ops@shop.example>` or the address alone.
  init(_ text: String) {
    guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
      self.init(name: nil, address: text)
      return
    }
    var name = text[..<open]
    while name.last == " " { name = name.dropLast() }
    if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") {
      name = name.dropFirst().dropLast()
    }
    self.init(
      name: name.isEmpty ? nil : String(name),
      address: String(text[text.index(after: open)...].dropLast()))
  }

  var spoken: String { name.map { "\($0) <\(address)>" } ?? address }

  /// Whoever could put a line break into a header could write headers of his own.
  func checkText() throws(ActionFailure) {
    for text in [name ?? "", address] where text.unicodeScalars.contains(where: \.breaksLines) {
      throw .refused(
        .input, "the recipient '\(text.withoutControls)' holds a line break or a control character",
        advice: "write one recipient in one line")
    }
    guard !address.isEmpty else { throw .refused(.input, "a recipient has no address") }
  }

  /// What can be used in SMTP without an extension that few servers have.
  func checkMail() throws(ActionFailure) {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    func refuse(_ why: String, _ advice: String = "write it as name@host.example")
      -> ActionFailure
    {
      .refused(.input, "'\(address.withoutControls)' is no mail address: \(why)", advice: advice)
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw refuse("it has no one '@' with something on both sides")
    }
    guard address.utf8.count <= 254 else { throw refuse("it is longer than 254 bytes") }
    guard address.utf8.allSatisfy({ $0 < 128 }) else {
      throw refuse(
        "it holds letters that mail servers do not take", "write its domain in the xn-- form")
    }
    guard address.utf8.allSatisfy({ $0 > 32 && $0 != 127 && !#"()<>,;:\""#.utf8.contains($0) })
    else { throw refuse("it holds a character that cannot stand in one") }
  }
}

extension Unicode.Scalar {
  /// A line break of any kind, or another control character.
  var breaksLines: Bool {
    value < 32 || (127...159).contains(value) || value == 0x2028 || value == 0x2029
  }
}

extension String {
  var withoutControls: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.breaksLines ? " " : $0 }))
  }
}
