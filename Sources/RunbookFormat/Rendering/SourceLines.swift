/// The lines of a file, found when one is first asked for.
struct SourceLines {
  private let bytes: [UInt8]
  /// Where each 256th line begins, so that a line deep in a large file is found quickly.
  private let marks: [Int]
  private static let step = 256

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var marks = [bytes.starts(with: Encoding.byteOrderMark) ? 3 : 0]
    var line = 0
    bytes.withUnsafeBufferPointer { buffer in
      var index = marks[0]
      while let end = Self.nextLine(buffer, after: index) {
        line += 1
        index = end
        if line % Self.step == 0 { marks.append(index) }
      }
    }
    self.marks = marks
  }

  /// A line longer than this is not shown: finding a place in it would cost more than it helps.
  static let longest = 1 << 18

  /// A line without its end, counted from 1; nil when the file has fewer, or when it is longer than `longest`.
  func line(_ number: Int) -> ArraySlice<UInt8>? {
    guard number >= 1, (number - 1) / Self.step < marks.count else { return nil }
    return bytes.withUnsafeBufferPointer { buffer in
      var start = marks[(number - 1) / Self.step]
      for _ in 0..<(number - 1) % Self.step {
        guard let next = Self.nextLine(buffer, after: start) else { return nil }
        start = next
      }
      var end = start
      while end < buffer.count, buffer[end] != 0x0A, buffer[end] != 0x0D {
        end += 1
        if end - start > Self.longest { return nil }
      }
      return bytes[start..<end]
    }
  }

  /// Where the line after the one at `index` begins; nil at the last one.
  private static func nextLine(_ bytes: UnsafeBufferPointer<UInt8>, after index: Int) -> Int? {
    var index = index
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x0A { return index }
      if byte == 0x0D {
        return index < bytes.count && bytes[index] == 0x0A ? index + 1 : index
      }
    }
    return nil
  }
}

/// One line as it is shown: cut around what is underlined, tabs as one blank, secrets hidden.
struct LineExcerpt {
  let text: String
  /// What stands before the mark.
  let blank: String
  let mark: String

  init(
    _ line: ArraySlice<UInt8>, column: Int, length: Int, width: Int, hidden: [ClosedRange<Int>]
  ) {
    // Where characters begin; a character is up to four bytes.
    let starts = line.indices.filter { line[$0] & 0xC0 != 0x80 }
    var first = 0
    var end = starts.count
    if starts.count > width {
      first = max(0, min(column - 1 - width / 4, starts.count - width))
      end = min(starts.count, first + width)
    }
    let from = first < starts.count ? starts[first] : line.endIndex
    let to = end < starts.count ? starts[end] : line.endIndex
    var characters = Array(
      DiagnosticRenderer.printable(
        String(decoding: line[from..<to].map { $0 == 0x09 ? 0x20 : $0 }, as: UTF8.self)
      ).unicodeScalars)
    for span in hidden where span.upperBound > first {
      let last = min(span.upperBound - first, characters.count)
      for place in max(0, span.lowerBound - 1 - first)..<max(last, span.lowerBound - 1 - first, 0)
      where place < characters.count {
        characters[place] = "•"
      }
    }
    var shown = String.UnicodeScalarView()
    shown.append(contentsOf: characters)
    let head = first > 0 ? "… " : ""
    text = head + String(shown) + (end < starts.count ? " …" : "")
    let before = max(0, min(column - 1 - first, end - first))
    blank = String(repeating: " ", count: head.unicodeScalars.count + before)
    mark = String(repeating: "^", count: max(1, min(length, end - first - before)))
  }
}
