import RunbookModel

/// What the customers remember, held against what a database holds.
struct Tally: Codable, Sendable {
  struct Outage: Codable, Sendable {
    /// The customer's last good purchase before, and the first good one after; nil: there was none yet.
    var lastGoodBefore: String?
    var firstGoodAfter: String?
    var seconds: Double?
    var failures: Int
  }

  var database: String
  var attempts: Int
  var acknowledged: Int
  /// Acknowledged and present.
  var present: Int
  /// Acknowledged and absent: lost.
  var lost: Int
  var firstLost: String?
  var lastLost: String?
  /// From the first lost order to the last one.
  var lostSeconds: Double?
  /// Failed for the customer, and yet in the database.
  var presentButNotAcknowledged: Int
  var failed: Int
  /// The longest time without a good purchase in which at least one was begun that failed.
  var outage: Outage?
  var outages: Int

  init(_ attempts: [Attempt], present ids: Set<String>, database: SiteName) {
    let good = attempts.filter(\.acknowledged)
    let lostOrders = good.filter { !ids.contains($0.id) }.sorted { $0.done < $1.done }
    self.database = database.rawValue
    self.attempts = attempts.count
    acknowledged = good.count
    lost = lostOrders.count
    present = good.count - lostOrders.count
    failed = attempts.count - good.count
    presentButNotAcknowledged =
      attempts.filter { !$0.acknowledged && ids.contains($0.id) }.count
    firstLost = lostOrders.first.map { Self.time($0.done) }
    lastLost = lostOrders.last.map { Self.time($0.done) }
    if let first = lostOrders.first, let last = lostOrders.last {
      lostSeconds = Self.seconds(last.done - first.done)
    }
    let all = Self.outages(attempts)
    outages = all.count
    outage = all.max { ($0.seconds ?? .infinity) < ($1.seconds ?? .infinity) }
  }

  /// The times between one good purchase and the next in which one was begun that failed.
  private static func outages(_ attempts: [Attempt]) -> [Outage] {
    let good = attempts.filter(\.acknowledged).map(\.done).sorted()
    let failed = attempts.filter { !$0.acknowledged }.map(\.sent).sorted()
    var found: [Outage] = []
    var next = 0
    var index = 0
    while index < failed.count {
      while next < good.count, good[next] <= failed[index] { next += 1 }
      let before = next > 0 ? good[next - 1] : nil
      let after = next < good.count ? good[next] : nil
      let first = index
      while index < failed.count, failed[index] < after ?? .max { index += 1 }
      var length: Double?
      if let before, let after { length = seconds(after - before) }
      found.append(
        Outage(
          lastGoodBefore: before.map(time), firstGoodAfter: after.map(time), seconds: length,
          failures: index - first))
    }
    return found
  }

  private static func time(_ nanoseconds: Int64) -> String {
    Timestamp(nanoseconds: nanoseconds).text(decimals: 3)
  }

  private static func seconds(_ nanoseconds: Int64) -> Double {
    (Double(nanoseconds) / 1e6).rounded() / 1e3
  }

  var text: String {
    var lines = [
      "acknowledged to customers  \(acknowledged)",
      "present in \(database)          \(present)",
      "lost                       \(lost)",
    ]
    if let firstLost, let lastLost, let lostSeconds {
      lines.append("  from \(firstLost) to \(lastLost): \(lostSeconds) s")
    }
    lines.append("failed for customers       \(failed) of \(attempts)")
    lines.append("  yet in the database      \(presentButNotAcknowledged)")
    if let outage {
      let length = outage.seconds.map { "\($0) s" } ?? "not over"
      lines.append("longest outage             \(length), \(outage.failures) failed purchases")
      lines.append("  last good before         \(outage.lastGoodBefore ?? "none")")
      lines.append("  first good after         \(outage.firstGoodAfter ?? "none yet")")
    } else {
      lines.append("outages                    none")
    }
    return lines.joined(separator: "\n")
  }
}
