/// What each order is answered in each situation: a change here is a change of what people can do, and is reviewed.
///
/// The situations stand in SteeringTests; everybody who asks gives a reason and holds the role.
let steeringTable = """
  pending: run open, step pending
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
  planning: run open, step planning
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
  gated: run open, step gated
    taken: pause approve decline abort switch-variant
    wrong_run_state: continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
  approved: run open, step planning
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
  applying: run open, step applying
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
  verifying: run open, step verifying
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
  inDoubt: run open, step in doubt
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
  backingOff: run open, step backing off
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
  succeeded: run open, step succeeded
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
  approvedGate: run open, step succeeded
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
  skippedByPerson: run open, step skipped
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline retry skip mark-done
    nothing_to_undo: undo
    wrong_step_state: confirm
  failedPassed: run open, step failed
    taken: pause retry mark-done abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline skip confirm
    nothing_to_undo: undo
  failedHolding: run holding, step failed
    taken: retry skip mark-done abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
  gatedHolding: run holding, step gated
    taken: approve decline abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
  pausedApplying: run paused, step applying
    taken: continue undo abort switch-variant
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
  pausedGated: run paused, step gated
    taken: continue abort switch-variant
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
    nothing_to_undo: undo
  pausedFailed: run paused, step failed
    taken: continue skip mark-done abort switch-variant
    wrong_run_state: pause approve decline retry
    nothing_to_undo: undo
    wrong_step_state: confirm
  undoing: run unwinding, step undoing
    taken: pause abort
    wrong_run_state: continue approve decline retry skip mark-done undo switch-variant
    wrong_step_state: confirm
  pausedUndoing: run paused, step undoing
    taken: continue undo abort switch-variant
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
  stopping: run stopping, step planning
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant
    wrong_step_state: confirm
  undoFailed: run holding, step failed
    taken: retry skip mark-done undo abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
  ended: run closed, step succeeded
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant confirm
  takenBack: run closed, step undone
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant confirm
  confirming: run open, step confirming
    taken: pause decline undo abort switch-variant confirm
    wrong_run_state: continue
    wrong_step_state: approve retry skip mark-done
  confirmingPaused: run paused, step confirming
    taken: continue undo abort switch-variant confirm
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done
  confirmingHolding: run holding, step confirming
    taken: decline undo abort switch-variant confirm
    wrong_run_state: pause continue
    wrong_step_state: approve retry skip mark-done
  confirmingStopping: run stopping, step confirming
    taken: confirm
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant
  confirmingLooking: run open, step confirming
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
  confirmed: run open, step succeeded
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    already_decided: confirm
  unconfirmed: run holding, step failed
    taken: retry skip mark-done abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
  unconfirmedUndoFailed: run holding, step failed
    taken: retry skip mark-done undo abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
  """
