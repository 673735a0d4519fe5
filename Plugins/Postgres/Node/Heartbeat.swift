import RunbookModel

/// A table whose newest time the primary keeps renewing: the one measure of lag that a silent link cannot fake.
struct Heartbeat: Codable, Equatable, Sendable {
  var table: String
  var column: String

  static let field = Field(
    "heartbeat",
    .object([
      Field("table", .string, "the table, with its schema where it needs one", need: .required),
      Field("column", .string, "its timestamptz column", need: .required),
    ]),
    "a table whose newest time the primary renews all the time, for example every second; "
      + "without it lag is estimated from the replication itself")

  /// The newest beat that has arrived here.
  func newest(_ session: Session) throws(QueryTrouble) -> Known<Timestamp> {
    let table = table.split(separator: ".").map { Self.quoted(String($0)) }.joined(separator: ".")
    let row = try session.row(
      """
      select to_char(max(\(Self.quoted(column))) at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as newest from \(table)
      """)
    guard let newest = row.time("newest") else {
      return .unknown("the heartbeat table \(self.table) is empty")
    }
    return .known(newest)
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
