public import RunbookModel

/// A C library of the system's that is loaded when a step first needs it, and may not be there.
///
/// An action asks for it before it does anything else: in a dry run that is the step's error, and later nothing has
/// been changed yet.
public struct SystemLibrary: Sendable {
  private let name: String
  private let package: String
  private let missing: @Sendable () -> UnsafePointer<CChar>?

  /// `missing`: loads it, or says why that cannot be done. `package`: where Debian has it.
  public init(
    _ name: String, package: String, missing: @escaping @Sendable () -> UnsafePointer<CChar>?
  ) {
    self.name = name
    self.package = package
    self.missing = missing
  }

  public func require() throws(ActionFailure) {
    guard let reason = missing().map({ String(cString: $0) }) else { return }
    throw .refused(
      .precondition,
      "\(name) cannot be loaded on this machine, so nothing was asked or sent: \(reason) "
        + "(Debian has it in \(package))",
      advice: "install it on this machine, then try again")
  }
}
