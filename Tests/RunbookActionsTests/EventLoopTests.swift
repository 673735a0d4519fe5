import Glibc
import RunbookAction
import Synchronization
import Testing

@Suite struct EventLoopTests {
  @Test func `every alarm rings in its turn, whatever the order they were set in`() async {
    let now = ContinuousClock.now
    let (rung, bell) = AsyncStream.makeStream(of: Int.self)
    for (number, delay) in [(3, 300), (1, 100), (2, 200)] {
      EventLoop.shared.at(now + .milliseconds(delay)) { bell.yield(number) }
    }
    var heard: [Int] = []
    for await number in rung {
      heard.append(number)
      if heard.count == 3 { break }
    }
    #expect(heard == [1, 2, 3])
  }

  @Test func `an alarm that was called off is let go of, and those after it ring`() async {
    final class Bell: Sendable {}
    let now = ContinuousClock.now
    let (rung, ring) = AsyncStream.makeStream(of: Int.self)
    var bell: Bell? = Bell()
    weak let kept = bell
    let first = EventLoop.shared.at(now + .seconds(3600)) { [bell] in withExtendedLifetime(bell) {}
    }
    bell = nil
    #expect(kept != nil)
    EventLoop.shared.at(now + .milliseconds(20)) { ring.yield(2) }
    first.callOff()
    first.callOff()
    #expect(kept == nil)
    EventLoop.shared.at(now + .milliseconds(40)) { ring.yield(3) }
    var heard: [Int] = []
    for await number in rung {
      heard.append(number)
      if heard.count == 2 { break }
    }
    #expect(heard == [2, 3])
  }

  @Test func `an alarm whose instant has passed rings at once`() async {
    await withCheckedContinuation { continuation in
      EventLoop.shared.at(.now - .seconds(5)) { continuation.resume() }
    }
  }

  @Test func `of thousands of alarms that were called off none rings, and none is in the way`()
    async
  {
    let wrong = Atomic(0)
    let now = ContinuousClock.now
    let alarms = (0..<5000).map { number in
      EventLoop.shared.at(now + .milliseconds(1000 + number % 7)) {
        wrong.add(1, ordering: .relaxed)
      }
    }
    for alarm in alarms { alarm.callOff() }
    await withCheckedContinuation { continuation in
      EventLoop.shared.at(now + .milliseconds(1100)) { continuation.resume() }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func `a sleep ends when its task is cancelled, also where that came first`() async {
    let begun = ContinuousClock.now
    let sleeper = Task { await EventLoop.sleep(for: .seconds(600)) }
    sleeper.cancel()
    await sleeper.value
    let second = Task {
      while !Task.isCancelled { await Task.yield() }
      await EventLoop.sleep(for: .seconds(600))
    }
    second.cancel()
    await second.value
    #expect(ContinuousClock.now - begun < .seconds(300))
  }

  @Test func `a task that prefers the loop goes on there after each of its waits`() async {
    let threads = await Task.detached(executorPreference: EventLoop.shared) {
      var threads = [pthread_self()]
      await EventLoop.sleep(for: .milliseconds(5))
      threads.append(pthread_self())
      await blocking {}
      threads.append(pthread_self())
      return threads
    }.value
    let its = await withCheckedContinuation { continuation in
      EventLoop.shared.perform { continuation.resume(returning: pthread_self()) }
    }
    #expect(threads == [its, its, its])
  }

  @Test
  func `a descriptor's number that comes again is not told what was meant for its last owner`()
    async
  {
    let heard = await withCheckedContinuation { (answer: CheckedContinuation<[String], Never>) in
      EventLoop.shared.perform { Pipes(answer).begin() }
    }
    #expect(heard == ["one of two", "the new one, once it was written to"])
  }

  /// Two pipes become readable at once; whoever hears of one replaces the other one by a new pipe. Used on the loop's
  /// thread only.
  private final class Pipes: @unchecked Sendable {
    private let answer: CheckedContinuation<[String], Never>
    private var heard: [String] = []
    private var watches: [EventLoop.Watch] = []
    private var isWritten = false
    private var pipes: [(reading: Int32, writing: Int32)] = []

    init(_ answer: CheckedContinuation<[String], Never>) { self.answer = answer }

    func begin() {
      for place in 0..<2 { open { self.replace(1 - place) } }
      for pipe in pipes { write(pipe.writing, "x", 1) }
    }

    private func open(_ call: @escaping () -> Void) {
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      pipes.append((ends[0], ends[1]))
      guard let watch = EventLoop.shared.watch(ends[0], for: .reading, call) else {
        return answer.resume(returning: ["no watch: \(errno)"])
      }
      watches.append(watch)
    }

    private func end(_ place: Int) {
      watches[place].end()
      close(pipes[place].reading)
      close(pipes[place].writing)
    }

    private func replace(_ other: Int) {
      heard.append("one of two")
      end(other)
      open { [self] in
        heard.append("the new one, \(isWritten ? "once it was" : "before it was") written to")
        end(2)
        end(1 - other)
        answer.resume(returning: heard)
      }
      // Not told of again meanwhile.
      watches[1 - other].end()
      EventLoop.shared.at(.now + .milliseconds(20)) { [self] in
        isWritten = true
        write(pipes[2].writing, "x", 1)
      }
    }
  }
}
