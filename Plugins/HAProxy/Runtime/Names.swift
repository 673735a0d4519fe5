import RunbookModel

/// One process or several, as a runbook names them.
struct RuntimeInput: Decodable, Sendable {
  var places: [Place]

  struct Place: Decodable, Sendable {
    var address: String?
    var socket: String?
  }

  init(from decoder: any Decoder) throws {
    if case .list = try Value(from: decoder) {
      places = try [Place](from: decoder)
    } else {
      places = [try Place(from: decoder)]
    }
  }

  static let field = Field(
    "runtime", .either([.object(fields), .list(.object(fields))]),
    "HAProxy's runtime API, of one process or of a list of them, which must all agree.",
    need: .required)

  private static let fields = [
    Field("address", .address, "Where it listens for commands over TCP."),
    Field("socket", .string, "The path of its socket, instead of an address."),
  ]

  /// The processes, each once.
  func addresses() throws(ActionFailure) -> [RuntimeAddress] {
    guard !places.isEmpty, places.count <= 32 else {
      throw .refused(.input, "'runtime' names \(places.count) processes; 1 to 32 can be asked")
    }
    var addresses: [RuntimeAddress] = []
    for place in places {
      let text: String
      switch (place.address, place.socket) {
      case (let address?, nil): text = address
      case (nil, let path?):
        guard path.hasPrefix("/") else {
          throw .refused(.input, "the socket '\(path)' is not an absolute path")
        }
        text = path
      case (nil, nil), (_?, _?):
        throw .refused(.input, "each 'runtime' needs either an 'address' or a 'socket'")
      }
      guard let address = RuntimeAddress(text) else {
        throw .refused(
          .input, "'\(text)' is no place of a runtime API",
          advice: "write address: host:port, or socket: /run/haproxy/admin.sock")
      }
      if !addresses.contains(address) { addresses.append(address) }
    }
    return addresses
  }
}

/// A backend's or server's name. Commands are lines of words parted by spaces and `;`: nothing else
/// may get into them.
func readPlainName(_ text: String, _ what: String) throws(ActionFailure) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    switch byte {
    case 48...57, 65...90, 97...122: true
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }
  guard isPlain, !text.isEmpty, text.utf8.count <= 256 else {
    throw .refused(.input, "'\(text)' cannot be the name of a \(what) in HAProxy")
  }
  return text
}

/// Asks every process at the same time and keeps their order.
func inParallel<Item: Sendable, Result: Sendable>(
  _ items: [Item], _ work: @escaping @Sendable (Item) async -> Result
) async -> [Result] {
  await withTaskGroup(of: (Int, Result).self) { group in
    for (place, item) in items.enumerated() {
      group.addTask { (place, await work(item)) }
    }
    var results: [Int: Result] = [:]
    for await (place, result) in group { results[place] = result }
    return items.indices.compactMap { results[$0] }
  }
}
