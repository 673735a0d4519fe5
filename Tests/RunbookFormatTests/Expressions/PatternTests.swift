import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Patterns` {
  private static let found: [(pattern: String, yes: [String], no: [String])] = [
    ("", ["", "a"], []),
    ("abc", ["abc", "xabcx"], ["ab", ""]),
    (#"^INC-\d+$"#, ["INC-1", "INC-123"], ["INC-", "XINC-1", "INC-1x", "INC-1\n"]),
    ("a|bc|", ["", "z"], []),
    ("^(a|bc)$", ["a", "bc"], ["b", "abc", ""]),
    ("^a*$", ["", "aaa"], ["b"]),
    ("^a+?$", ["a", "aa"], [""]),
    ("^a?b$", ["b", "ab"], ["aab"]),
    ("^a{2}$", ["aa"], ["a", "aaa"]),
    ("^a{2,}$", ["aa", "aaaa"], ["a"]),
    ("^a{1,3}$", ["a", "aaa"], ["", "aaaa"]),
    ("^a{0}$", [""], ["a"]),
    ("a{x}", ["a{x}"], ["a"]),
    ("a{,2}", ["a{,2}"], ["aa"]),
    ("^.$", ["a", "é", "😀"], ["", "\n", "ab"]),
    ("^[a-c]+$", ["abc"], ["abd"]),
    ("^[^a-c]+$", ["xyz\n"], ["xa"]),
    ("^[]a]+$", ["]a"], ["b"]),
    ("^[a-]+$", ["a-"], ["b"]),
    (#"^[\d\-.]+$"#, ["1-2.3"], ["a"]),
    (#"^[^\D]+$"#, ["12"], ["1a"]),
    (#"^[[:alpha:][:digit:]]+$"#, ["a1"], ["a_"]),
    (#"^\w+\W\s\S\D$"#, ["a_1- xx"], ["a 1"]),
    (#"\bdb\b"#, ["the db here", "db"], ["dbs", "a_db"]),
    (#"\Bb"#, ["ab"], ["b"]),
    (#"\Aab\z"#, ["ab"], ["xab", "abx"]),
    (#"^\x41\x{1F600}\n\.\*$"#, ["A😀\n.*"], ["A"]),
    ("(?i)^abc[x-z]$", ["ABCY", "abcz", "aBcX"], ["ABD"]),
    ("(?:ab)+c", ["ababc"], ["ac"]),
    ("(a*)*b", ["aaab", "b"], ["aaa"]),
    ("(|a)+b", ["b", "aab"], ["a"]),
    ("^[é-ü]$", ["ö"], ["a"]),
  ]

  @Test(arguments: found.indices) func `find what RE2 finds`(index: Int) throws {
    let row = Self.found[index]
    let pattern = try Pattern(row.pattern)
    for text in row.yes { #expect(pattern.isFound(in: text) == true, "\(row.pattern) in \(text)") }
    for text in row.no { #expect(pattern.isFound(in: text) == false, "\(row.pattern) in \(text)") }
  }

  @Test func `are refused by name where they ask for more`() {
    let refused: [(String, String)] = [
      ("(", "a ')' is missing"), (")", "a ')' has no '(' before it"), ("[a", "a ']' is missing"),
      ("*", "'*' has nothing before it"), ("a**", "'*' follows a repeat"),
      ("(?=a)", "only (?:…) is known"), ("(?<=a)", "only (?:…) is known"),
      ("(?P<n>a)", "only (?:…) is known"), (#"(a)\1"#, #"'\1' is not known here"#),
      (#"\p{L}"#, #"'\p' is not known here"#), (#"\"#, "it ends in a lone backslash"),
      ("[b-a]", "a range in […] is the wrong way round"), ("a{1001}", "a repeat counts to 1000"),
      ("a{3,2}", "{3,2} is the wrong way round"), ("[[:nope:]]", "this class in [: :]"),
      (#"\xZ"#, "\\x needs two hexadecimal digits"),
      ("((a{100}){100}){100}", "it is too large"), ("((){1000}){1000}", "it is too large"),
      (String(repeating: "(", count: 60) + String(repeating: ")", count: 60), "its groups"),
      (String(repeating: "a", count: 5000), "it is longer than"),
    ]
    for (source, message) in refused {
      let error = #expect(throws: Pattern.Malformed.self) { try Pattern(source) }
      #expect(error?.message.hasPrefix(message) == true, "\(source): \(error?.message ?? "-")")
    }
  }

  @Test func `that make others explode take time that grows with the text`() throws {
    let pattern = try Pattern("^(a+)+$")
    #expect(pattern.isFound(in: String(repeating: "a", count: 10_000) + "!") == false)
    let wide = try Pattern("(a?){1000}a{1000}$")
    #expect(wide.isFound(in: String(repeating: "a", count: 20_000)) == nil)
  }

  @Test func `agree with another engine on random patterns`() throws {
    var random = SeededRandom(seed: 0x5EED_0001)
    let pieces = [
      "a", "b", "c", ".", "(a|b)", "(ab)?", "[ab]", "[^a]", "c*", "b+", "a{2}", "(b|c)*",
    ]
    for round in 0..<400 {
      var source = (0..<Int.random(in: 1...5, using: &random))
        .map { _ in pieces.randomElement(using: &random)! }.joined()
      if random.next() % 2 == 0 { source = "^" + source }
      if random.next() % 2 == 0 { source += "$" }
      let pattern = try Pattern(source)
      let oracle = try Regex(source)
      for _ in 0..<10 {
        let text = String(
          (0..<Int.random(in: 0...7, using: &random)).map { _ in
            "abcd".randomElement(using: &random)!
          })
        #expect(
          pattern.isFound(in: text) == (try oracle.firstMatch(in: text) != nil),
          "round \(round): \(source) in \(text)")
      }
    }
  }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  var seed: UInt64
  mutating func next() -> UInt64 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var mixed = seed
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
