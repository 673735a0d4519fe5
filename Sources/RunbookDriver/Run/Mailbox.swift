import Synchronization

/// Brings what happens anywhere to the one loop that decides: many senders, one receiver, order kept.
final class Mailbox<Message: Sendable>: Sendable {
  private struct Content: Sendable {
    var messages: [Message] = []
    var receiver: CheckedContinuation<[Message], Never>?
  }
  private let content = Mutex(Content())

  func post(_ message: Message) {
    let delivery = content.withLock { content -> CheckedContinuation<[Message], Never>? in
      guard let receiver = content.receiver else {
        content.messages.append(message)
        return nil
      }
      content.receiver = nil
      return receiver
    }
    delivery?.resume(returning: [message])
  }

  /// Everything that has come since the last call; waits until there is something.
  func takeAll() async -> [Message] {
    await withCheckedContinuation { continuation in
      let waiting = content.withLock { content -> [Message]? in
        guard content.messages.isEmpty else {
          defer { content.messages = [] }
          return content.messages
        }
        content.receiver = continuation
        return nil
      }
      if let waiting { continuation.resume(returning: waiting) }
    }
  }

  /// Everything that has come since the last call, perhaps nothing.
  func takeWaiting() -> [Message] {
    content.withLock { content in
      defer { content.messages = [] }
      return content.messages
    }
  }
}
