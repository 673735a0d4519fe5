package import RunbookModel

/// One rule of disaster recovery that a runbook is held to.
package struct Rule: Sendable {
  /// `LB4` and two digits; never used again for another rule.
  package let code: String
  /// What must not be, in one line.
  package let title: String
  /// Why, what exactly is looked at, and how it is put right: paragraphs.
  package let explanation: String
  package let severity: Diagnostic.Severity
  let check: @Sendable (RuleContext, inout RuleFindings) -> Void
}

/// Every rule, in the order of codes.
package enum RuleBook {
  package static let all: [Rule] = [
    promotionWithoutFence, movedTooEarly, nothingVerifies, ttlBeyondObjective, worstCase,
    irreversibleWithoutApproval, nothingObserves, blankParameter, lostVantagePoint,
    dependsOnItsOwnChange,
    plainSecret, sharedTarget,
  ]

  package static subscript(code code: String) -> Rule? { all.first { $0.code == code } }
}

/// What a rule may look at. A class, so that closures over it copy a reference and not all of it.
final class RuleContext: Sendable {
  let draft: RunbookDraft
  let order: StepOrder
  let facts: [StepFacts]
  /// Proofs of fencing that steps are given in `with`.
  let proofs: [StepOrder.Question]
  let parameterUses: [StaticCheck.ParameterUse]
  let catalogue: ActionCatalogue
  let environments: [RunbookEnvironment]
  /// Environments that are not run in, but may share something with those that are.
  let others: [RunbookEnvironment]
  /// What each environment's own file silences.
  let silences: [String: Silences]

  init(
    draft: RunbookDraft, check: StaticCheck, catalogue: ActionCatalogue,
    environments: [RunbookEnvironment], others: [RunbookEnvironment],
    silences: [String: Silences]
  ) {
    self.draft = draft
    order = check.order
    facts = check.facts
    proofs = check.proofs
    parameterUses = check.parameterUses
    self.catalogue = catalogue
    self.environments = environments
    self.others = others
    self.silences = silences
  }

  func isSilenced(_ rule: Rule, in environment: String) -> Bool {
    silences[environment]?.covers(rule.code, step: nil) == true
  }

  var runbook: Runbook { draft.runbook }
  var isEmpty: Bool { facts.isEmpty }

  func step(_ index: Int) -> Step { draft.step(index) }

  /// Parts of a step, for rules that look at every one: the whole of it is large to copy.
  func input(_ index: Int) -> Template {
    let note = draft.notes[index]
    return draft.runbook.stages[Int(note.stage)].steps[Int(note.index)].with
  }

  func verify(_ index: Int) -> [CheckCall] {
    let note = draft.notes[index]
    return draft.runbook.stages[Int(note.stage)].steps[Int(note.index)].verify
  }

  /// The bits of the runbook's variants; one bit where it has none.
  var allVariants: UInt64 {
    let count = runbook.variants.count
    return count == 0 ? 1 : count == 64 ? .max : (1 << count) - 1
  }

  /// " in the variant 'switchover'", for the first variant of a mask; nothing where there are no variants.
  func inVariant(_ mask: UInt64) -> String {
    guard let bit = runbook.variants.indices.first(where: { mask & (1 << $0) != 0 }) else {
      return ""
    }
    return " in the variant '\(runbook.variants[bit])'"
  }

  /// The steps with a trait, in order.
  func steps(with trait: StepFacts.Traits) -> [Int] {
    facts.indices.filter { facts[$0].traits.contains(trait) }
  }

  /// The names of actions with a trait, for a help text.
  func actions(with trait: ActionTrait) -> String {
    catalogue.names.filter { catalogue[$0]?.traits.contains(trait) == true }
      .joined(separator: ", ")
  }
}

/// What rules found, without what the author silenced.
struct RuleFindings {
  private let silences: Silences
  private(set) var items: [Diagnostic] = []
  private var count = 0

  init(_ silences: Silences) { self.silences = silences }

  /// More would not be shown: a rule may stop looking.
  var isFull: Bool { count > 2 * DiagnosticList.limit }

  mutating func begin() { count = 0 }

  mutating func add(
    _ rule: Rule, _ message: String, at place: SourcePlace?, step: Int?, help: String,
    related: [Diagnostic.Related] = []
  ) {
    guard !silences.covers(rule.code, step: step) else { return }
    count += 1
    guard !isFull else { return }
    items.append(
      Diagnostic(rule.code, rule.severity, message, at: place, help: help, related: related))
  }
}
