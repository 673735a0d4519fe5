import RunbookAction
import RunbookModel

/// Counts what an old primary committed alone, which making it a standby again throws away.
struct PostgresDiscarded: CheckAction {
  struct Input: ActionInput {
    var old: PostgresNode
    var new: PostgresNode
    var timeline: Int64?

    static let fields: [Field] = [
      Field(
        "old", .object(PostgresNode.fields),
        "the old primary, which is to be rewound; its `waldump` reads its log", need: .required),
      Field("new", .object(PostgresNode.fields), "the primary that goes on", need: .required),
      Field(
        "timeline", .int,
        "the old primary's timeline, where it is not the one that the newest promotion left"),
    ]
  }

  let page = discardedPage

  func check(_ input: Input, in context: ReadContext) async -> Verdict {
    do throws(ActionFailure) {
      guard let words = input.old.waldump, !words.isEmpty else {
        return .cannotTell(
          Evidence(
            "\(input.old.address) has no 'waldump' command, so its log cannot be read: what is only "
              + "there is not known"))
      }
      let old = try input.old.target(in: context)
      let new = try input.new.target(in: context)
      async let oldLook = Look.at(old, in: context)
      let deadline = context.deadline
      let found = try await blocking { () throws(ActionFailure) in
        try Self.fork(of: new, input.timeline, by: deadline)
      }
      if let wrong = whyNotFinal(await oldLook, found.state) { return .cannotTell(Evidence(wrong)) }
      let source = LogReading.Source(
        words: words, timeline: found.branch.timeline, fork: found.branch.end,
        segmentSize: found.segmentSize)
      let outcome = await blocking { LogReading.read(source, by: deadline) }
      switch outcome {
      case .whole(let reading, let end):
        return .holds(Discarded(input.old.address, source, reading, end).evidence(in: context))
      case .unknown(let reason, let found):
        return .cannotTell(unknown(reason, found, source, input.old.address))
      }
    } catch {
      return .cannotTell(Evidence(error.message + (error.advice.map { "; \($0)" } ?? "")))
    }
  }

  private struct Fork: Sendable {
    var state: NodeState
    var branch: TimelineHistory.Branch
    var segmentSize: UInt64
  }

  /// Where the new primary's log left the old one's.
  private static func fork(
    of new: Target, _ timeline: Int64?, by deadline: Deadline
  ) throws(ActionFailure) -> Fork {
    let (session, state) = try Session.identified(new, by: deadline)
    try state.requireIdentity(new.systemIdentifier)
    guard !state.isInRecovery else {
      throw .refused(
        .precondition,
        "\(state.sentence): what is only elsewhere can be told beside a primary alone")
    }
    guard state.timeline > 1 else {
      throw .refused(
        .precondition,
        "\(state.sentence): it was never promoted, so there is no place where its log left another")
    }
    let (history, size) = try TimelineHistory.read(session, of: state.timeline)
    guard let branch = history.branch(timeline) else {
      throw .refused(
        .precondition,
        "\(state.sentence), and its history knows no timeline \(timeline ?? 0): it knows "
          + history.branches.map { String($0.timeline) }.joined(separator: ", "))
    }
    return Fork(state: state, branch: branch, segmentSize: size)
  }

  /// A server that still writes has not written all that will be thrown away; one of another cluster is not meant.
  private func whyNotFinal(_ look: Look, _ new: NodeState) -> String? {
    switch look {
    case .seen(let old, _):
      if old.systemIdentifier != new.systemIdentifier {
        return "\(old.sentence), and \(new.address) belongs to cluster \(new.systemIdentifier)"
      }
      if old.isWritable {
        return
          "\(old.sentence) and takes writes: what it will have written alone is not known before "
          + "it is stopped; stop it, or fence it, then look again"
      }
      return nil
    // It is usually down, and its log is read past it.
    case .unreachable, .failed: return nil
    }
  }

  private func unknown(
    _ reason: String, _ found: LogReading, _ source: LogReading.Source, _ address: String
  ) -> Evidence {
    let least =
      found.transactions > 0
      ? "at least \(Discarded.count(found.transactions)), and perhaps more" : "not known"
    return Evidence(
      "what \(address) committed alone after \(source.fork) (timeline \(source.timeline)) is "
        + "\(least): \(reason)",
      output: found.listing.isEmpty ? nil : Discarded.beginning(of: found.listing))
  }
}

/// What was found, in figures and in words.
struct Discarded: Sendable {
  private let address: String
  private let source: LogReading.Source
  private let reading: LogReading
  private let end: WALPosition

  init(
    _ address: String, _ source: LogReading.Source, _ reading: LogReading, _ end: WALPosition
  ) {
    self.address = address
    self.source = source
    self.reading = reading
    self.end = end
  }

  func evidence(in context: ReadContext) -> Evidence {
    var listing: Value = .unknown("there is nothing to list")
    var kept = ""
    if reading.transactions > 0 {
      (listing, kept) = keep(in: context)
    }
    let bytes = source.fork.behind(end)
    let times = reading.transactions == 0 ? "there is no commit" : "its times are not in UTC"
    let facts: ValueMap = [
      "transactions": .int(reading.transactions),
      "bytes": .int(bytes),
      "first_commit_at": reading.firstCommit.map { .timestamp($0) } ?? .unknown(times),
      "last_commit_at": reading.lastCommit.map { .timestamp($0) } ?? .unknown(times),
      "timeline": .int(source.timeline),
      "forked_at": .string(source.fork.description),
      "ends_at": .string(end.description),
      "sentence": .string(sentence),
      "attachment": listing,
    ]
    let lines = reading.listing
    return Evidence(
      "only \(address) has: \(sentence)\(kept)", facts: facts,
      output: lines.isEmpty ? nil : Self.beginning(of: lines))
  }

  private func keep(in context: ReadContext) -> (Value, String) {
    guard let keep = context.facts.keep else { return (.unknown("only a run keeps it"), "") }
    let more =
      reading.unlisted > 0 ? "... and \(Self.count(reading.unlisted)) more, not listed\n" : ""
    do throws(ActionFailure) {
      let hash = try keep(reading.listing.joined(separator: "\n") + "\n" + more)
      return (.string(hash), "; listed in the run's attachment \(hash)")
    } catch {
      return (.unknown(error.message), "; THE LISTING IS NOT KEPT: \(error.message)")
    }
  }

  /// For the person who must say whether it may be thrown away.
  private var sentence: String {
    let bytes = ByteCount.spoken(source.fork.behind(end))
    let place = "after \(source.fork) on timeline \(source.timeline)"
    if source.fork == end {
      return "nothing: its log ends where the other one goes on (\(source.fork))"
    }
    if reading.transactions == 0 { return "no committed transaction, in \(bytes) of log \(place)" }
    return "\(Self.count(reading.transactions)) in \(bytes) of log \(place), \(times)"
  }

  private var times: String {
    guard !reading.hasOddTime, let first = reading.firstCommit, let last = reading.lastCommit else {
      return "at times that cannot be read: let its waldump run with TZ=UTC"
    }
    if reading.transactions == 1 { return "committed at \(first)" }
    return "committed between \(first) and \(last)"
  }

  static func count(_ transactions: Int64) -> String {
    transactions == 1 ? "1 committed transaction" : "\(transactions) committed transactions"
  }

  /// As much as fits the record.
  static func beginning(of lines: [String]) -> String {
    let shown = lines.prefix(50).map { String($0.prefix(300)) }.joined(separator: "\n")
    return lines.count > 50 ? shown + "\n... and \(lines.count - 50) more" : shown
  }
}

let discardedPage = ActionPage(
  name: "postgres.discarded",
  summary: "Counts what an old PostgreSQL primary committed alone, which a rewind throws away",
  details: """
    Reads from the new primary's timeline history where its log left the old one's, then what stands after \
    that in the old primary's log: committed transactions (autovacuum's own are among them), bytes of log, \
    the time of the first commit and of the last. It changes nothing and needs no running old primary: \
    pg_waldump is run by the command `waldump` of the node.

    It holds when all of that log was read, whatever the figures are. It cannot tell, and the step fails, \
    when anything of it could not be read: a missing segment, another timeline, damage, a log that ends \
    before the fork, a command that fails or prints something else. Then it says how much was found at \
    least. It cannot tell either while the old server takes writes: more would follow.

    The end of the log: pg_waldump always ends with an error. That it met zeros, or a page that was not \
    written, counts as the end when neither the next page nor the last of that segment holds a record. Anything \
    else, a torn last record too, is not told from damage and counts as unknown.

    The commits are listed in the run's attachments (at most 8 MiB), under the SHA-256 in `attachment`; the \
    first 50 stand in the record.

    The role on the new primary needs pg_monitor and execute on pg_read_binary_file(text), one of the four \
    functions that the role of pg_rewind needs as well; no replication right.

    It cannot see whether the folder that `waldump` reads is the old primary's, what that server wrote on \
    another timeline of its own, and what the transactions meant.
    """,
  kind: .check,
  fields: PostgresDiscarded.Input.fields,
  outputs: [
    Output("transactions", .int, "committed there and not on the new primary"),
    Output("bytes", .int, "of its log after the fork"),
    Output("first_commit_at", .timestamp, "of them; unknown when there is none"),
    Output("last_commit_at", .timestamp, "of them; unknown when there is none"),
    Output("timeline", .int, "the old primary's"),
    Output("forked_at", .string, "where the new primary's log left it"),
    Output("ends_at", .string, "where it ends"),
    Output("sentence", .string, "all of that for a person"),
    Output(
      "attachment", .string, "SHA-256 of the attachment that lists them; unknown when none is kept"),
  ],
  timeout: .seconds(60),
  expected: .seconds(1),
  undo: .notNeeded,
  byHand: """
    On the new primary ({new}): psql -Atc "select pg_walfile_name(pg_current_wal_lsn())"   # its first 8 digits: T
    cat PGDATA/pg_wal/T.history          # last line: the old timeline, and the place where it was left
    On the machine of the old primary ({old}), with its server stopped:
    pg_waldump -p PGDATA/pg_wal -t OLD_TIMELINE -s PLACE -r Transaction | grep -c 'desc: COMMIT'
    # it must end with 'invalid record length at ...: wanted 24, got 0'; anything else: not all was read
    """)
