/// Answers made by hand, for what no real server does on purpose.
enum FakeAnswer {
  /// The question's own bytes as an answer: same id and question, these flags and code, these
  /// sections.
  static func to(
    _ query: [UInt8], code: UInt8 = 0, authoritative: Bool = true, truncated: Bool = false,
    answers: [[UInt8]] = [], additional: [[UInt8]] = []
  ) -> [UInt8] {
    guard query.count > 12 else { return [] }
    let end = questionEnd(query)
    var bytes = Array(query[0..<2])
    let opcode = query[2] & 0x78
    bytes += [0x80 | opcode | (authoritative ? 4 : 0) | (truncated ? 2 : 0), code]
    bytes += [0, 1, 0, UInt8(answers.count), 0, 0, 0, UInt8(additional.count)]
    bytes += query[12..<end]
    return bytes + answers.joined() + additional.joined()
  }

  /// An address record for the name of the question.
  static func address(_ last: UInt8, ttl: UInt8 = 1) -> [UInt8] {
    [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4, 127, 0, 0, last]
  }

  /// The zone's start, for the name of the question.
  static let start: [UInt8] = {
    let data: [UInt8] = [0xC0, 12, 0xC0, 12] + [0, 0, 0, 7] + [UInt8](repeating: 0, count: 16)
    return [0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 1, 0, UInt8(data.count)] + data
  }()

  /// A signature record that says only what is wrong with the other one, with the server's time.
  static func signature(error: UInt16, seconds: Int) -> [UInt8] {
    let algorithm = [UInt8(11)] + Array("hmac-sha256".utf8) + [0]
    let time = (0..<6).reversed().map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) }
    let data = algorithm + time + [1, 44] + [0, 0] + [0, 0] + [0, UInt8(error), 0, 6] + time
    let owner = [UInt8(7)] + Array("lab-key".utf8) + [0]
    return owner + [0, 250, 0, 255, 0, 0, 0, 0, 0, UInt8(data.count)] + data
  }

  static func isUpdate(_ query: [UInt8]) -> Bool { query.count > 2 && query[2] & 0x78 == 0x28 }

  static func type(_ query: [UInt8]) -> UInt8 {
    let end = questionEnd(query)
    return end <= query.count ? query[end - 3] : 0
  }

  /// The query inside a TCP message, and the answer as one.
  static func overTCP(_ message: [UInt8], _ answer: ([UInt8]) -> [UInt8]?) -> [UInt8]? {
    answer(Array(message.dropFirst(2))).map { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
  }

  /// A packet starts with a random id, a TCP message with its own length.
  static func isTCP(_ message: [UInt8]) -> Bool {
    message.count > 2 && Int(message[0]) << 8 | Int(message[1]) == message.count - 2
  }

  private static func questionEnd(_ query: [UInt8]) -> Int {
    var place = 12
    while place < query.count, query[place] != 0 { place += Int(query[place]) + 1 }
    return place + 5
  }
}
