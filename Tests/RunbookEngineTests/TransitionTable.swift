/// What a step does next: `what happens -> next state [commands]`, `#` the attempt. A change here is a change of what the
/// engine does, and is reviewed; what is not listed is refused and changes nothing.
let transitionTable = """
  a change
    pending
      started -> planning [plan#1]
      must undo -> undoing [undo#1]
    planning
      planned: a change -> applying [apply#1]
      planned: already in place -> succeeded
      planned: skipped -> skipped
      planned: asks -> gated [ask#1]
      planned: refused -> failed (unchanged)
      planned: failed for now -> failed (unchanged)
      resumed by another process -> planning [plan#1]
    planning (approved)
      planned: a change -> applying [apply#1]
      planned: already in place -> succeeded
      planned: skipped -> skipped
      planned: asks -> gated [ask#1]
      planned: refused -> failed (unchanged)
      planned: failed for now -> failed (unchanged)
      resumed by another process -> planning [plan#1]
    planning (another was approved)
      planned: a change -> failed (unchanged)
      planned: already in place -> succeeded
      planned: skipped -> skipped
      planned: asks -> gated [ask#1]
      planned: refused -> failed (unchanged)
      planned: failed for now -> failed (unchanged)
      resumed by another process -> planning [plan#1]
    gated
      timer: nobody answered -> failed (unchanged)
      answered: yes -> planning [plan#1]
      answered: no -> failed (unchanged)
      resumed by another process -> gated [ask#1]
      must undo -> undoing [undo#1]
    gated (a question alone)
      timer: nobody answered -> failed (unchanged)
      answered: yes -> succeeded
      answered: no -> failed (unchanged)
      resumed by another process -> gated [ask#1]
      must undo -> undoing [undo#1]
    applying
      applied -> verifying [verify#1]
      applied: refused -> failed (unchanged)
      applied: failed for now -> failed (unchanged)
      applied: result unknown -> in doubt [verify#1]
      resumed by another process -> in doubt [verify#1]
    verifying
      verified: holds -> succeeded
      verified: does not hold -> failed (changed)
      verified: cannot tell -> failed (unknown)
      resumed by another process -> verifying [verify#1]
    in doubt
      verified: holds -> succeeded
      verified: does not hold -> applying [apply#2]
      verified: cannot tell -> failed (unknown)
      resumed by another process -> in doubt [verify#1]
    in doubt (2nd attempt)
      verified: holds -> succeeded
      verified: does not hold -> failed (unknown)
      verified: cannot tell -> failed (unknown)
      resumed by another process -> in doubt [verify#2]
    in doubt (retry ordered)
      verified: holds -> succeeded
      verified: does not hold -> planning [plan#3]
      verified: cannot tell -> failed (unknown)
      resumed by another process -> in doubt [verify#2]
    backing off
      timer: next attempt -> planning [plan#2]
      timer: next attempt, run not open -> failed (unchanged)
      resumed by another process -> backing off [backoff#1 1s]
      must undo -> undoing [undo#1]
    confirming
      timer: not confirmed in time -> undoing [undo#1]
      answered: yes -> succeeded
      answered: no -> undoing [undo#1]
      resumed with time left to confirm -> confirming [ask#1, confirm#1 2s]
      resumed after the time to confirm -> undoing [undo#1]
      must undo -> undoing [undo#1]
    confirming (its checks decide)
      verified: holds -> succeeded
      verified: does not hold -> undoing [undo#1]
      verified: cannot tell -> undoing [undo#1]
      resumed by another process -> confirming [verify#1]
    succeeded
      must undo -> undoing [undo#1]
    failed (unchanged)
      ordered: retry -> planning [plan#2]
      ordered: skip -> skipped
      ordered: mark done -> succeeded
      must undo -> undoing [undo#1]
    failed (changed)
      ordered: retry -> in doubt [verify#1]
      ordered: skip -> skipped
      ordered: mark done -> succeeded
      must undo -> undoing [undo#1]
    failed (unknown)
      ordered: retry -> in doubt [verify#1]
      ordered: skip -> skipped
      ordered: mark done -> succeeded
      must undo -> undoing [undo#1]
    failed (of the undo)
      ordered: skip -> skipped
      ordered: mark done -> undone
      must undo -> undoing [undo#1]
    failed (of the undo, not confirmed)
      ordered: retry -> undoing [undo#1]
      ordered: skip -> skipped
      ordered: mark done -> failed (unchanged)
      must undo -> undoing [undo#1]
    skipped
      must undo -> undoing [undo#1]
    undoing
      undone -> undone
      undone: refused -> failed (changed)
      undone: failed for now -> undoing [undo#2]
      undone: result unknown -> failed (unknown)
      resumed by another process -> undoing [undo#1]
    undoing (not confirmed)
      undone -> failed (unchanged)
      undone: refused -> failed (changed)
      undone: failed for now -> undoing [undo#2]
      undone: result unknown -> failed (unknown)
      resumed by another process -> undoing [undo#1]
    undoing (3rd attempt)
      undone -> undone
      undone: refused -> failed (changed)
      undone: failed for now -> failed (changed)
      undone: result unknown -> failed (unknown)
      resumed by another process -> undoing [undo#3]
  a change with retries, where it differs
    planning
      planned: failed for now -> backing off [backoff#1 1s]
    planning (approved)
      planned: failed for now -> backing off [backoff#1 1s]
    planning (another was approved)
      planned: failed for now -> backing off [backoff#1 1s]
    applying
      applied: failed for now -> backing off [backoff#1 1s]
  a change that needs approval, where it differs
    planning
      planned: a change -> gated [ask#1, gate#1 1m]
      planned: asks -> gated [ask#1, gate#1 1m]
    planning (approved)
      planned: asks -> gated [ask#1, gate#1 1m]
    planning (another was approved)
      planned: asks -> gated [ask#1, gate#1 1m]
    gated
      resumed by another process -> gated [ask#1, gate#1 1m]
    gated (a question alone)
      resumed by another process -> gated [ask#1, gate#1 1m]
  a change that may not be repeated, where it differs
    in doubt
      verified: does not hold -> failed (unknown)
  a change that nothing can see, where it differs
    applying
      applied -> succeeded
    failed (changed)
      ordered: retry -> planning [plan#2]
    failed (unknown)
      ordered: retry -> planning [plan#2]
  a change that must be confirmed, where it differs
    verifying
      verified: holds -> confirming [ask#1, confirm#1 5s]
    in doubt
      verified: holds -> confirming [ask#1, confirm#1 5s]
    in doubt (2nd attempt)
      verified: holds -> confirming [ask#2, confirm#2 5s]
    in doubt (retry ordered)
      verified: holds -> confirming [ask#2, confirm#2 5s]
  a change that its own checks confirm, where it differs
    planning
      planned: already in place -> verifying [verify#1]
    planning (approved)
      planned: already in place -> verifying [verify#1]
    planning (another was approved)
      planned: already in place -> verifying [verify#1]
    confirming
      timer: not confirmed in time -> confirming [verify#1]
      resumed after the time to confirm -> confirming [verify#1]
  a check, where it differs
    pending
      started -> planning [check#1]
    planning
      checked: holds -> succeeded
      checked: does not hold -> failed (unchanged)
      checked: cannot tell -> failed (unchanged)
      checked: skipped -> skipped
      checked: error -> failed (unchanged)
      resumed by another process -> planning [check#1]
    planning (approved)
      checked: holds -> succeeded
      checked: does not hold -> failed (unchanged)
      checked: cannot tell -> failed (unchanged)
      checked: skipped -> skipped
      checked: error -> failed (unchanged)
      resumed by another process -> planning [check#1]
    planning (another was approved)
      checked: holds -> succeeded
      checked: does not hold -> failed (unchanged)
      checked: cannot tell -> failed (unchanged)
      checked: skipped -> skipped
      checked: error -> failed (unchanged)
      resumed by another process -> planning [check#1]
    gated
      answered: yes -> planning [check#1]
    in doubt (retry ordered)
      verified: does not hold -> planning [check#3]
    backing off
      timer: next attempt -> planning [check#2]
    failed (unchanged)
      ordered: retry -> planning [check#2]
  a question, where it differs
  """
