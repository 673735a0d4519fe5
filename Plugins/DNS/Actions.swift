public import RunbookAction

/// The DNS actions of this folder, for the registry.
public func dnsActions() -> [AnyAction] {
  [AnyAction(DNSCheck()), AnyAction(DNSKeyCheck()), AnyAction(DNSSwitch())]
}
