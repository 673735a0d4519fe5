import Testing

@testable import RunbookDriver

@Suite struct AlarmTests {
  @Test func `every alarm rings, whatever the order they were set in`()
    async
  {
    let alarms = Alarms()
    let now = ContinuousClock.now
    let (rung, bell) = AsyncStream.makeStream(of: Int.self)
    for (number, delay) in [(3, 300), (1, 100), (2, 200)] {
      _ = alarms.set(at: now + .milliseconds(delay)) { bell.yield(number) }
    }
    var heard: [Int] = []
    for await number in rung {
      heard.append(number)
      if heard.count == 3 { break }
    }
    #expect(heard.sorted() == [1, 2, 3])
  }

  @Test func `an alarm that was called off is let go of, and those after it ring`() async {
    final class Bell: Sendable {}
    let alarms = Alarms()
    let now = ContinuousClock.now
    let (rung, ring) = AsyncStream.makeStream(of: Int.self)
    var bell: Bell? = Bell()
    weak let kept = bell
    let first = alarms.set(at: now + .seconds(3600)) { [bell] in withExtendedLifetime(bell) {} }
    bell = nil
    #expect(kept != nil)
    _ = alarms.set(at: now + .milliseconds(20)) { ring.yield(2) }
    alarms.callOff(first)
    alarms.callOff(first)
    #expect(kept == nil)
    _ = alarms.set(at: now + .milliseconds(40)) { ring.yield(3) }
    var heard: [Int] = []
    for await number in rung {
      heard.append(number)
      if heard.count == 2 { break }
    }
    #expect(heard.sorted() == [2, 3])
  }

  @Test func `an alarm whose instant has passed rings at once`() async {
    let alarms = Alarms()
    await withCheckedContinuation { continuation in
      _ = alarms.set(at: .now - .seconds(5)) { continuation.resume() }
    }
  }
}
