package import RunbookAction
import RunbookFormat
package import RunbookModel

/// Runs checks by name from the registry, for actions that hold other checks and for `verify`.
package struct RegistryChecks: NestedChecks {
  package let registry: ActionRegistry

  package init(registry: ActionRegistry) { self.registry = registry }

  package func check(_ call: NestedCall, in context: ReadContext) async -> Verdict {
    guard let action = registry[call.uses] else {
      return .cannotTell(Evidence("there is no action '\(call.uses)'"))
    }
    guard case .check(let check) = action.body else {
      return .cannotTell(Evidence("'\(call.uses)' is not a check"))
    }
    let input = FieldCheck(catalogue: registry.catalogue).checked(
      call.with, against: action.page.fields)
    guard input.problems.isEmpty else {
      return .cannotTell(
        Evidence("the input of \(call.uses) is wrong: \(input.problems.joined(separator: "; "))"))
    }
    return await check(input.value, context)
  }
}
