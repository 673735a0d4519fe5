import Glibc
package import RunbookAction

/// Runs a program to its end or to the deadline, whichever is first.
///
/// At the deadline its whole session gets SIGTERM, and SIGKILL two seconds later: the report comes at the latest 2.5
/// seconds after the deadline. Cancelling the task does the same at once.
package func runChild(_ request: ChildRequest, until deadline: Deadline) async -> ChildReport {
  if deadline.hasPassed || Task.isCancelled { return ChildReport(end: .neverBegan) }
  let child = ChildReactor.shared.child(request, until: deadline.instant)
  return await withTaskCancellationHandler {
    await withCheckedContinuation { answer in
      child.wait(answer)
      Spawner.shared.add(child)
    }
  } onCancel: {
    child.callOff()
    ChildReactor.shared.wake()
  }
}

/// Starts it; nil when there is nothing to follow.
func start(_ child: Child) -> Spawned? {
  guard child.begin() else {
    ChildReactor.shared.forget(child)
    return nil
  }
  do throws(SpawnError) {
    return try spawn(child.request)
  } catch {
    child.notStarted(error)
    ChildReactor.shared.forget(child)
    return nil
  }
}

/// Takes a started child to its end, or to the reactor when it is not a short one.
func follow(_ child: Child, _ spawned: Spawned) {
  guard child.started(spawned) else { return discard(spawned) }
  if Spawner.shared.isIdle, waitBriefly(for: child) {
    ChildReactor.shared.forget(child)
  } else {
    ChildReactor.shared.watch(child)
  }
}

/// Most commands end at once: waiting for those right here saves waking another thread. Not done while others wait to
/// be started, and for 2 ms at most.
private func waitBriefly(for child: Child) -> Bool {
  let end = ContinuousClock.now + .milliseconds(2)
  while ContinuousClock.now < end {
    let descriptors = child.descriptors
    if descriptors.end < 0 { break }
    var watched = [descriptors.end, descriptors.output, descriptors.errors].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&watched, nfds_t(watched.count), 2) > 0 else { break }
    if child.advance() { return true }
  }
  return false
}

/// It came up after its time was over and was reported as doubtful: it must not go on unseen.
private func discard(_ spawned: Spawned) {
  kill(-spawned.pid, SIGKILL)
  var status: Int32 = 0
  waitpid(spawned.pid, &status, 0)
  for descriptor in [spawned.descriptor, spawned.output, spawned.errors] where descriptor >= 0 {
    close(descriptor)
  }
}
