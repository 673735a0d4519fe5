import Dispatch

/// Runs a call that blocks its thread (libpq, ldns, libcurl, waitpid) outside Swift's own few threads.
///
/// The call must end by itself by its deadline: nothing can stop a blocked thread from outside. At most about 250 run
/// at a time; further ones wait for one of those to end.
public func blocking<Result: Sendable>(
  _ work: @escaping @Sendable () -> Result
) async -> Result {
  await withCheckedContinuation { continuation in
    onOwnThread { continuation.resume(returning: work()) }
  }
}

/// As `blocking`, for work that can fail.
public func blocking<Result: Sendable, Failure: Error>(
  _ work: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
  let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
    onOwnThread {
      do throws(Failure) {
        continuation.resume(returning: .success(try work()))
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
  }
  return try result.get()
}

/// Runs the work at once on a thread that nobody waits for.
///
/// A serial queue of its own, because only those get a new thread at once. A concurrent queue shares its threads, one a
/// core, with Swift's tasks: two calls that hang would stop every timer of the program, and a third waits a second.
package func onOwnThread(_ work: @escaping @Sendable () -> Void) {
  DispatchQueue(label: "lifeboat.blocking").async(execute: work)
}
