public import RunbookAction

/// The steps for PostgreSQL: `postgres.check`, `postgres.fence`, `postgres.promote`, `postgres.follows`.
public func postgresActions() -> [AnyAction] {
  [
    AnyAction(PostgresCheck())
  ]
}
