internal import RunbookModel

/// A runbook as read, with what only checking needs: where things stand and what the author left out.
struct RunbookDraft {
  var runbook: Runbook
  /// For each step in order of the file.
  var notes: [StepNote] = []
  /// The place of each step in `notes`, by its id.
  var ids: [String: UInt32] = [:]
  /// False when there were more steps than are read.
  var isWhole = true
  var silences = Silences()
  /// Where the parameters' names stand, in the order of `runbook.parameters`.
  var parameterPlaces: [SourcePlace] = []
  var rtoPlace: SourcePlace?

  /// Ids that a misspelt one may have meant, in alphabetical order: of a like length, and no more than can be compared.
  func nearby(item name: String) -> [String] {
    let length = name.utf8.count
    let like = ids.keys.lazy.filter { abs($0.utf8.count - length) <= 2 }
    return ids.count <= 10_000 ? like.sorted() : Array(like.prefix(1000))
  }

  /// The step's action, without copying the step.
  func uses(_ index: Int) -> String {
    runbook.stages[Int(notes[index].stage)].steps[Int(notes[index].index)].uses
  }

  func repetition(_ index: Int) -> Repetition? {
    runbook.stages[Int(notes[index].stage)].steps[Int(notes[index].index)].forEach
  }

  func step(_ index: Int) -> Step {
    runbook.stages[Int(notes[index].stage)].steps[Int(notes[index].index)]
  }
}

/// What checking needs of a step beside the step itself.
struct StepNote {
  var stage: UInt32
  /// Its place in its stage.
  var index: UInt32
  /// The node of its id, or of the step where that is missing.
  var id: UInt32
  /// The node of its `needs`; 0 when the author wrote none.
  var needs: UInt32
  /// The variants in which it runs, a bit for each; all bits where there are no variants.
  var variants: UInt64
}

/// Which rules the author switched off, where, and why.
struct Silences {
  /// Rules that are off for the whole file.
  var everywhere: Set<String> = []
  /// Rules that are off for one step, by the step's place in the file.
  var steps: [Int: Set<String>] = [:]

  func covers(_ rule: String, step: Int?) -> Bool {
    everywhere.contains(rule) || step.flatMap { steps[$0] }?.contains(rule) == true
  }
}

/// What the format bounds; more is an error, never a slow run.
enum DocumentLimits {
  static let steps = 100_000
  static let stages = 1_000
  static let observers = 1_000
  static let variants = 64
  static let version: Int64 = 1
}
