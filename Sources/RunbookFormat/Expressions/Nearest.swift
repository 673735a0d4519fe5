/// Finds the known word that a misspelt one was meant to be.
package enum Nearest {
  /// The candidate with the fewest edits, where that is few enough to be a slip; nil otherwise.
  ///
  /// Words over 64 bytes are not compared, and at most 1,000 candidates are.
  package static func word(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().utf8)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (word: String, edits: Int)?
    for candidate in candidates.prefix(1000) {
      let known = Array(candidate.lowercased().utf8)
      let allowed = max(1, min(wanted.count, known.count) / 3)
      guard known.count <= 64, abs(known.count - wanted.count) <= allowed else { continue }
      let edits = distance(wanted, known)
      if edits <= allowed, edits < best?.edits ?? .max { best = (candidate, edits) }
    }
    return best?.word
  }

  /// "did you mean 'x'?" or, where nothing is near, the names that exist, at most ten of them.
  package static func help(for word: String, among candidates: [String]) -> String? {
    if let near = self.word(to: word, among: candidates) { return "did you mean '\(near)'?" }
    guard !candidates.isEmpty else { return nil }
    let shown = candidates.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
    let more = candidates.count > 10 ? " and \(candidates.count - 10) more" : ""
    return "it can be \(shown)\(more)"
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make one of the other.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in 0..<left.count {
      var row = [i + 1] + [Int](repeating: 0, count: right.count)
      for j in 0..<right.count {
        let replaced = last[j] + (left[i] == right[j] ? 0 : 1)
        row[j + 1] = min(replaced, last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
