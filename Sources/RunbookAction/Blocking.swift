import Dispatch

/// Runs a call that blocks its thread (libpq, ldns, libcurl, waitpid) outside Swift's own few threads.
///
/// The call must end by itself by its deadline: nothing can stop a blocked thread from outside.
public func blocking<Result: Sendable>(
  _ work: @escaping @Sendable () -> Result
) async -> Result {
  await withCheckedContinuation { continuation in
    blockingQueue.async { continuation.resume(returning: work()) }
  }
}

/// As `blocking`, for work that can fail.
public func blocking<Result: Sendable, Failure: Error>(
  _ work: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
  let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
    blockingQueue.async {
      do throws(Failure) {
        continuation.resume(returning: .success(try work()))
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
  }
  return try result.get()
}

private let blockingQueue = DispatchQueue(label: "lifeboat.blocking", attributes: .concurrent)
