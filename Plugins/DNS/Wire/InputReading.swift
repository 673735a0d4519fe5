import RunbookAction
import RunbookModel

func readName(_ text: String) throws(ActionFailure) -> DomainName {
  try ldns.require()
  guard let name = DomainName(text) else {
    throw .refused(
      .input, "'\(text)' is not a domain name",
      advice: "write it in ASCII, labels of at most 63 bytes: shop.example.com")
  }
  return name
}

func readType(_ text: String) throws(ActionFailure) -> RecordType {
  guard let type = RecordType(rawValue: text) else {
    throw .refused(
      .input, "records of type '\(text)' are not supported",
      advice: "the types are \(RecordType.words.joined(separator: ", "))")
  }
  return type
}

/// Distinct servers, at least one and at most 64.
func readServers(_ texts: [String], _ field: String) throws(ActionFailure) -> [ServerAddress] {
  guard !texts.isEmpty, texts.count <= 64 else {
    throw .refused(.input, "'\(field)' holds \(texts.count) servers; 1 to 64 can be asked")
  }
  var servers: [ServerAddress] = []
  for text in texts {
    guard let server = ServerAddress(text) else {
      throw .refused(
        .input, "'\(text)' in '\(field)' is not an address",
        advice: "write host:port, such as 10.0.0.53:53")
    }
    if !servers.contains(server) { servers.append(server) }
  }
  return servers
}

/// The values in the form that is compared; never an empty list.
func readValues(_ values: [String], _ type: RecordType) throws(ActionFailure) -> [String] {
  guard !values.isEmpty else {
    throw .refused(.input, "the list of values is empty: a name must never lose its last record")
  }
  var canonical: Set<String> = []
  for value in values {
    guard !value.isEmpty, let read = type.canonical(value) else {
      throw .refused(
        .input, "'\(value)' is not \(type.meaning), which a record of type \(type.rawValue) holds")
    }
    canonical.insert(read)
  }
  return canonical.sorted()
}
