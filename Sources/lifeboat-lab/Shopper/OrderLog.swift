import FoundationEssentials
import Glibc
import RunbookModel
import Synchronization

/// One attempt to buy, as the customer saw it.
struct Attempt: Codable, Sendable {
  /// The order's id, chosen by the customer.
  var id: String
  /// Nanoseconds since 1970.
  var sent: Int64
  var done: Int64
  /// The shop said that it is sold. Only this counts as acknowledged.
  var acknowledged: Bool
  var site: String?
  var why: String?
}

/// The customer's own memory of what was acknowledged: JSON lines, synced about once a second.
///
/// It outlives any process; a crash of the whole machine may cost its last second.
final class OrderLog: Sendable {
  private let descriptor: Int32
  private let written = Mutex(false)

  init(_ path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw LabError.system("\(path) cannot be written", errno) }
  }

  func append(_ attempt: Attempt) {
    guard var line = try? JSONEncoder().encode(attempt) else { return }
    line.append(UInt8(ascii: "\n"))
    written.withLock { written in
      let count = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count != line.count {
        // An order that cannot be remembered would make the count wrong without anybody noticing.
        print("the order log cannot be written: \(errorText(errno))")
        exit(1)
      }
      written = true
    }
  }

  func sync() {
    let dirty = written.withLock { written in
      defer { written = false }
      return written
    }
    if dirty { fdatasync(descriptor) }
  }

  /// All attempts of a log; a torn last line is left out.
  static func read(_ path: String) throws -> [Attempt] {
    guard let text = Files.read(path, limit: 1 << 30) else {
      throw LabError("The shopper's log \(path) cannot be read: did the lab start?")
    }
    let decoder = JSONDecoder()
    return text.split(separator: "\n").compactMap {
      try? decoder.decode(Attempt.self, from: Data($0.utf8))
    }
  }
}
