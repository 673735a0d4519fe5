public import RunbookModel

/// An action without its types: what the registry holds and the driver calls. Inputs and changes are values.
public struct AnyAction: Sendable {
  public let page: ActionPage
  public let body: Body

  public enum Body: Sendable {
    case check(Check)
    case change(Change)
    case person(Person)
  }

  public struct Check: Sendable {
    /// Reads the input once, for as many looks as are wanted.
    public let prepared: @Sendable (Value) -> Prepared
    /// Looks where its caller is: a sample is over in less time than some hops between executors take.
    public typealias Prepared = nonisolated(nonsending) @Sendable (ReadContext) async -> Verdict

    public func callAsFunction(_ input: Value, _ context: ReadContext) async -> Verdict {
      await prepared(input)(context)
    }
  }
  public typealias Person = @Sendable (Value) throws(ActionFailure) -> PersonRequest

  public struct Change: Sendable {
    public let plan: @Sendable (Value, ReadContext) async throws(ActionFailure) -> Planned<Value>
    public let apply: @Sendable (Value, WriteContext) async throws(ActionFailure) -> Evidence
    public let verify: @Sendable (Value, ReadContext) async -> Verdict
    public let undo: (@Sendable (Value, WriteContext) async throws(ActionFailure) -> Evidence)?
    /// What `undo` would do, in words; there where `undo` is.
    public let wayBack: (@Sendable (Value) throws(ActionFailure) -> WayBack)?
  }

  public init<Action: CheckAction>(_ action: Action) {
    page = action.page
    let name = action.page.name
    body = .check(
      Check { input in
        do throws(ActionFailure) {
          let decoded = try decodeInput(Action.Input.self, from: input, of: name)
          let names = changeSecrets(in: Action.Input.fields, input)
          return { await action.check(decoded, in: $0.guarding(names)) }
        } catch {
          return { [message = error.message] _ in .cannotTell(Evidence(message)) }
        }
      })
  }

  public init<Action: PersonAction>(_ action: Action) {
    page = action.page
    let name = action.page.name
    body = .person { input throws(ActionFailure) in
      try action.request(decodeInput(Action.Input.self, from: input, of: name))
    }
  }

  public init<Action: StepAction>(_ action: Action) {
    self.init(action, undo: nil, wayBack: nil)
  }

  public init<Action: UndoableAction>(_ action: Action) {
    let name = action.page.name
    self.init(action) { change, context throws(ActionFailure) in
      try await action.undo(decodeChange(Action.Change.self, from: change, of: name), in: context)
    } wayBack: { change throws(ActionFailure) in
      action.wayBack(try decodeChange(Action.Change.self, from: change, of: name))
    }
  }

  private init<Action: StepAction>(
    _ action: Action,
    undo: (@Sendable (Value, WriteContext) async throws(ActionFailure) -> Evidence)?,
    wayBack: (@Sendable (Value) throws(ActionFailure) -> WayBack)?
  ) {
    page = action.page
    let name = action.page.name
    body = .change(
      Change(
        plan: { input, context throws(ActionFailure) in
          let decoded = try decodeInput(Action.Input.self, from: input, of: name)
          let guarded = context.guarding(changeSecrets(in: Action.Input.fields, input))
          switch try await action.plan(decoded, in: guarded) {
          case .change(let change, let preview):
            return .change(try encodeChange(change, of: name), preview)
          case .alreadyInPlace(let evidence): return .alreadyInPlace(evidence)
          case .impossible(let failure): return .impossible(failure)
          case .unknown(let reason): return .unknown(until: reason)
          }
        },
        apply: { change, context throws(ActionFailure) in
          try await action.apply(
            decodeChange(Action.Change.self, from: change, of: name), in: context)
        },
        verify: { change, context in
          do throws(ActionFailure) {
            let decoded = try decodeChange(Action.Change.self, from: change, of: name)
            return await action.verify(decoded, in: context)
          } catch {
            return .cannotTell(Evidence(error.message))
          }
        },
        undo: undo, wayBack: wayBack))
  }
}

/// The actions of this program by name: built in main, passed down.
public struct ActionRegistry: Sendable {
  public let actions: [String: AnyAction]
  public let catalogue: ActionCatalogue

  public init(_ actions: [AnyAction]) {
    var named: [String: AnyAction] = [:]
    for action in actions where named[action.page.name] == nil { named[action.page.name] = action }
    self.actions = named
    catalogue = ActionCatalogue(actions.map(\.page))
  }

  public subscript(name: String) -> AnyAction? { actions[name] }
}

private func decodeInput<Input: Decodable>(
  _ type: Input.Type, from value: Value, of name: String
) throws(ActionFailure) -> Input {
  do {
    return try ValueDecoder().decode(type, from: value)
  } catch let failure as ActionFailure {
    throw failure
  } catch {
    throw .refused(.input, "the input of \(name) cannot be read: \(reason(error))")
  }
}

private func decodeChange<Change: Decodable>(
  _ type: Change.Type, from value: Value, of name: String
) throws(ActionFailure) -> Change {
  do {
    return try ValueDecoder().decode(type, from: value)
  } catch let failure as ActionFailure {
    // It is not the record's fault: what it takes to read it is not there.
    throw failure
  } catch {
    throw .refused(
      .input, "the recorded change of \(name) cannot be read: \(reason(error))",
      advice: "it was recorded by another version of lifeboat; use that version")
  }
}

private func encodeChange(
  _ change: some Encodable, of name: String
) throws(ActionFailure) -> Value {
  do {
    return try ValueEncoder().encode(change)
  } catch {
    throw .refused(.input, "the change of \(name) cannot be recorded: \(reason(error))")
  }
}

private func reason(_ error: any Error) -> String {
  switch error {
  case let error as DecodingError:
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      return context.debugDescription
    @unknown default: return String(describing: error)
    }
  case EncodingError.invalidValue(_, let context): return context.debugDescription
  default: return String(describing: error)
  }
}

extension ReadContext {
  /// Withholds these secrets from who only looks.
  fileprivate func guarding(_ names: Set<SecretName>) -> ReadContext {
    names.isEmpty ? self : keeping(names)
  }
}

/// The secrets that stand in fields for changes only.
private func changeSecrets(in fields: [Field], _ input: Value) -> Set<SecretName> {
  var names = Set<SecretName>()
  collectChangeSecrets(.object(fields), input, into: &names)
  return names
}

private func collectChangeSecrets(
  _ type: FieldType, _ value: Value, into names: inout Set<SecretName>
) {
  switch (type, value) {
  case (.secret(forChangesOnly: true), .secret(let name)): names.insert(name)
  case (.object(let fields), .map(let map)):
    for field in fields {
      if let value = map[field.name] { collectChangeSecrets(field.type, value, into: &names) }
    }
  case (.list(let type), .list(let items)):
    for item in items { collectChangeSecrets(type, item, into: &names) }
  case (.map(let type), .map(let map)):
    for entry in map { collectChangeSecrets(type, entry.value, into: &names) }
  case (.either(let types), _):
    for type in types { collectChangeSecrets(type, value, into: &names) }
  default: break
  }
}
