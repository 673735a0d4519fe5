import RunbookJournal
import Testing

@Suite struct `Whole lines that were removed, moved or added` {
  let sealed = Sealed(12)

  @Test func `each line that is removed is named, and the others are still proven`() {
    for index in sealed.lines.indices {
      var lines = sealed.lines
      lines.remove(at: index)
      let report = sealed.audit(lines: lines)
      #expect(report.kinds == [.missing], "\(index): \(report.messages)")
      #expect(report.messages == ["record \(index) is missing"])
      #expect(report.provenCount == 11)
    }
  }

  @Test func `several records that are removed are named as one range`() {
    var lines = sealed.lines
    lines.removeSubrange(5...7)
    let report = sealed.audit(lines: lines)
    #expect(report.kinds == [.missing, .unreachable])
    #expect(report.messages.first == "records 5 to 7 are missing")
    #expect(report.provenCount == 4, "records 8 to 11 lead up to the signed last one")
  }

  @Test func `each two neighbours that are swapped are named`() {
    for index in 0..<11 {
      var lines = sealed.lines
      lines.swapAt(index, index + 1)
      let report = sealed.audit(lines: lines)
      #expect(report.kinds == [.swapped], "\(index): \(report.messages)")
      #expect(report.named == [index, index + 1])
      #expect(report.provenCount == 12)
    }
  }

  @Test func `any two records that are swapped are named`() {
    for one in 0..<12 {
      for other in (one + 1)..<12 {
        var lines = sealed.lines
        lines.swapAt(one, other)
        let report = sealed.audit(lines: lines)
        #expect(report.kinds == [.swapped], "\(one), \(other): \(report.messages)")
        #expect(report.findings.first?.records == one...other)
      }
    }
  }

  @Test func `a block that was moved is named with its lines`() {
    var lines = sealed.lines
    let block = lines[3...5]
    lines.removeSubrange(3...5)
    lines.append(contentsOf: block)
    let report = sealed.audit(lines: lines)
    #expect(report.messages == ["records 3 to 5 stand in the wrong place, on lines 10 to 12"])
    #expect(report.provenCount == 12)
  }

  @Test func `each line that stands twice is named`() {
    for index in sealed.lines.indices {
      for place in 0...12 {
        var lines = sealed.lines
        lines.insert(lines[index], at: place)
        let report = sealed.audit(lines: lines)
        #expect(report.kinds == [.added], "\(index) at \(place): \(report.messages)")
        #expect(report.provenCount == 12)
        let line = report.findings.first?.lines
        #expect(
          line == (place + 1)...(place + 1) || line == index + 1...index + 1
            || line == index + 2...index + 2)
      }
    }
  }

  @Test(arguments: ["", "x", "{}", "not a record\"]}"])
  func `a line that is no record is found wherever it is added`(text: String) {
    for place in 0...12 {
      var lines = sealed.lines
      lines.insert(Array(text.utf8), at: place)
      let report = sealed.audit(lines: lines)
      #expect(report.kinds == [.added], "\(place): \(report.messages)")
      #expect(report.findings.first?.lines == (place + 1)...(place + 1))
      #expect(report.provenCount == 12)
    }
  }

  @Test func `a forged record put in beside the real one is the one that is named`() {
    let forged = Sealed.lines(12, salt: "!")
    for index in 0..<12 {
      for place in [index, index + 1] {
        var lines = sealed.lines
        lines.insert(forged[index], at: place)
        let report = sealed.audit(lines: lines)
        #expect(report.kinds == [.added], "\(index) at \(place): \(report.messages)")
        #expect(
          report.findings.first?.lines == (place + 1)...(place + 1), "\(index): \(report.messages)")
        #expect(report.provenCount == 12)
      }
    }
  }

  @Test func `a record put in the place of another is a changed record`() {
    let forged = Sealed.lines(12, salt: "!")
    for index in 0..<12 {
      var lines = sealed.lines
      lines[index] = forged[index]
      let report = sealed.audit(lines: lines)
      #expect(report.named == [index], "\(index): \(report.messages)")
      #expect(report.provenCount == 11)
    }
  }

  @Test func `two changed records beside each other are both named`() {
    for index in 0..<11 {
      var lines = sealed.lines
      lines[index] = Array(lines[index].dropLast(2)) + Array(" ]}".utf8)
      lines[index + 1] = Array(lines[index + 1].dropLast(2)) + Array(" ]}".utf8)
      let report = sealed.audit(lines: lines)
      #expect(report.named == [index, index + 1], "\(index): \(report.messages)")
      #expect(report.provenCount == 10)
    }
  }

  @Test func `a chain that was written anew from some record on is not called intact`() {
    let forged = Sealed.lines(12, salt: "!")
    let report = sealed.audit(lines: forged)
    #expect(report.verdict == .damaged)
    #expect(report.kinds.contains(.rewritten))
    #expect(report.provenCount == 0)
  }
}
