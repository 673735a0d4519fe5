import RunbookEngine
import RunbookModel
import Testing

struct ObserverTrackTests {
  private let start = Timestamp("2026-11-21T01:35:00Z")!

  private func moment(_ seconds: Double) -> Moment {
    Moment(wall: start + .seconds(seconds), monotonic: .seconds(seconds))
  }

  private func track(
    _ states: [(ObservedState, String?)], _ name: String = "shop",
    _ decides: Observer.Decision? = .service
  ) -> ObserverTrack {
    let check = CheckCall(uses: "test.check", with: .map([], nil))
    var track = ObserverTrack(
      Observer(
        name: name, check: check, every: .seconds(1), timeout: .seconds(1), decides: decides))
    for (number, (state, site)) in states.enumerated() {
      track.take(
        ObserverTrack.Sample(
          state, at: moment(Double(number)), took: .milliseconds(5), saw: "\(number)",
          answeredBy: site), missed: 0)
    }
    return track
  }

  @Test func `only where the answer becomes another one is something to record`() {
    var shop = track([(.good, "a"), (.good, "a"), (.bad, nil), (.bad, nil), (.good, "b")])
    let report = shop.report()
    #expect(report?.changes.map(\.to) == [.good, .bad, .good])
    #expect(report?.changes.map(\.at.monotonic) == [.seconds(0), .seconds(2), .seconds(4)])
    #expect(report?.changes.map { $0.after?.monotonic } == [nil, .seconds(1), .seconds(3)])
    #expect(report?.samples.good == 3 && report?.samples.bad == 2)
    #expect(shop.report() == nil, "nothing is recorded twice")
  }

  @Test func `another site that answers is a change, and no break of what is good`() {
    let shop = track([(.good, "a"), (.good, "b"), (.good, "b")])
    #expect(shop.current?.answeredBy == "b")
    #expect(shop.goodSince?.monotonic == .seconds(0))
  }

  @Test func `of an answer that changes all the time the last change is kept`() throws {
    var shop = track((0..<500).map { (($0 % 2 == 0) ? .good : .bad, nil) })
    let taken = shop.report()
    let report = try #require(taken)
    #expect(report.changes.count == 20 && report.changes.last?.saw == "499")
    #expect(report.samples.taken == 500)
  }

  @Test func `all who decide must say good, and one who says nothing leaves it unknown`() {
    let good = track([(.good, nil), (.good, nil)])
    let late = track([(.bad, nil), (.good, nil)], "late")
    #expect([good, late].goodSpan?.since.monotonic == .seconds(1))
    let silent = track([], "silent")
    #expect([good, silent].state(of: .service) == .unknown)
    #expect([good, silent].goodSpan == nil)
    #expect([good, track([(.bad, nil)], "bad")].state(of: .service) == .bad)
    // Who does not decide does not count.
    #expect([good, track([(.bad, nil)], "other", nil)].state(of: .service) == .good)
  }

  @Test func `latencies are merged from their records, and their bounds hold`() {
    var one = LatencyBuckets()
    var other = LatencyBuckets()
    for number in 1...50 {
      one.count(.milliseconds(2 * number))
      other.count(.milliseconds(2 * number - 1))
    }
    one.add(other.pairs)
    let (half, most) = (one.bound(share: 0.5), one.bound(share: 0.95))
    #expect(
      half.map { $0 >= .milliseconds(50) && $0 <= .milliseconds(60) } == true, "\(half as Any)")
    #expect(most.map { $0 >= .milliseconds(95) && $0 <= .milliseconds(114) } == true)
    #expect(LatencyBuckets().bound(share: 0.5) == nil)
  }
}
