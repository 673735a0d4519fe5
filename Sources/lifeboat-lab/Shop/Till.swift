import FoundationEssentials
import Glibc
import Synchronization

/// Sells: writes orders into whichever of the two databases takes writes, the site's own first.
///
/// Two databases that both take writes (a split brain) are not noticed here: the own one wins, as in real shops.
final class Till: Sendable {
  struct Order: Codable, Sendable {
    var id: String
    var item: String
    var priceCents: Int
    var soldBy: String
  }

  enum Trouble: Error {
    /// Nothing was written.
    case notSold(String)
    /// The database took the order and did not answer: it may or may not have been written.
    case unknown(String)
  }

  enum Health: String, Codable {
    case readWrite = "read-write"
    case readOnly = "read-only"
    case unreachable
  }

  let site: SiteName
  private let texts: [SiteName: String]
  private let state = Mutex(State())

  private struct State {
    var idle: [SiteName: [Lease]] = [:]
    /// A site that did not answer, or takes no writes, is asked last for a while: not every customer shall wait.
    var avoidUntil: [SiteName: Double] = [:]
  }

  /// A connection used by one thread at a time: taken out of the pool, and put back after.
  private struct Lease: @unchecked Sendable {
    var database: Database
    var isFresh = true
  }

  private static let connectSeconds = 0.25
  private static let statementSeconds = 1.0

  init(site: SiteName, databases: [SiteName: Endpoint], passwords: String) {
    self.site = site
    texts = databases.mapValues {
      Database.connectionText($0, role: "shop", passwords: passwords)
    }
  }

  func sell(_ order: Order) throws(Trouble) -> SiteName {
    try write(
      "insert into orders (id, item, price_cents, sold_by) values ($1, $2, $3, $4)"
        + " on conflict (id) do nothing",
      [order.id, order.item, String(order.priceCents), order.soldBy])
  }

  /// Proves by a real write that the shop can sell.
  func health() -> (Health, SiteName?, String) {
    do throws(Trouble) {
      let site = try write(
        "insert into health values ($1, now()) on conflict (site) do update set checked_at = now()",
        [site.rawValue])
      return (.readWrite, site, "")
    } catch {
      switch error {
      case .notSold(let why):
        return (why.contains("read-only") ? .readOnly : .unreachable, nil, why)
      case .unknown(let why): return (.unreachable, nil, why)
      }
    }
  }

  func find(_ id: String) -> Order? {
    for candidate in candidates() {
      guard let lease = try? take(candidate),
        let rows = try? lease.database.run(
          "select id, item, price_cents, sold_by from orders where id = $1", [id],
          within: Self.statementSeconds)
      else { continue }
      giveBack(lease, candidate)
      guard let row = rows.first, let price = Int(row[2]) else { continue }
      return Order(id: row[0], item: row[1], priceCents: price, soldBy: row[3])
    }
    return nil
  }

  private func write(_ statement: String, _ values: [String]) throws(Trouble) -> SiteName {
    var reasons: [String] = []
    for candidate in candidates() {
      for _ in 0..<2 {
        let lease: Lease
        do throws(Database.Failure) {
          lease = try take(candidate)
        } catch {
          reasons.append("\(candidate.rawValue): \(error)")
          avoid(candidate)
          break
        }
        do throws(Database.Failure) {
          try lease.database.run(statement, values, within: Self.statementSeconds)
          giveBack(lease, candidate)
          return candidate
        } catch {
          // 25006: a standby, or fenced by being made read-only. The connection is good.
          if error.code == "25006" {
            giveBack(lease, candidate)
            askLast(candidate)
            reasons.append("\(candidate.rawValue): \(error)")
            break
          }
          guard !error.code.isEmpty || !lease.isFresh else {
            avoid(candidate)
            throw .unknown("\(candidate.rawValue): \(error)")
          }
          // 57P: the server is going down. An old connection may have died long ago; a write with an id of its own
          // can be repeated on the same database without selling twice.
          reasons.append("\(candidate.rawValue): \(error)")
          if !error.code.isEmpty && !error.code.hasPrefix("57P") { break }
        }
      }
    }
    throw .notSold(reasons.joined(separator: "; "))
  }

  private func candidates() -> [SiteName] {
    let now = monotonicSeconds()
    let avoided = state.withLock { $0.avoidUntil }
    let order = [site, site.other]
    return order.filter { (avoided[$0] ?? 0) <= now } + order.filter { (avoided[$0] ?? 0) > now }
  }

  private func askLast(_ site: SiteName) {
    state.withLock { $0.avoidUntil[site] = monotonicSeconds() + 1 }
  }

  private func avoid(_ site: SiteName) {
    askLast(site)
    state.withLock { $0.idle[site] = [] }
  }

  private func take(_ site: SiteName) throws(Database.Failure) -> Lease {
    if let lease = state.withLock({ $0.idle[site]?.popLast() }) { return lease }
    guard let text = texts[site] else { throw Database.Failure(description: "no such site") }
    return Lease(database: try Database(text, within: Self.connectSeconds))
  }

  private func giveBack(_ lease: Lease, _ site: SiteName) {
    var lease = lease
    lease.isFresh = false
    let kept = lease
    state.withLock {
      if $0.idle[site, default: []].count < 8 { $0.idle[site, default: []].append(kept) }
    }
  }
}
