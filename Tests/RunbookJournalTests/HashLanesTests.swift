import CSHA256Lanes
import Crypto
import Glibc
import RunbookJournal
import Testing

/// Widths that this processor has; on one without lanes only the library is used, and these tests
/// have nothing to look at.
private let widths = [8, 16].filter { ProcessorLanes(width: $0) != nil }

@Suite struct `Hashes from lanes are those of the library` {
  private func check(_ messages: [ArraySlice<UInt8>], _ width: Int) throws {
    let lanes = try #require(ProcessorLanes(width: width))
    var digests = [UInt8](repeating: 0xAA, count: 32 * messages.count + 32)
    let text = messages.flatMap { $0 }
    text.withUnsafeBytes { text in
      var start = 0
      let list = messages.map { message in
        defer { start += message.count }
        return sha256_message(
          bytes: text.baseAddress.map { $0 + start }, count: message.count)
      }
      digests.withUnsafeMutableBytes { digests in
        list.withUnsafeBufferPointer { lanes.hash($0, into: digests.baseAddress!) }
      }
    }
    for (index, message) in messages.enumerated() {
      #expect(
        Array(digests[32 * index..<32 * index + 32]) == Array(SHA256.hash(data: message)),
        "message \(index) of \(messages.count), \(message.count) bytes, \(width) lanes")
    }
    let isLeft = digests.suffix(32).allSatisfy { $0 == 0xAA }
    #expect(isLeft, "written beyond the end")
  }

  private func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = Seeded(state: seed)
    var bytes: [UInt8] = []
    while bytes.count < count {
      withUnsafeBytes(of: generator.next()) { bytes += $0 }
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: widths) func `for every length up to 300 bytes, alone`(width: Int) throws {
    let text = noise(300)
    for length in 0...300 { try check([text.prefix(length)], width) }
  }

  @Test(arguments: widths) func `for every length up to 300 bytes, in one batch`(width: Int) throws
  {
    let text = noise(300)
    try check((0...300).map { text.prefix($0) }, width)
    try check((0...300).reversed().map { text.suffix($0) }, width)
  }

  @Test(arguments: widths) func `around the ends of blocks`(width: Int) throws {
    let text = noise(70 * 64)
    let borders = (1...64).flatMap { block in (-10...10).map { text.prefix(64 * block + $0) } }
    try check(borders, width)
  }

  @Test(arguments: widths) func `for any number of messages, fewer or more than lanes`(
    width: Int
  ) throws {
    let text = noise(600)
    for count in 0...3 * width + 1 {
      try check((0..<count).map { text[$0..<($0 * 7 + 97)] }, width)
    }
  }

  @Test(arguments: widths) func `for messages of random and unequal lengths up to 64 KiB`(
    width: Int
  ) throws {
    var generator = Seeded(state: 7)
    let text = noise(64 << 10)
    for _ in 0..<3 {
      let messages = (0..<40).map { _ in
        let isLong = Int.random(in: 0..<8, using: &generator) == 0
        let length = Int.random(in: 0...(isLong ? text.count : 700), using: &generator)
        return text.suffix(from: Int.random(in: 0...text.count - length, using: &generator))
          .prefix(length)
      }
      try check(messages, width)
    }
    try check([text.prefix(3), text[...], text.prefix(65)], width)
  }

  @Test(arguments: widths) func `for every value of every byte of a block`(width: Int) throws {
    var messages: [ArraySlice<UInt8>] = []
    for place in 0..<64 {
      for bit in 0..<8 {
        var block = [UInt8](repeating: 0, count: 64)
        block[place] = 1 << bit
        messages.append(block[...])
      }
    }
    messages += (0...255).map { ArraySlice(repeating: $0, count: 65) }
    try check(messages, width)
  }

  /// FIPS 180-2, appendix B, and the two that everybody knows.
  @Test(arguments: widths) func `for the published test vectors`(width: Int) throws {
    let vectors: [(text: [UInt8], digest: String)] = [
      ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (
        Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (
        Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        Array(
          ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
            + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu").utf8),
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
      (
        [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for vector in vectors {
      #expect(RecordHash.of(vector.text).hex == vector.digest)
    }
    try check(vectors.map { $0.text[...] }, width)
  }

  @Test(arguments: widths) func `for the parents of any number of pairs, also in place`(
    width: Int
  ) throws {
    let lanes = try #require(ProcessorLanes(width: width))
    let nodes = noise(64 * 70)
    for count in 0...70 {
      let expected = (0..<count).flatMap { index -> [UInt8] in
        Array(SHA256.hash(data: [1] + nodes[64 * index..<64 * index + 64]))
      }
      var apart = [UInt8](repeating: 0, count: 32 * 70)
      nodes.withUnsafeBytes { nodes in
        apart.withUnsafeMutableBytes { apart in
          lanes.parents(of: nodes.baseAddress!, count: count, into: apart.baseAddress!)
        }
      }
      #expect(Array(apart.prefix(32 * count)) == expected, "\(count) pairs")
      var place = nodes
      place.withUnsafeMutableBytes { place in
        lanes.parents(of: place.baseAddress!, count: count, into: place.baseAddress!)
      }
      #expect(Array(place.prefix(32 * count)) == expected, "\(count) pairs in place")
      #expect(place[(32 * count)...] == nodes[(32 * count)...], "\(count) pairs in place")
    }
  }

  /// Beyond the end stands a page that cannot be read: a look at it would end the process.
  @Test(arguments: widths) func `and nothing is read beyond the end of a message`(width: Int) throws
  {
    let lanes = try #require(ProcessorLanes(width: width))
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let pages = try #require(
      mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(pages, 2 * page) }
    #expect(mprotect(pages + page, page, PROT_NONE) == 0)
    let messages = (0...300).map { sha256_message(bytes: pages + page - $0, count: $0) }
    var digests = [UInt8](repeating: 0, count: 32 * messages.count)
    digests.withUnsafeMutableBytes { digests in
      messages.withUnsafeBufferPointer { lanes.hash($0, into: digests.baseAddress!) }
      lanes.parents(of: pages + page - 64 * 19, count: 19, into: digests.baseAddress!)
    }
    #expect(
      digests.prefix(32).elementsEqual(SHA256.hash(data: [1] + [UInt8](repeating: 0, count: 64))))
  }

  @Test func `only widths that the processor has can be had`() {
    for width in [-1, 0, 1, 4, 7, 32, 1 << 40] { #expect(ProcessorLanes(width: width) == nil) }
  }

  @Test(arguments: widths) func `which is looked at before they are first used`(width: Int) throws {
    let lanes = try #require(ProcessorLanes(width: width))
    #expect(lanes.agreesWithLibrary())
    for fault in FaultyLanes.Fault.allCases {
      #expect(!FaultyLanes(fault, every: 1).agreesWithLibrary(), "\(fault)")
    }
  }
}
