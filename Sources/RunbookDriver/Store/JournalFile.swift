internal import Glibc
package import RunbookJournal
package import RunbookModel
internal import Synchronization

/// The journal that a run is written to: records go in at the end, and `sync` makes them durable.
///
/// - `append` keeps the record in memory; `flush` hands it to the system (survives the end of this
///   process); `sync` returns when it is on disk (survives the end of the machine).
/// - A write for which there is no room leaves the file as it was; the records stay in memory and
///   the same call may be made again. After a sync that failed nobody knows what the disk holds, so
///   the journal takes nothing more.
/// - A signed checkpoint follows what is durable, at most every 250 ms, and exactly at `seal` and
///   `close`.
///
/// Safe to use from several threads: `sync` does not hold up an `append`.
package final class JournalFile: Sendable {
  package let path: String
  private let file: OpenFile
  private let checkpoint: CheckpointFile
  private let makeDurable: @Sendable (OpenFile) throws(StoreError) -> Void
  private let state: Mutex<State>
  private let syncing = Mutex<Void>(())

  /// Records that may wait in memory; one more is written out first.
  static let bufferLimit = 1 << 20
  static let checkpointInterval = Duration.milliseconds(250)

  private struct State {
    /// Whole lines that are not in the file yet.
    var waiting: [UInt8] = []
    var line: [UInt8] = []
    var tree: MerkleTree
    var head: RecordHash
    /// The tree and head of what is in the file, and where it ends.
    var written: Mark
    /// How many records are on disk.
    var durable: Int
    var sealed: Int
    var sealedAt: Duration?
    var lastAt: Duration = .zero
    var death: StoreError?
  }

  private struct Mark {
    var tree: MerkleTree
    var head: RecordHash
    var offset: Int
  }

  /// An empty journal where nothing else is said.
  init(
    _ file: OpenFile, checkpoint: CheckpointFile, tree: MerkleTree = MerkleTree(),
    head: RecordHash = MerkleTree.emptyRoot, offset: Int = 0, sealed: Int = 0,
    makeDurable: @escaping @Sendable (OpenFile) throws(StoreError) -> Void = {
      file throws(StoreError) in try file.makeDurable()
    }
  ) {
    path = file.path
    self.makeDurable = makeDurable
    self.file = file
    self.checkpoint = checkpoint
    state = Mutex(
      State(
        tree: tree, head: head, written: Mark(tree: tree, head: head, offset: offset),
        durable: tree.size, sealed: sealed))
  }

  /// Records appended so far, durable or not.
  package var count: Int { state.withLock { $0.tree.size } }
  package var root: RecordHash { state.withLock { $0.tree.root } }

  /// Adds a record in memory and returns its number.
  @discardableResult
  package func append(
    event: Value, commands: [Value], at moment: Moment
  ) throws(StoreError) -> Int {
    try append(
      at: moment, event: JSONText.write(event), commands: JSONText.write(.list(commands)))
  }

  /// The same, from the JSON of the event and of the list of commands.
  @discardableResult
  package func append(
    at moment: Moment, event: [UInt8], commands: [UInt8]
  ) throws(StoreError) -> Int {
    try state.withLock { (state) throws(StoreError) in
      if let death = state.death { throw death }
      if state.waiting.count > Self.bufferLimit { try write(&state) }
      let seq = state.tree.size
      // The zero byte in front makes the line the input of its own leaf hash.
      state.line.removeAll(keepingCapacity: true)
      state.line.append(0)
      Record.appendLine(
        seq: seq, at: moment, prev: state.head, event: event, commands: commands, to: &state.line)
      guard state.line.count <= Record.maximumLineBytes else {
        throw StoreError(
          .tooLarge,
          "record \(seq) of \(path) would have \(state.line.count) bytes; "
            + "the limit is \(Record.maximumLineBytes)"
        )
      }
      state.head = MerkleTree.leaf(prefixed: state.line)
      state.tree.append(leaf: state.head)
      state.waiting += state.line.dropFirst()
      state.waiting.append(0x0A)
      state.lastAt = moment.monotonic
      return seq
    }
  }

  /// Hands all records to the system: they survive the end of this process, and others can read
  /// them.
  package func flush() throws(StoreError) {
    try state.withLock { (state) throws(StoreError) in try write(&state) }
  }

  /// Returns when every record appended before the call is on disk.
  ///
  /// One at a time: the system tells of a lost write only once, and whoever waited finds its records already there.
  package func sync() throws(StoreError) {
    try syncing.withLock { _ throws(StoreError) in
      let mark = try state.withLock { (state) throws(StoreError) -> Mark? in
        try write(&state)
        return state.written.tree.size > state.durable ? state.written : nil
      }
      guard let mark else { return }
      do throws(StoreError) { try makeDurable(file) } catch { throw die(error) }
      state.withLock { state in becameDurable(mark, &state) }
    }
  }

  private func becameDurable(_ mark: Mark, _ state: inout State) {
    state.durable = mark.tree.size
    if let last = state.sealedAt, state.lastAt >= last,
      state.lastAt - last < Self.checkpointInterval
    {
      return
    }
    // The records are safe. A checkpoint that could not be replaced is tried again at the next sync,
    // and `seal` reports it.
    try? seal(mark, &state, durable: false)
  }

  /// Makes everything durable and covered by a signature: before a run holds, and when it ends.
  package func seal() throws(StoreError) {
    try sync()
    try state.withLock { (state) throws(StoreError) in
      guard state.durable == state.written.tree.size else { return }
      try seal(state.written, &state, durable: true)
    }
  }

  private func seal(_ mark: Mark, _ state: inout State, durable: Bool) throws(StoreError) {
    guard mark.tree.size >= state.sealed else { return }
    try checkpoint.write(size: mark.tree.size, root: mark.tree.root, head: mark.head, durable)
    state.sealed = mark.tree.size
    state.sealedAt = state.lastAt
  }

  private func write(_ state: inout State) throws(StoreError) {
    if let death = state.death { throw death }
    guard !state.waiting.isEmpty else { return }
    do throws(StoreError) {
      try file.write(state.waiting, at: state.written.offset)
    } catch {
      guard ftruncate(file.descriptor, off_t(state.written.offset)) == 0 else {
        state.death = Self.dead(path, .system("cannot cut the half-written end of", path))
        throw state.death ?? error
      }
      throw error
    }
    state.written = Mark(
      tree: state.tree, head: state.head, offset: state.written.offset + state.waiting.count)
    state.waiting.removeAll(keepingCapacity: true)
  }

  private func die(_ cause: StoreError) -> StoreError {
    let death = Self.dead(path, cause)
    state.withLock { $0.death = death }
    return death
  }

  private static func dead(_ path: String, _ cause: StoreError) -> StoreError {
    StoreError(
      .dead,
      "\(cause.message); what the disk now holds is not known, so nothing more is written to it",
      advice: "check the disk, then continue the run with: lifeboat resume")
  }
}
