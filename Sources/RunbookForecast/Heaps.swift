/// Places of steps, the least first.
struct PlaceHeap {
  private var places: [Int] = []

  var first: Int? { places.first }

  mutating func insert(_ place: Int) {
    places.append(place)
    var child = places.count - 1
    while child > 0, places[child] < places[(child - 1) / 2] {
      places.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    guard let last = places.popLast(), !places.isEmpty else { return }
    places[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < places.count && places[child] < places[least] { least = child }
      if least == parent { return }
      places.swapAt(parent, least)
      parent = least
    }
  }
}

/// What comes next, the earliest first; at one time, the first step of the plan.
struct TimeHeap {
  enum Kind {
    case answered
    case worked
  }
  struct Entry {
    var time: Double
    var place: Int
    var kind: Kind

    func comes(before other: Entry) -> Bool {
      time < other.time || time == other.time && place < other.place
    }
  }
  private var entries: [Entry] = []

  mutating func push(_ time: Double, _ place: Int, _ kind: Kind) {
    entries.append(Entry(time: time, place: place, kind: kind))
    var child = entries.count - 1
    while child > 0, entries[child].comes(before: entries[(child - 1) / 2]) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Entry? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < entries.count, entries[left].comes(before: entries[least]) { least = left }
      if left + 1 < entries.count, entries[left + 1].comes(before: entries[least]) {
        least = left + 1
      }
      if least == parent { return first }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
