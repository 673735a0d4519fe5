public import RunbookAction

/// The HAProxy actions of this folder, for the registry.
public func haproxyActions() -> [AnyAction] {
  [AnyAction(HAProxyCheck()), AnyAction(HAProxyShift())]
}
