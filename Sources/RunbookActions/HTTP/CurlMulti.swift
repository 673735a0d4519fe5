import CLibCurl
import RunbookAction

/// The transfers of one event loop, all driven by its thread: none needs one of its own.
///
/// Used on that thread only. See libcurl's "multi socket" interface, libcurl-multi(3).
final class CurlMulti {
  typealias Done = (borrowing CurlTransfer, _ code: CURLcode, _ text: String) -> Void

  private final class Flight {
    var transfer: CurlTransfer
    let done: Done

    init(_ transfer: consuming CurlTransfer, _ done: @escaping Done) {
      self.transfer = transfer
      self.done = done
    }
  }

  private let loop: EventLoop
  private let handle: UnsafeMutableRawPointer
  private var flights: [UnsafeMutableRawPointer: Flight] = [:]
  private var watches: [curl_socket_t: EventLoop.Watch] = [:]
  private var alarm: EventLoop.Alarm?

  /// That of the loop whose thread this is; nil when libcurl cannot be started.
  static func here(_ loop: EventLoop) -> CurlMulti? { loop.keepsake { Slot(loop) }.multi }

  private final class Slot {
    let multi: CurlMulti?
    init(_ loop: EventLoop) { multi = CurlMulti(loop) }
  }

  private init?(_ loop: EventLoop) {
    guard isCurlReady, let handle = curl_multi_init() else { return nil }
    self.loop = loop
    self.handle = handle
    // It lives as long as the loop does, which is as long as the program.
    let this = Unmanaged.passUnretained(self).toOpaque()
    lifeboat_curl_multi_set_sockets(
      handle,
      { _, socket, wish, this, _ in
        CurlMulti.from(this).watch(socket, wish)
        return 0
      }, this)
    lifeboat_curl_multi_set_timer(
      handle,
      { _, milliseconds, this in
        CurlMulti.from(this).setAlarm(milliseconds)
        return 0
      }, this)
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> CurlMulti {
    Unmanaged<CurlMulti>.fromOpaque(pointer!).takeUnretainedValue()
  }

  /// Begins a transfer; `done` is called once it has ended, which it does by its own timeout at the latest.
  func start(_ transfer: consuming CurlTransfer, _ done: @escaping Done) {
    let flight = Flight(transfer, done)
    let key = flight.transfer.handle
    flights[key] = flight
    let code = curl_multi_add_handle(handle, key)
    guard code == CURLM_OK else {
      flights[key] = nil
      return done(flight.transfer, CURLE_FAILED_INIT, "libcurl refuses it (\(code.rawValue))")
    }
  }

  // MARK: - What libcurl wants

  private func watch(_ socket: curl_socket_t, _ wish: Int32) {
    var wanted: EventLoop.Readiness = []
    if wish == CURL_POLL_IN || wish == CURL_POLL_INOUT { wanted.insert(.reading) }
    if wish == CURL_POLL_OUT || wish == CURL_POLL_INOUT { wanted.insert(.writing) }
    if wish == CURL_POLL_REMOVE {
      watches.removeValue(forKey: socket)?.end()
    } else if let watch = watches[socket] {
      watch.change(to: wanted)
    } else {
      watches[socket] = loop.watch(socket, for: wanted) { [unowned self] in act(on: socket, $0) }
    }
  }

  private func setAlarm(_ milliseconds: Int) {
    alarm?.callOff()
    alarm = nil
    guard milliseconds >= 0 else { return }
    // Also when it is due now: libcurl must not be called from within its own call.
    let this = Address(multi: self)
    alarm = loop.at(.now + .milliseconds(milliseconds)) {
      this.multi.act(on: CURL_SOCKET_TIMEOUT, [])
    }
  }

  /// Taken to the loop's thread by the loop itself, and used nowhere else.
  private struct Address: @unchecked Sendable {
    unowned let multi: CurlMulti
  }

  private func act(on socket: curl_socket_t, _ readiness: EventLoop.Readiness) {
    var mask: Int32 = 0
    if readiness.contains(.reading) { mask |= CURL_CSELECT_IN }
    if readiness.contains(.writing) { mask |= CURL_CSELECT_OUT }
    if !readiness.isDisjoint(with: .trouble) { mask |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(handle, socket, mask, &running)
    var left: Int32 = 0
    while let message = curl_multi_info_read(handle, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let key = message.pointee.easy_handle else {
        continue
      }
      let code = message.pointee.data.result
      curl_multi_remove_handle(handle, key)
      guard let flight = flights.removeValue(forKey: key) else { continue }
      flight.done(flight.transfer, code, flight.transfer.words(for: code))
    }
  }
}
