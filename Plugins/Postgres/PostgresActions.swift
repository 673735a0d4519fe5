public import RunbookAction

/// The steps for PostgreSQL: `postgres.check`, `postgres.follows`, `postgres.discarded`, `postgres.fence`, `postgres.promote`.
public func postgresActions() -> [AnyAction] {
  [
    AnyAction(PostgresCheck()), AnyAction(PostgresFollows()), AnyAction(PostgresDiscarded()),
    AnyAction(Fence()), AnyAction(Promote()),
  ]
}
