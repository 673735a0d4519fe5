/// What went wrong in the lab, and what to do, for the person who reads it.
struct LabError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }

  /// A failed system call: what was wanted, and the system's own words.
  static func system(_ wanted: String, _ number: Int32) -> LabError {
    LabError("\(wanted): \(errorText(number))")
  }
}
