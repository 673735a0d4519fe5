/// Steps that may start, lowest place first: a binary heap that holds each place once.
struct ReadyQueue: Sendable {
  private var heap: [Int] = []
  private var members: Set<Int> = []

  var first: Int? { heap.first }

  mutating func insert(_ place: Int) {
    guard members.insert(place).inserted else { return }
    heap.append(place)
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    guard let first = heap.first, let last = heap.popLast() else { return }
    members.remove(first)
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
