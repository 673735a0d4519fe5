/// What each order is answered in each situation: a change here is a change of what people can do, and is reviewed.
///
/// The situations stand in SteeringTests; everybody who asks gives a reason and holds the role.
let steeringTable = """
  pending: run open, step pending
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  planning: run open, step planning
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  gated: run open, step gated
    taken: pause approve decline abort switch-variant
    wrong_run_state: continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  approved: run open, step planning
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  applying: run open, step applying
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    no_such_gate: override
  verifying: run open, step verifying
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    no_such_gate: override
  inDoubt: run open, step in doubt
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    no_such_gate: override
  backingOff: run open, step backing off
    taken: pause abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  succeeded: run open, step succeeded
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    no_such_gate: override
  approvedGate: run open, step succeeded
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  skippedByPerson: run open, step skipped
    taken: pause abort switch-variant
    wrong_run_state: continue
    already_decided: approve decline retry skip mark-done
    nothing_to_undo: undo
    wrong_step_state: confirm
    no_such_gate: override
  failedPassed: run open, step failed
    taken: pause retry mark-done abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline skip confirm
    nothing_to_undo: undo
    no_such_gate: override
  failedHolding: run holding, step failed
    taken: retry skip mark-done abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
    no_such_gate: override
  gatedHolding: run holding, step gated
    taken: approve decline abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: retry skip mark-done confirm
    nothing_to_undo: undo
    no_such_gate: override
  pausedApplying: run paused, step applying
    taken: continue undo abort switch-variant
    wrong_run_state: pause approve decline retry override
    wrong_step_state: skip mark-done confirm
  pausedGated: run paused, step gated
    taken: continue abort switch-variant
    wrong_run_state: pause approve decline retry override
    wrong_step_state: skip mark-done confirm
    nothing_to_undo: undo
  pausedFailed: run paused, step failed
    taken: continue skip mark-done abort switch-variant
    wrong_run_state: pause approve decline retry override
    nothing_to_undo: undo
    wrong_step_state: confirm
  undoing: run unwinding, step undoing
    taken: pause abort
    wrong_run_state: continue approve decline retry skip mark-done undo switch-variant override
    wrong_step_state: confirm
  pausedUndoing: run paused, step undoing
    taken: continue undo abort switch-variant
    wrong_run_state: pause approve decline retry override
    wrong_step_state: skip mark-done confirm
  stopping: run stopping, step planning
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant override
    wrong_step_state: confirm
  undoFailed: run holding, step failed
    taken: retry skip mark-done undo abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    no_such_gate: override
  ended: run closed, step succeeded
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant confirm override
  takenBack: run closed, step undone
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant confirm override
  confirming: run open, step confirming
    taken: pause decline undo abort switch-variant confirm
    wrong_run_state: continue
    wrong_step_state: approve retry skip mark-done
    no_such_gate: override
  confirmingPaused: run paused, step confirming
    taken: continue undo abort switch-variant confirm
    wrong_run_state: pause approve decline retry override
    wrong_step_state: skip mark-done
  confirmingHolding: run holding, step confirming
    taken: decline undo abort switch-variant confirm
    wrong_run_state: pause continue
    wrong_step_state: approve retry skip mark-done
    no_such_gate: override
  confirmingStopping: run stopping, step confirming
    taken: confirm
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort switch-variant override
  confirmingLooking: run open, step confirming
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done confirm
    no_such_gate: override
  confirmed: run open, step succeeded
    taken: pause undo abort switch-variant
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    already_decided: confirm
    no_such_gate: override
  unconfirmed: run holding, step failed
    taken: retry skip mark-done abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
    no_such_gate: override
  unconfirmedUndoFailed: run holding, step failed
    taken: retry skip mark-done undo abort switch-variant
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    no_such_gate: override
  refusedByGate: run holding, step failed
    taken: retry skip mark-done abort switch-variant override
    wrong_run_state: pause continue
    wrong_step_state: approve decline confirm
    nothing_to_undo: undo
  """
