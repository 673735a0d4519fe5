import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookDriver

@Suite struct ObservationStoreTests {
  private let folder = TestFolder()
  private var store: ObservationStore { ObservationStore(folder.state) }

  private func observer(_ name: String = "front") -> Observer {
    Observer(
      name: name, check: CheckCall(uses: "test.check", with: .map([], nil)),
      every: .milliseconds(50), timeout: .seconds(1), decides: .service)
  }

  private func opening(_ environment: Plan.Source) throws -> ObservationStore.Opening {
    let source = try ValueEncoder().encode(environment)
    return try ValueDecoder().decode(
      ObservationStore.Opening.self,
      from: [
        "type": "observation_opened", "service": "shop", "runbook": source, "environment": source,
        "by": "alice", "host": "here", "toolVersion": "0",
        "observers": .list([ValueEncoder().encode(observer())]),
      ])
  }

  private let here = Plan.Source(name: "here", path: "/etc/here.yaml", sha256: "00")

  private func observing() throws -> ObservationStore.Observing {
    try store.begin(opening(here), at: moment(0))
  }

  /// One sample a second from `from` on, recorded as `lifeboat observe` would.
  private func watch(
    _ journal: JournalFile, _ track: inout ObserverTrack, _ states: [ObservedState],
    from: Int64
  ) throws {
    for (second, state) in states.enumerated() {
      let at = moment((from + Int64(second)) * 1000)
      track.take(.init(state, at: at, took: .zero, saw: state.rawValue), missed: 0)
      let report = track.report()
      try journal.append(
        event: ValueEncoder().encode(Event.observed(Observation([#require(report)]))), commands: [],
        at: at)
    }
    try journal.sync()
  }

  /// The file as if it had been written to at that moment of the test's time.
  private func touch(_ observing: ObservationStore.Observing, _ seconds: Int64) {
    var times = [timespec](
      repeating: timespec(tv_sec: Int(noon.nanoseconds / 1_000_000_000 + seconds), tv_nsec: 0),
      count: 2)
    utimensat(AT_FDCWD, "\(folder.state.path)/observed/shop/\(observing.id).jsonl", &times, 0)
  }

  private func outage(
    at seconds: Int64, in environment: Plan.Source? = nil
  ) throws -> ObservedOutage? {
    try store.outage(of: "shop", in: environment ?? here, now: moment(seconds * 1000).wall)
  }

  @Test func `an outage begins with the first bad answer, and one that is over is none`() throws {
    let observing = try observing()
    var track = ObserverTrack(observer())
    try watch(observing.journal, &track, [.good, .good, .bad, .bad], from: 0)
    touch(observing, 3)
    let found = try #require(try outage(at: 4))
    #expect(found.badSince == moment(2000).wall && found.lastGood == moment(1000).wall)
    #expect(found.observation == observing.id)
    try watch(observing.journal, &track, [.good], from: 4)
    touch(observing, 4)
    #expect(try outage(at: 5) == nil)
  }

  @Test func `a service that was well for a moment only is in the same outage`() throws {
    let observing = try observing()
    var track = ObserverTrack(observer())
    try watch(observing.journal, &track, [.good, .bad, .good, .good, .bad], from: 0)
    touch(observing, 4)
    #expect(try outage(at: 5)?.badSince == moment(1000).wall)
    let well = [ObservedState](repeating: .good, count: 40)
    try watch(observing.journal, &track, well + [.unknown], from: 5)
    touch(observing, 45)
    #expect(try outage(at: 46)?.badSince == moment(45_000).wall)
  }

  @Test func `an outage of another environment is not this one's, whatever their names`() throws {
    let observing = try observing()
    var track = ObserverTrack(observer())
    try watch(observing.journal, &track, [.good, .bad], from: 0)
    touch(observing, 1)
    let (path, hash) = (here.path, here.sha256)
    let same = [
      here, .init(name: "here", path: path, sha256: "edited since"),
      .init(name: "here", path: "/root/copy.yaml", sha256: hash),
    ]
    for environment in same { #expect(try outage(at: 2, in: environment) != nil) }
    let others: [Plan.Source] = [
      .init(name: "there", path: path, sha256: hash),
      .init(name: "here", path: "/tmp/lab-2.yaml", sha256: "11"),
    ]
    for environment in others { #expect(try outage(at: 2, in: environment) == nil) }
  }

  @Test func `an observation that nobody writes to any more is not even read`() throws {
    let observing = try observing()
    var track = ObserverTrack(observer())
    try watch(observing.journal, &track, [.good, .bad], from: 0)
    let path = "\(folder.state.path)/observed/shop/\(observing.id).jsonl"
    write(bytes(of: path) + Array("no record\n".utf8), to: path)
    touch(observing, 1)
    #expect(try outage(at: 90) == nil)
    // Read while it is fresh: a damaged one is an error, not "no outage".
    #expect(error { _ = try outage(at: 2) }?.kind == .damaged)
  }

  @Test func `a record whose content is not readable is an error, not a gap`() throws {
    let observing = try observing()
    var track = ObserverTrack(observer())
    try watch(observing.journal, &track, [.good, .bad], from: 0)
    try observing.journal.append(event: ["type": "observed"], commands: [], at: moment(2000))
    try observing.journal.sync()
    touch(observing, 2)
    let problem = error { _ = try outage(at: 2) }
    #expect(problem?.kind == .damaged && problem?.message.contains("record 3") == true)
  }

  @Test func `the next journal is begun only when all has been well for a while`() throws {
    let first = try observing()
    var track = ObserverTrack(observer())
    #expect(!ObservationStore.canTurn([track]))
    try watch(first.journal, &track, .init(repeating: .good, count: 20), from: 0)
    #expect(!ObservationStore.canTurn([track]))
    try watch(first.journal, &track, .init(repeating: .good, count: 20), from: 20)
    #expect(ObservationStore.canTurn([track]))
    touch(first, 39)

    // The next one begins with where the observer stands, and goes on from there.
    let second = try observing()
    try second.journal.append(
      event: ValueEncoder().encode(
        Event.observed(Observation([try #require(track.standing)]))), commands: [],
      at: moment(40_000))
    try watch(second.journal, &track, [.bad], from: 41)
    touch(second, 41)
    let found = try #require(try outage(at: 42))
    #expect(found.badSince == moment(41_000).wall && found.lastGood == moment(39_000).wall)
    #expect(!ObservationStore.canTurn([track]))
  }

  @Test func `a secret is masked before what was seen is cut`() {
    let vault = SecretVault(values: [SecretName("word"): Secret("s3cr3t-w0rd-of-the-lab")])
    for padding in 270...300 {
      let text = String(repeating: "x", count: padding) + "s3cr3t-w0rd-of-the-lab"
      let kept = vault.recorded(text)
      #expect(kept.count <= 300 && !kept.contains("s3cr"), "\(kept)")
    }
  }
}
