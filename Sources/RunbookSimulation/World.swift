import RunbookEngine
import RunbookModel

/// The modelled world: for each step whether its change is in place, and what that makes of writers and traffic.
///
/// Changes are made at once and whole; two servers or one record are the same to it. What a product does on the way is
/// for the product's own tests.
struct World: Sendable {
  private(set) var isInPlace: [Bool]
  /// The step has not lied, and nobody ordered what nothing could look at. Only then is the run to answer for it.
  private(set) var isTrusted: [Bool]
  private var stores: [String: Store] = [:]

  /// One data store: its old primary, and what was promoted.
  private struct Store: Sendable {
    var fences = 0
    var promoted = 0
    var writers: Int { (fences > 0 ? 0 : 1) + promoted }
  }
  /// Fences and promotions that have lied or were waved through: what they mean for writers the run cannot know.
  private var doubted: Set<Int> = []
  private var wasTakenBack: [Bool]
  /// A person ended the run where it stood: how things stand then is theirs to know.
  private var isAborted = false

  init(_ model: Model) {
    isInPlace = Array(repeating: false, count: model.parts.count)
    isTrusted = Array(repeating: true, count: model.parts.count)
    wasTakenBack = Array(repeating: false, count: model.parts.count)
  }

  private var areWritersTrusted: Bool { doubted.isEmpty }

  /// From here on the run knows less of this step than it can be asked to answer for.
  mutating func distrust(_ place: Int, _ model: Model) {
    isTrusted[place] = false
    waveThrough(place, model)
  }

  /// The run has looked and was told the truth: it answers for the step again.
  mutating func trust(_ place: Int) {
    isTrusted[place] = true
    doubted.remove(place)
  }

  /// A person let the run go on without this step: what that means for writers is theirs to know.
  mutating func waveThrough(_ place: Int, _ model: Model) {
    if !model.parts[place].traits.isDisjoint(with: [.fences, .promotes]) { doubted.insert(place) }
  }

  mutating func abort() { isAborted = true }

  mutating func make(_ place: Int, _ model: Model) -> (Invariant, String)? {
    let step = model.plan.steps[place]
    let part = model.parts[place]
    if isInPlace[place] {
      guard !step.isRepeatable, isTrusted[place] else { return nil }
      return (.oneEffect, "the change of '\(step.id)' was made a second time")
    }
    isInPlace[place] = true
    wasTakenBack[place] = false
    if part.traits.contains(.fences) { stores[part.store, default: Store()].fences += 1 }
    if part.traits.contains(.promotes) {
      stores[part.store, default: Store()].promoted += 1
      if writers(part) > 1, areWritersTrusted {
        return (.oneWriter, "'\(step.id)' made a second server writable")
      }
    }
    if model.hasPromotion, areWritersTrusted,
      !part.traits.isDisjoint(with: [.movesNames, .movesTraffic]),
      stores.values.contains(where: { $0.writers < 1 })
    {
      return (.writerBeforeTraffic, "'\(step.id)' moved customers while nothing is writable")
    }
    return nil
  }

  private func writers(_ part: Model.Part) -> Int { stores[part.store]?.writers ?? 1 }

  mutating func takeBack(_ place: Int, _ model: Model) -> (Invariant, String)? {
    guard isInPlace[place] else { return nil }
    isInPlace[place] = false
    wasTakenBack[place] = true
    let part = model.parts[place]
    if part.traits.contains(.promotes) { stores[part.store]?.promoted -= 1 }
    if part.traits.contains(.fences) {
      stores[part.store]?.fences -= 1
      if writers(part) > 1, areWritersTrusted {
        return (
          .oneWriter,
          "undoing '\(model.plan.steps[place].id)' made a second server writable"
        )
      }
    }
    return nil
  }

  /// A move of customers that was taken back for good, although the site that they came from can write no more: the
  /// fence and the promotion before the move stand. While a run takes back, last first, that is so for a while.
  func stranded(_ model: Model) -> Int? {
    guard areWritersTrusted, !isAborted else { return nil }
    func stands(_ trait: ActionTrait, before place: Int) -> Bool {
      (0..<place).contains { isInPlace[$0] && model.parts[$0].traits.contains(trait) }
    }
    return isInPlace.indices.first { place in
      wasTakenBack[place] && isTrusted[place]
        && !model.parts[place].traits.isDisjoint(with: [.movesNames, .movesTraffic])
        && stands(.fences, before: place) && stands(.promotes, before: place)
    }
  }
}
