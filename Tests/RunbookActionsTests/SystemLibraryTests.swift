import ActionConformance
import CLazyLibrary
import Glibc
import RunbookAction
import RunbookModel
import Testing

/// Libraries of the system's that are loaded when they are first used.
@Suite struct SystemLibraryTests {
  @Test func `a library is loaded with all of its functions, by many threads at once`() async {
    for _ in 0..<20 {
      let library = Library("libm.so.6", ["cos", "sin", "tan"])
      let reasons = await withTaskGroup(of: String?.self) { group in
        for _ in 0..<8 { group.addTask { library.missing() } }
        return await group.reduce(into: [String?]()) { $0.append($1) }
      }
      #expect(reasons == Array(repeating: nil, count: 8))
      #expect(library.found == 3)
    }
  }

  @Test func `a library that is not there is named, each time it is asked for`() {
    let library = Library("liblifeboat-has-none.so.7", ["cos"])
    for _ in 0..<2 {
      #expect(library.missing()?.contains("liblifeboat-has-none.so.7: cannot open") == true)
    }
    #expect(library.found == 0)
  }

  @Test func `a library that lacks one function cannot be used, and the function is named`() {
    let library = Library("libm.so.6", ["cos", "lifeboat_has_none"])
    #expect(library.missing()?.contains("undefined symbol: lifeboat_has_none") == true)
    #expect(library.missing() != nil)
  }

  @Test func `what is missing is an error that says what to install and that nothing was done`()
    throws
  {
    let library = Library("liblifeboat-has-none.so.7", ["cos"])
    let needed = SystemLibrary("none", package: "libnone7") { library.words() }
    let failure = try #require(throws: ActionFailure.self) { try needed.require() }
    #expect(failure.effect == .unchanged(retryable: false) && failure.kind == .precondition)
    #expect(failure.message.contains("none cannot be loaded on this machine"))
    #expect(failure.message.contains("nothing was asked or sent: liblifeboat-has-none.so.7: "))
    #expect(failure.message.contains("libnone7"))
  }

  @Test func `a change that cannot be read for want of a library is not called a broken record`()
    async throws
  {
    guard case .change(let change) = AnyAction(Wanting()).body else { throw WrongKind() }
    let failure = try await #require(throws: ActionFailure.self) {
      try await change.apply(.map([:]), contexts().write())
    }
    #expect(failure == Wanting.failure)
    guard case .cannotTell(let evidence) = await change.verify(.map([:]), contexts().read()) else {
      Issue.record("it verified what it cannot read")
      return
    }
    #expect(evidence.summary == Wanting.failure.message)
  }
}

/// A lazy library with places of its own, which are never given back.
private final class Library: @unchecked Sendable {
  private let library = UnsafeMutablePointer<lazy_library>.allocate(capacity: 1)
  private let places: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let count: Int

  init(_ soname: String, _ names: [String]) {
    count = names.count
    places = .allocate(capacity: count)
    places.initialize(repeating: nil, count: count)
    let functions = UnsafeMutablePointer<lazy_function>.allocate(capacity: count)
    for (index, name) in names.enumerated() {
      (functions + index).initialize(to: lazy_function(name: strdup(name), place: places + index))
    }
    library.initialize(
      to: lazy_library(soname: strdup(soname), functions: functions, count: count, is_loaded: 0))
  }

  func words() -> UnsafePointer<CChar>? { lazy_library_missing(library) }
  func missing() -> String? { words().map { String(cString: $0) } }
  var found: Int { (0..<count).count { places[$0] != nil } }
}

/// An action whose changes can be read with a library only that is not there.
private struct Wanting: StepAction {
  static let failure = ActionFailure.refused(.precondition, "the library is not there")

  struct Input: ActionInput { static let fields: [Field] = [] }
  struct Change: Codable, Equatable, Sendable {
    init() {}
    init(from decoder: any Decoder) throws { throw Wanting.failure }
  }

  let page = ActionPage(
    name: "test.wanting", summary: "Wants a library", details: "", kind: .change, fields: [],
    timeout: .seconds(1), expected: .zero, undo: .notNeeded, byHand: "")

  func plan(_: Input, in _: ReadContext) async throws(ActionFailure) -> Planned<Change> {
    .change(Change(), Preview(saw: [], does: ["nothing"], fidelity: .observed))
  }
  func apply(_: Change, in _: WriteContext) async throws(ActionFailure) -> Evidence {
    Evidence("done")
  }
  func verify(_: Change, in _: ReadContext) async -> Verdict { .holds(Evidence("done")) }
}
