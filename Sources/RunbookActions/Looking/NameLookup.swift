import Dispatch
import Glibc
import RunbookAction
import Synchronization

/// A numeric address of a host, with its port, as the socket calls take it.
struct SocketAddress: Sendable, Hashable {
  var bytes: [UInt8]
  var family: Int32
  /// Numeric, without the port.
  var text: String

  init(bytes: [UInt8], family: Int32, text: String) {
    self.bytes = bytes
    self.family = family
    self.text = text
  }

  /// nil where it is no IPv4 address as inet_pton(3) reads it; for those the resolver need not be asked.
  init?(v4 host: String, _ port: UInt16) {
    var address = sockaddr_in()
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    self.init(bytes: withUnsafeBytes(of: address) { Array($0) }, family: AF_INET, text: host)
  }

  /// Addresses as people write them, with commas between: `192.0.2.7,2001:db8::7`, a v6 one also in brackets. nil where
  /// one of them is none.
  static func list(_ list: String, _ port: UInt16) -> [SocketAddress]? {
    var found: [SocketAddress] = []
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      let isBracketed = item.hasPrefix("[") && item.hasSuffix("]")
      let text = String(isBracketed ? item.dropFirst().dropLast() : item)
      guard let one = numeric(text, port) else { return nil }
      found += one
    }
    return found
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { raw in
      body(raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
    }
  }
}

/// Why a name gave no address.
enum LookupFailure: Error, Sendable, Equatable {
  case timedOut
  /// The resolver's own words.
  case failed(String)

  var message: String {
    switch self {
    case .timedOut: "the name servers did not answer in time"
    case .failed(let reason): reason
    }
  }
}

/// The addresses of a host, by the deadline.
///
/// The system's resolver cannot be stopped and may take half a minute: at the deadline it is left behind. One look-up
/// a name and port runs at a time, however often it is asked, so dead name servers cannot fill the host with threads.
nonisolated(nonsending) func addresses(
  of host: String, port: UInt16, until deadline: Deadline
) async -> Result<[SocketAddress], LookupFailure> {
  if let numeric = numeric(host, port) { return .success(numeric) }
  return await withCheckedContinuation { answer in
    lookups.ask(host, port, until: deadline) { answer.resume(returning: $0) }
  }
}

private typealias Answer = Result<[SocketAddress], LookupFailure>
private let lookups = Lookups()

private final class Lookups: Sendable {
  private struct Key: Hashable {
    var host: String
    var port: UInt16
  }
  private struct Waiter {
    var id: UInt64
    var answer: @Sendable (Answer) -> Void
  }
  private struct State {
    var lastID: UInt64 = 0
    var waiters: [Key: [Waiter]] = [:]
  }
  private static let limit = 32
  private let state = Mutex(State())
  private let timers = DispatchQueue(label: "lifeboat.lookup.timers")

  func ask(
    _ host: String, _ port: UInt16, until deadline: Deadline,
    _ answer: @escaping @Sendable (Answer) -> Void
  ) {
    let key = Key(host: host, port: port)
    let (id, isFirst) = state.withLock { state -> (UInt64?, Bool) in
      let isFirst = state.waiters[key] == nil
      if isFirst, state.waiters.count >= Self.limit { return (nil, false) }
      state.lastID += 1
      state.waiters[key, default: []].append(Waiter(id: state.lastID, answer: answer))
      return (state.lastID, isFirst)
    }
    guard let id else {
      return answer(.failure(.failed("\(Self.limit) earlier name look-ups have not ended yet")))
    }
    timers.asyncAfter(deadline: .now() + .milliseconds(deadline.milliseconds)) {
      self.giveUp(id, key)
    }
    guard isFirst else { return }
    onOwnThread {
      let found = resolve(host, port, AI_ADDRCONFIG)
      let waiters = self.state.withLock { $0.waiters.removeValue(forKey: key) ?? [] }
      for waiter in waiters { waiter.answer(found) }
    }
  }

  private func giveUp(_ id: UInt64, _ key: Key) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.waiters[key]?.firstIndex(where: { $0.id == id }) else { return nil }
      // The key stays as long as its look-up runs, even with nobody waiting.
      return state.waiters[key]?.remove(at: place)
    }
    waiter?.answer(.failure(.timedOut))
  }
}

/// nil where the host is no address but a name.
func numeric(_ host: String, _ port: UInt16) -> [SocketAddress]? {
  if let v4 = SocketAddress(v4: host, port) { return [v4] }
  return try? resolve(host, port, AI_NUMERICHOST).get()
}

private func resolve(_ host: String, _ port: UInt16, _ flags: Int32) -> Answer {
  var hints = addrinfo()
  hints.ai_flags = flags | AI_NUMERICSERV
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(host, String(port), &hints, &list)
  guard code == 0 else {
    let words =
      code == EAI_SYSTEM ? strerror(errno) : UnsafeMutablePointer(mutating: gai_strerror(code))
    return .failure(.failed(words.map { String(cString: $0) } ?? "error \(code)"))
  }
  defer { freeaddrinfo(list) }
  var found: [SocketAddress] = []
  var next = list
  while let entry = next, found.count < 8 {
    let address = entry.pointee.ai_addr!
    let bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen)))
    let one = SocketAddress(
      bytes: bytes, family: entry.pointee.ai_family,
      text: spoken(address, entry.pointee.ai_addrlen))
    if !found.contains(one) { found.append(one) }
    next = entry.pointee.ai_next
  }
  return .success(found)
}

private func spoken(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String {
  var text = [CChar](repeating: 0, count: 64)
  guard getnameinfo(address, length, &text, 64, nil, 0, NI_NUMERICHOST) == 0 else { return "?" }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
