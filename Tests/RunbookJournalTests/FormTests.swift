import RunbookJournal
import RunbookModel
import Testing

@Suite struct `The forms that other people's tools read` {
  /// The test vectors of RFC 6962 implementations: leaves and the root of each size.
  static let leaves: [[UInt8]] = [
    [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
    (0x60...0x6F).map { UInt8($0) },
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func `the tree has the roots of the published test vectors`() {
    var tree = MerkleTree()
    #expect(tree.root.hex == Self.roots[0])
    for (index, leaf) in Self.leaves.enumerated() {
      tree.append(leaf: MerkleTree.leaf(leaf))
      #expect(tree.root.hex == Self.roots[index + 1])
    }
  }

  @Test func `an inclusion proof leads from every leaf to the root, and from no other leaf`() throws
  {
    let hashes = (0..<33).map { MerkleTree.leaf([UInt8($0)]) }
    for size in 1...33 {
      let leaves = Array(hashes.prefix(size))
      var tree = MerkleTree()
      for leaf in leaves { tree.append(leaf: leaf) }
      for index in 0..<size {
        let proof = try #require(InclusionProof(of: index, in: leaves))
        #expect(proof.root(with: leaves[index]) == tree.root)
        #expect(proof.root(with: MerkleTree.leaf([255])) != tree.root)
      }
    }
    #expect(InclusionProof(of: 3, in: Array(hashes.prefix(3))) == nil)
  }

  @Test func `keys and signatures are those of the signed notes of the Go checksum database`()
    throws
  {
    let key = try #require(
      SigningKey(
        text: "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
    #expect(
      key.verifying.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    let text = """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.

      """
    let signature = try #require(
      Base64.decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
          .utf8))
    #expect(key.verifying.isValid(signature: Array(signature.dropFirst(4)), of: Array(text.utf8)))
    #expect(key.verifying.id == 0xC74F_20A3)
  }

  @Test func `a key whose id does not belong to it is refused`() {
    #expect(
      VerifyingKey(text: "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        == nil)
    #expect(
      SigningKey(
        text: "PRIVATE+KEY+Peter+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz") == nil)
    #expect(SigningKey(newNamed: "two words") == nil)
    #expect(SigningKey(newNamed: "a+b") == nil)
    #expect(SigningKey(newNamed: "") == nil)
  }

  @Test func `a private key shows in no description`() throws {
    let key = try #require(SigningKey(newNamed: "lifeboat/test"))
    let text = key.text.reveal()
    let again = try #require(SigningKey(text: text))
    #expect(again.verifying == key.verifying)
    let seed = try #require(text.split(separator: "+").last)
    for shown in ["\(key)", String(reflecting: key), String(describing: [key])] {
      #expect(!shown.contains(seed))
    }
  }

  @Test func `a checkpoint is a note of origin, size, root and the last leaf`() throws {
    let checkpoint = Checkpoint(
      origin: "lifeboat/run/x", size: 2, root: MerkleTree.leaf([1]), head: MerkleTree.leaf([2]))
    let note = try #require(checkpoint.signed(by: Sealed.key))
    let lines = String(decoding: note, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 7)
    #expect(lines[0] == "lifeboat/run/x")
    #expect(lines[1] == "2")
    #expect(lines[2] == MerkleTree.leaf([1]).base64)
    #expect(lines[3] == "head \(MerkleTree.leaf([2]).base64)")
    #expect(lines[4] == "")
    #expect(lines[5].hasPrefix("\u{2014} lifeboat/test "))
    let read = try Checkpoint.read(
      note, origin: "lifeboat/run/x", keys: [Sealed.key.verifying])
    #expect(read.checkpoint == checkpoint)
  }

  @Test func `a second signature by a key that is not known does not spoil the first`() throws {
    let checkpoint = Checkpoint(
      origin: "o", size: 0, root: MerkleTree.emptyRoot, head: nil)
    let other = try #require(SigningKey(newNamed: "witness"))
    let note = try #require(checkpoint.signed(by: Sealed.key))
    let otherNote = try #require(checkpoint.signed(by: other))
    let line = try #require(otherNote.dropLast().lastIndex(of: 0x0A))
    let both = note + otherNote[(line + 1)...]
    let read = try Checkpoint.read(both, origin: "o", keys: [Sealed.key.verifying])
    #expect(read.signedBy == Sealed.key.verifying)
  }

  @Test func `base64 has one form for each sequence of bytes`() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
      let text = Base64.encode(bytes)
      #expect(Base64.decode(text) == bytes)
    }
    let text = Base64.encode([1, 2, 255, 4])
    for index in text.indices {
      var other = text
      for value in UInt8.min...UInt8.max where value != text[index] {
        other[index] = value
        #expect(Base64.decode(other) != [1, 2, 255, 4])
      }
    }
    for wrong in ["A", "AB", "ABC", "AB=C", "A===", "====", "AB C", "AAAA\n", "AB==AAAA"] {
      #expect(Base64.decode(wrong.utf8) == nil, "\(wrong)")
    }
  }
}

@Suite struct `A record is one line` {
  let record = Record(
    seq: 3,
    at: Moment(
      wall: Timestamp(nanoseconds: 1_795_224_900_000_000_001), monotonic: .nanoseconds(-5)),
    event: ["text": "line\nend \u{2028} \"é\" \u{1F600}", "after": .duration(.seconds(30))],
    commands: [.string("a"), [1, 2.5, .null, .secret(SecretName("db"))], .unknown("until b")],
    prev: MerkleTree.leaf([7]))

  @Test func `it has one form, and comes back as it was`() throws {
    let line = record.line
    #expect(!line.contains(0x0A))
    let front =
      "{\"seq\":3,\"at\":\"2026-11-21T01:35:00.000000001Z\",\"mono_ns\":-5,\"prev\":\"\(MerkleTree.leaf([7]).base64)\",\"event\":{\"text\":"
    #expect(String(decoding: line, as: UTF8.self).hasPrefix(front))
    #expect(try Record(line: line) == record)
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{\"seq\":0}",
    "{\"seq\":-1,\"at\":\"2026-11-21T01:35:00Z\",\"mono_ns\":0,\"prev\":\"\",\"event\":1,\"commands\":[]}",
    "{\"seq\":0,\"at\":\"yesterday\",\"mono_ns\":0,\"prev\":\"\",\"event\":1,\"commands\":[]}",
    "{\"seq\":0,\"at\":\"2026-11-21T01:35:00Z\",\"mono_ns\":0,\"prev\":\"x\",\"event\":1,\"commands\":[]}",
    "{\"seq\":0,\"at\":\"2026-11-21T01:35:00Z\",\"mono_ns\":\"0\",\"prev\":\"\",\"event\":1,\"commands\":[]}",
    "{\"at\":\"2026-11-21T01:35:00Z\",\"seq\":0,\"mono_ns\":0,\"prev\":\"\",\"event\":1,\"commands\":[]}",
  ])
  func `anything else is refused with a reason`(text: String) {
    #expect(throws: Record.Malformed.self) { try Record(line: Array(text.utf8)) }
  }

  @Test(
    arguments: [
      [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xFF],
    ] as [[UInt8]])
  func `text that is not UTF-8 is refused, wherever it stands`(wrong: [UInt8]) throws {
    let line = record.line
    for mark in ["\"text", "\"line", "end ", "\"30s", "\"a"] {
      let mark = Array(mark.utf8)
      let start = try #require(
        line.indices.first { line[$0...].starts(with: mark) }, "\(mark) is not in the line")
      let place = start + mark.count
      #expect(throws: Record.Malformed.self, "behind \(String(decoding: mark, as: UTF8.self))") {
        try Record(line: line[..<place] + wrong + line[place...])
      }
    }
  }

  @Test func `text of any characters comes back as it was`() throws {
    var other = record
    for scalar in ["", "a", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10FFFF}"] {
      other.event = [
        "plain": .string(scalar), "\(scalar)key": .string("a\(scalar)"),
        "escaped": .string("\(scalar)\n\(scalar)"),
      ]
      #expect(try Record(line: other.line) == other)
    }
  }
}
