/// The languages in which a report can be read.
package enum Language: String, Sendable, CaseIterable {
  case english = "en"
  case chinese = "zh-Hans"
}

/// Every phrase of ours that a reader meets, in each language side by side; a phrase without a translation does not
/// compile. What was recorded during a run stays in the words in which it was recorded.
package struct Words: Sendable, Equatable {
  package let language: Language

  package init(_ language: Language) { self.language = language }

  package static let english = Words(.english)
  package static let chinese = Words(.chinese)

  /// One phrase: first English, then simplified Chinese. Only the one that is read is made.
  package func say(_ english: @autoclosure () -> String, _ chinese: @autoclosure () -> String)
    -> String
  {
    switch language {
    case .english: english()
    case .chinese: chinese()
    }
  }

  /// Between the parts of an enumeration.
  package var comma: String { say(", ", "、") }
  /// Between parts of a sentence: Chinese has another mark for these than for an enumeration.
  package var clause: String { say(", ", "，") }
  package var semicolon: String { say("; ", "；") }
  package var colon: String { say(": ", "：") }
  package func brackets(_ text: String) -> String { say(" (\(text))", "（\(text)）") }
  func quoted(_ text: String) -> String { say("'\(text)'", "“\(text)”") }

  /// With a full stop, unless it ends in one already.
  package func sentence(_ text: String) -> String {
    guard let last = text.last else { return "" }
    return ".!?…。！？".contains(last) ? text : text + say(".", "。")
  }
}
