import Testing

@Suite struct SourceTests {
  @Test func `no Swift file is longer than 500 lines`() {
    let files = Repository.swift(under: ["Sources/", "Plugins/", "Tests/", "Benchmarks/"])
    #expect(files.count > 100, "the repository was not found")
    for file in files {
      #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test func `the program leaves nothing for later and traps on no input`() {
    for file in Repository.program {
      let words = Word.allCases.filter { file.holds($0.rawValue) }
      for (index, line) in file.lines.enumerated() where !words.isEmpty {
        for word in words where word.stands(in: line) {
          #expect(
            allowed.contains { $0.word == word && $0.path == file.path },
            "\(file.path):\(index + 1) holds '\(word.rawValue)'")
        }
      }
    }
  }

  @Test func `every exception is still needed`() {
    for exception in allowed {
      let lines = Repository.file(exception.path)?.lines ?? []
      #expect(
        lines.contains { exception.word.stands(in: $0) },
        "\(exception.path) holds no '\(exception.word.rawValue)' any more")
    }
  }

  /// Where it does not, every start of the program spells the type's name at run time, 0.15 ms for each command.
  @Test func `every command says its own name`() {
    let files = Repository.swift(under: ["Sources/RunbookCommands/"]).filter {
      $0.holds("= CommandConfiguration")
    }
    #expect(files.count > 15, "the commands were not found")
    for file in files {
      for (index, line) in file.lines.enumerated() where line.contains("= CommandConfiguration") {
        let next = index + 1 < file.lines.count ? file.lines[index + 1] : ""
        #expect(
          (line + next).contains("commandName:"), "\(file.path):\(index + 1) does not begin with it"
        )
      }
    }
  }

  @Test func `nothing refers to a folder outside the repository`() {
    // Put together here, so that this file does not hold what it looks for.
    let outside = ["/work/" + "shared", "../" + "shared", "/tmp/" + "h/"]
    for file in Repository.files {
      for path in outside {
        let isMentioned = file.holds(path)
        #expect(!isMentioned, "\(file.path) mentions \(path)")
      }
    }
  }

  private struct Exception: Sendable {
    let word: Word
    let path: String
    let why: String
  }

  private let allowed = [
    Exception(
      word: .forcedCast, path: "Sources/RunbookModel/ValueDecoder.swift",
      why: "each stands behind 'case is X.Type', which has just proven that T is X"),
    Exception(
      word: .trap, path: "Sources/RunbookAction/EventLoop.swift",
      why: "with no descriptor or thread to wait with, going on would wait for ever in silence"),
  ]
}

/// What no line of the program may hold.
private enum Word: String, CaseIterable {
  case todo = "TODO"
  case fixme = "FIXME"
  case forcedTry = "try!"
  case forcedCast = "as! "
  case trap = "fatalError("

  /// As a word of its own: `HASTODO` is none.
  func stands(in line: Substring) -> Bool {
    guard let range = line.firstRange(of: rawValue) else { return false }
    guard range.lowerBound > line.startIndex else { return true }
    let before = line[line.index(before: range.lowerBound)]
    return !before.isLetter && !before.isNumber && before != "_"
  }
}
