import RunbookJournal
import Testing

@Suite struct `Every byte of a sealed journal counts` {
  let sealed = Sealed(5)

  @Test func `an untouched journal is intact and wholly proven`() {
    let report = sealed.audit()
    #expect(report.verdict == .intact)
    #expect(report.findings.isEmpty)
    #expect(report.provenCount == 5)
    #expect(report.recordCount == 5)
  }

  /// The record to which a byte belongs; a line end belongs to the record that it ends.
  private func owner(of offset: Int) -> Int {
    var end = 0
    for (index, line) in sealed.lines.enumerated() {
      end += line.count + 1
      if offset < end { return index }
    }
    return sealed.lines.count
  }

  @Test(arguments: [UInt8(0x01), 0x80])
  func `flipping any one byte names exactly the record that it belongs to`(mask: UInt8) {
    var bytes = sealed.bytes
    for offset in bytes.indices {
      bytes[offset] ^= mask
      let report = sealed.audit(bytes)
      #expect(report.verdict == .damaged, "byte \(offset)")
      #expect(report.named == [owner(of: offset)], "byte \(offset): \(report.messages)")
      bytes[offset] ^= mask
    }
  }

  @Test func `turning any one byte into a line end names the record that it belongs to`() {
    var bytes = sealed.bytes
    for offset in bytes.indices where bytes[offset] != 0x0A {
      let kept = bytes[offset]
      bytes[offset] = 0x0A
      let report = sealed.audit(bytes)
      #expect(report.verdict == .damaged, "byte \(offset)")
      #expect(report.named == [owner(of: offset)], "byte \(offset): \(report.messages)")
      bytes[offset] = kept
    }
  }

  @Test func `removing any one byte names the record that it belongs to`() {
    for offset in sealed.bytes.indices {
      var bytes = sealed.bytes
      bytes.remove(at: offset)
      let report = sealed.audit(bytes)
      #expect(report.verdict == .damaged, "byte \(offset)")
      #expect(report.named == [owner(of: offset)], "byte \(offset): \(report.messages)")
    }
  }

  @Test(arguments: [UInt8(ascii: "0"), 0x0A])
  func `adding one byte anywhere is found`(byte: UInt8) {
    for offset in 0...sealed.bytes.count {
      var bytes = sealed.bytes
      bytes.insert(byte, at: offset)
      let report = sealed.audit(bytes)
      #expect(report.verdict != .intact, "byte \(offset)")
    }
  }

  @Test func `cutting the journal at any byte names the first record that is not whole`() {
    for length in 0..<sealed.bytes.count {
      let report = sealed.audit(Array(sealed.bytes.prefix(length)))
      #expect(report.verdict == .damaged, "length \(length)")
      #expect(report.named.min() == owner(of: length), "length \(length): \(report.messages)")
      #expect(report.named.max() == 4)
    }
  }

  @Test func `flipping any one byte of the checkpoint leaves nothing proven`() {
    for offset in sealed.checkpoint.indices {
      var note = sealed.checkpoint
      note[offset] ^= 1
      let report = sealed.audit(checkpoint: note)
      #expect(report.verdict == .unproven, "byte \(offset)")
      #expect(report.provenCount == 0)
      #expect(report.kinds == [.checkpoint, .uncovered], "byte \(offset): \(report.messages)")
    }
  }
}
