package import RunbookModel
internal import Glibc

/// Why something could not be kept, read back or locked: what happened, and what to do next.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// The state folder cannot be used as it is.
    case unusableFolder
    case notFound
    /// A run whose process ended before the first record: nothing was done in it.
    case neverBegun
    /// More than one run begins with the text.
    case ambiguous
    case alreadyExists
    /// The system refused; the number is `errno`.
    case system(Int32)
    /// No room is left. What was there before is as it was; the same call may succeed later.
    case full
    /// A write to disk was lost: this journal takes nothing more.
    case dead
    /// What is stored is not what was written.
    case damaged
    case tooLarge
    case unusableKey
    /// Another process holds the lock.
    case held(by: LockHolder?)
    /// The saved plan was executed before, by the run if that is known.
    case planUsed(by: RunID?)
  }

  package var kind: Kind
  /// What happened, with the path and the system's own words.
  package var message: String
  /// What the reader can do next.
  package var advice: String?

  package init(_ kind: Kind, _ message: String, advice: String? = nil) {
    self.kind = kind
    self.message = message
    self.advice = advice
  }

  package var description: String { advice.map { "\(message); \($0)" } ?? message }
}

extension StoreError {
  /// A failed system call: `doing` says what for, as in "cannot open".
  static func system(_ doing: String, _ path: String, _ code: Int32 = errno) -> StoreError {
    let kind: Kind
    switch code {
    case ENOSPC, EDQUOT, EFBIG: kind = .full
    case ENOENT: kind = .notFound
    case EEXIST: kind = .alreadyExists
    default: kind = .system(code)
    }
    let words = String(cString: strerror(code))
    return StoreError(kind, "\(doing) \(path): \(words)", advice: advice(code))
  }

  private static func advice(_ code: Int32) -> String? {
    switch code {
    case ENOSPC: "free some space on that file system, then try again"
    case EDQUOT: "the user's disk quota is used up: free some space, then try again"
    case EFBIG: "the limit for the size of a file (ulimit -f) is reached: raise it, then try again"
    case EROFS:
      "the file system is mounted read-only: set LIFEBOAT_STATE to a folder that can be written"
    case EACCES, EPERM: "run as the user that owns the folder, or set LIFEBOAT_STATE to another one"
    case EMFILE, ENFILE: "too many files are open: raise the limit (ulimit -n), then try again"
    case EIO: "the disk reports errors: set LIFEBOAT_STATE to a folder on another disk"
    default: nil
    }
  }
}
