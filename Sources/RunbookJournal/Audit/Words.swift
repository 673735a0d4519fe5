/// Ranges of records and lines in the words of a finding.
enum Words {
  static func records(_ range: ClosedRange<Int>) -> String { counted("record", range) }
  static func lines(_ range: ClosedRange<Int>) -> String { counted("line", range) }

  /// The form of a verb that fits the number of things in the range.
  static func verb(_ verb: String, _ range: ClosedRange<Int>) -> String {
    switch (verb, range.count) {
    case ("be", 1): "is"
    case ("be", _): "are"
    case ("do", 1): "does"
    case ("have", 1): "has"
    case (_, 1): verb + "s"
    case (_, _): verb
    }
  }

  private static func counted(_ noun: String, _ range: ClosedRange<Int>) -> String {
    switch range.count {
    case 1: "\(noun) \(range.lowerBound)"
    case 2: "\(noun)s \(range.lowerBound) and \(range.upperBound)"
    default: "\(noun)s \(range.lowerBound) to \(range.upperBound)"
    }
  }
}
