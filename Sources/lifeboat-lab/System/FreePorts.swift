import Glibc

/// Finds ports that nobody uses, outside the range from which the kernel takes ports for outgoing connections.
///
/// Between the look and the server's start somebody else may take one: then the server says so and `up` tries again.
struct FreePorts {
  private var next = UInt16.random(in: 12_000..<31_000)
  private var left = 2000

  /// One port that is free, for TCP and UDP, on every one of the addresses.
  mutating func find(on addresses: [String]) throws -> UInt16 {
    while left > 0 {
      left -= 1
      let port = next
      next = next >= 31_900 ? 12_000 : next + 1
      if addresses.allSatisfy({ isFree(Endpoint($0, port)) }) { return port }
    }
    throw LabError("No free port was found on \(addresses.joined(separator: ", ")).")
  }

  private func isFree(_ endpoint: Endpoint) -> Bool {
    for kind in [streamSocket, datagramSocket] {
      let descriptor = socket(AF_INET, kind | closedOnExec, 0)
      defer { close(descriptor) }
      guard withSocketAddress(endpoint, { bind(descriptor, $0, $1) }) == 0 else { return false }
    }
    return true
  }
}
