/// What each order is answered in each situation: a change here is a change of what people can do, and is reviewed.
///
/// The situations stand in SteeringTests; everybody who asks gives a reason and holds the role.
let steeringTable = """
  pending: run open, step pending
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  planning: run open, step planning
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  gated: run open, step gated
    taken: pause approve decline abort
    wrong_run_state: continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  approved: run open, step planning
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  applying: run open, step applying
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    not_served: switch-variant
  verifying: run open, step verifying
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    not_served: switch-variant
  inDoubt: run open, step in doubt
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    not_served: switch-variant
  backingOff: run open, step backing off
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  succeeded: run open, step succeeded
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    not_served: switch-variant
  approvedGate: run open, step succeeded
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  skippedByPerson: run open, step skipped
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant
    wrong_step_state: confirm
  failedPassed: run open, step failed
    taken: pause retry mark-done abort
    wrong_run_state: continue
    wrong_step_state: approve decline skip confirm
    nothing_to_undo: undo
    not_served: switch-variant
  failedHolding: run holding, step failed
    taken: retry skip mark-done abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
    not_served: switch-variant
  gatedHolding: run holding, step gated
    taken: approve decline abort
    wrong_run_state: pause continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  pausedApplying: run paused, step applying
    taken: continue undo abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
    not_served: switch-variant
  pausedGated: run paused, step gated
    taken: continue abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
    nothing_to_undo: undo
    not_served: switch-variant
  pausedFailed: run paused, step failed
    taken: continue skip mark-done abort
    wrong_run_state: pause approve decline retry
    nothing_to_undo: undo
    not_served: switch-variant
    wrong_step_state: confirm
  undoing: run unwinding, step undoing
    taken: pause abort
    wrong_run_state: continue approve decline retry skip mark-done undo
    not_served: switch-variant
    wrong_step_state: confirm
  pausedUndoing: run paused, step undoing
    taken: continue undo abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done confirm
    not_served: switch-variant
  stopping: run stopping, step planning
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort
    not_served: switch-variant
    wrong_step_state: confirm
  undoFailed: run holding, step failed
    taken: retry skip mark-done undo abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    not_served: switch-variant
  ended: run closed, step succeeded
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort confirm
    not_served: switch-variant
  takenBack: run closed, step undone
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort confirm
    not_served: switch-variant
  confirming: run open, step confirming
    taken: pause decline undo abort confirm
    wrong_run_state: continue
    wrong_step_state: approve retry skip mark-done
    not_served: switch-variant
  confirmingPaused: run paused, step confirming
    taken: continue undo abort confirm
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done
    not_served: switch-variant
  confirmingHolding: run holding, step confirming
    taken: decline undo abort confirm
    wrong_run_state: pause continue
    wrong_step_state: approve retry skip mark-done
    not_served: switch-variant
  confirmingStopping: run stopping, step confirming
    taken: confirm
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort
    not_served: switch-variant
  confirmingLooking: run open, step confirming
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    not_served: switch-variant
  confirmed: run open, step succeeded
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    not_served: switch-variant
    already_decided: confirm
  unconfirmed: run holding, step failed
    taken: retry skip mark-done abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
    not_served: switch-variant
  unconfirmedUndoFailed: run holding, step failed
    taken: retry skip mark-done undo abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    not_served: switch-variant
  """
