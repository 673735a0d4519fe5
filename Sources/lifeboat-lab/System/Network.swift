import CLab
import Glibc

/// An IPv4 address and a port: `127.0.1.10:25432`.
struct Endpoint: Codable, Hashable, Sendable, CustomStringConvertible {
  var address: String
  var port: UInt16

  var description: String { "\(address):\(port)" }

  init(_ address: String, _ port: UInt16) {
    self.address = address
    self.port = port
  }

  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else { return nil }
    var parsed = in_addr()
    guard inet_pton(AF_INET, String(parts[0]), &parsed) == 1 else { return nil }
    self.init(String(parts[0]), port)
  }

  var inet: sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, self.address, &address.sin_addr)
    return address
  }
}

let streamSocket = Int32(SOCK_STREAM.rawValue)
let datagramSocket = Int32(SOCK_DGRAM.rawValue)
let nonBlocking = lab_non_blocking
let closedOnExec = lab_closed_on_exec
let noSignal = lab_no_signal
let noWait = lab_no_wait

/// A blocking socket whose every operation ends by its deadline.
final class Wire {
  enum Failure: Error, Equatable {
    case refused(Int32)
    case timedOut
    case closed
  }

  let descriptor: Int32

  deinit { close(descriptor) }

  /// Opens a TCP connection, or a UDP socket that speaks to one peer only.
  init(to endpoint: Endpoint, datagrams: Bool = false, by deadline: Double) throws(Failure) {
    let kind = datagrams ? datagramSocket : streamSocket
    let descriptor = socket(AF_INET, kind | nonBlocking | closedOnExec, 0)
    guard descriptor >= 0 else { throw .refused(errno) }
    self.descriptor = descriptor
    if !datagrams {
      var on: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }
    let result = withSocketAddress(endpoint) { connect(descriptor, $0, $1) }
    if result == 0 { return }
    guard errno == EINPROGRESS else { throw .refused(errno) }
    try ready(POLLOUT, by: deadline)
    var number: Int32 = 0
    var size = socklen_t(4)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
    if number != 0 { throw .refused(number) }
  }

  /// Opens a connection to a socket file; the path may be longer than the kernel's limit of 107 bytes.
  init(toFile path: String) throws(Failure) {
    let descriptor = socket(AF_UNIX, streamSocket | closedOnExec, 0)
    guard descriptor >= 0 else { throw .refused(errno) }
    self.descriptor = descriptor
    let result = withSocketFile(path) { connect(descriptor, $0, $1) }
    if result != 0 { throw .refused(errno) }
  }

  func send(_ bytes: [UInt8], by deadline: Double) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, noSignal | noWait)
      }
      if count > 0 {
        done += count
      } else if errno == EAGAIN {
        try ready(POLLOUT, by: deadline)
      } else {
        throw .refused(errno)
      }
    }
  }

  /// What came next; empty when the other side has closed.
  func receive(by deadline: Double, atMost limit: Int = 65536) throws(Failure) -> [UInt8] {
    try ready(POLLIN, by: deadline)
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &buffer, limit, 0)
    guard count >= 0 else { throw .refused(errno) }
    return Array(buffer[..<count])
  }

  /// All until the other side closes.
  func receiveAll(by deadline: Double, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < limit {
      let more = try receive(by: deadline)
      if more.isEmpty { break }
      all += more
    }
    return all
  }

  private func ready(_ events: Int32, by deadline: Double) throws(Failure) {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    while true {
      let left = deadline - monotonicSeconds()
      if left <= 0 { throw .timedOut }
      let count = poll(&entry, 1, Int32(min(left * 1000, 60_000).rounded(.up)))
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .refused(errno) }
    }
  }
}

func withSocketAddress<Result>(
  _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = endpoint.inet
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

/// The path goes through an open folder, because the kernel allows a socket's path only 107 bytes.
func withSocketFile<Result>(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  let slash = path.lastIndex(of: "/") ?? path.startIndex
  let folder = open(String(path[..<slash]), lab_path_only | O_DIRECTORY | O_CLOEXEC)
  defer { if folder >= 0 { close(folder) } }
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let short = Array("/proc/self/fd/\(folder)\(path[slash...])".utf8.prefix(107))
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}

/// A listening TCP socket.
func listen(on endpoint: Endpoint) throws -> Int32 {
  let descriptor = socket(AF_INET, streamSocket | nonBlocking | closedOnExec, 0)
  guard descriptor >= 0 else { throw LabError.system("no socket", errno) }
  var on: Int32 = 1
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
  guard withSocketAddress(endpoint, { bind(descriptor, $0, $1) }) == 0,
    Glibc.listen(descriptor, 128) == 0
  else {
    let number = errno
    close(descriptor)
    throw LabError.system("\(endpoint) cannot be listened on", number)
  }
  return descriptor
}

/// A listening socket file that its owner alone can use.
func listen(onFile path: String) throws -> Int32 {
  unlink(path)
  let descriptor = socket(AF_UNIX, streamSocket | closedOnExec, 0)
  guard descriptor >= 0 else { throw LabError.system("no socket", errno) }
  let mask = umask(0o077)
  defer { umask(mask) }
  guard withSocketFile(path, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 64) == 0
  else {
    let number = errno
    close(descriptor)
    throw LabError.system("\(path) cannot be listened on", number)
  }
  return descriptor
}
