/// How one change is taken back, in words for a person: from the change alone, without looking at anything.
///
/// It is what is left when lifeboat itself cannot undo, so it says what `undo` would do and how to do that by hand.
public struct WayBack: Sendable, Equatable, Codable {
  /// What is put back and where, a line each: the target, the state now meant to be there, the state before.
  public var goesBackTo: [String]
  /// What must be so first, a line each, because `undo` would refuse otherwise.
  public var lookFirst: [String]
  /// What a person would type, a line each. No secret stands in it, only the name of one.
  public var commands: [String]

  public init(goesBackTo: [String], lookFirst: [String] = [], commands: [String]) {
    self.goesBackTo = goesBackTo
    self.lookFirst = lookFirst
    self.commands = commands
  }
}

extension String {
  /// As a shell takes it for one word. For people to read and type; nothing of ours is given to a shell.
  public var shellQuoted: String {
    let isPlain = utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122: true
      default: "-_./:=@,+%".utf8.contains(byte)
      }
    }
    if isPlain, !isEmpty { return self }
    return "'"
      + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
