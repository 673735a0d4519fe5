public import RunbookAction

/// The DNS actions of this folder, for the registry.
public func dnsActions() -> [AnyAction] {
  [
    AnyAction(DNSCheck()), AnyAction(DNSFollow()), AnyAction(DNSKeyCheck()),
    AnyAction(DNSSwitch()),
  ]
}
