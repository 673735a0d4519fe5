import Glibc

/// Asks a resolver for the IPv4 address of a name, as a customer's machine would.
enum Lookup {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  static func address(of name: String, from resolver: Endpoint, by deadline: Double) throws
    -> String
  {
    let id = UInt16.random(in: 0...UInt16.max)
    let query = query(name, id: id)
    for _ in 0..<3 {
      let wire = try Wire(to: resolver, datagrams: true, by: deadline)
      try wire.send(query, by: deadline)
      // A lost datagram is asked again: a customer's machine does the same.
      guard let answer = try? wire.receive(by: min(deadline, monotonicSeconds() + 0.4)) else {
        if monotonicSeconds() >= deadline { break }
        continue
      }
      return try read(answer, id: id)
    }
    throw Failure(description: "the resolver did not answer")
  }

  static func query(_ name: String, id: UInt16) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in name.split(separator: ".") {
      bytes.append(UInt8(label.utf8.count & 63))
      bytes += label.utf8.prefix(63)
    }
    return bytes + [0, 0, 1, 0, 1]
  }

  /// The first A record of an answer.
  static func read(_ bytes: [UInt8], id: UInt16) throws -> String {
    guard bytes.count >= 12, bytes[0] == UInt8(id >> 8), bytes[1] == UInt8(id & 255),
      bytes[2] & 0x80 != 0
    else { throw Failure(description: "the resolver's answer cannot be read") }
    let code = bytes[3] & 15
    guard code == 0 else { throw Failure(description: "the resolver answered with code \(code)") }
    var place = 12
    try skipName(bytes, &place)
    place += 4
    let answers = Int(bytes[6]) << 8 | Int(bytes[7])
    for _ in 0..<answers {
      try skipName(bytes, &place)
      guard place + 10 <= bytes.count else { break }
      let type = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      let length = Int(bytes[place + 8]) << 8 | Int(bytes[place + 9])
      place += 10
      guard place + length <= bytes.count else { break }
      if type == 1, length == 4 {
        return bytes[place..<place + 4].map { String($0) }.joined(separator: ".")
      }
      place += length
    }
    throw Failure(description: "the resolver knows no address")
  }

  private static func skipName(_ bytes: [UInt8], _ place: inout Int) throws {
    while place < bytes.count {
      let length = Int(bytes[place])
      if length & 0xC0 == 0xC0 {
        place += 2
        return
      }
      place += length + 1
      if length == 0 { return }
    }
    throw Failure(description: "the resolver's answer cannot be read")
  }
}
