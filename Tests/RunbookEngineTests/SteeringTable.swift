/// What each order is answered in each situation: a change here is a change of what people can do, and is reviewed.
///
/// The situations stand in SteeringTests; everybody who asks gives a reason and holds the role.
let steeringTable = """
  pending: run open, step pending
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  planning: run open, step planning
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  gated: run open, step gated
    taken: pause approve decline abort
    wrong_run_state: continue
    wrong_step_state: retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  approved: run open, step planning
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  applying: run open, step applying
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    not_served: switch-variant confirm
  verifying: run open, step verifying
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    not_served: switch-variant confirm
  inDoubt: run open, step in doubt
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    not_served: switch-variant confirm
  backingOff: run open, step backing off
    taken: pause abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  succeeded: run open, step succeeded
    taken: pause undo abort
    wrong_run_state: continue
    wrong_step_state: approve decline retry skip mark-done
    not_served: switch-variant confirm
  approvedGate: run open, step succeeded
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline
    wrong_step_state: retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  skippedByPerson: run open, step skipped
    taken: pause abort
    wrong_run_state: continue
    already_decided: approve decline retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  failedPassed: run open, step failed
    taken: pause retry mark-done abort
    wrong_run_state: continue
    wrong_step_state: approve decline skip
    nothing_to_undo: undo
    not_served: switch-variant confirm
  failedHolding: run holding, step failed
    taken: retry skip mark-done abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline
    nothing_to_undo: undo
    not_served: switch-variant confirm
  gatedHolding: run holding, step gated
    taken: approve decline abort
    wrong_run_state: pause continue
    wrong_step_state: retry skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  pausedApplying: run paused, step applying
    taken: continue undo abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done
    not_served: switch-variant confirm
  pausedGated: run paused, step gated
    taken: continue abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done
    nothing_to_undo: undo
    not_served: switch-variant confirm
  pausedFailed: run paused, step failed
    taken: continue skip mark-done abort
    wrong_run_state: pause approve decline retry
    nothing_to_undo: undo
    not_served: switch-variant confirm
  undoing: run unwinding, step undoing
    taken: pause abort
    wrong_run_state: continue approve decline retry skip mark-done undo
    not_served: switch-variant confirm
  pausedUndoing: run paused, step undoing
    taken: continue undo abort
    wrong_run_state: pause approve decline retry
    wrong_step_state: skip mark-done
    not_served: switch-variant confirm
  stopping: run stopping, step planning
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort
    not_served: switch-variant confirm
  undoFailed: run holding, step failed
    taken: retry skip mark-done undo abort
    wrong_run_state: pause continue
    wrong_step_state: approve decline
    not_served: switch-variant confirm
  ended: run closed, step succeeded
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort
    not_served: switch-variant confirm
  takenBack: run closed, step undone
    wrong_run_state: pause continue approve decline retry skip mark-done undo abort
    not_served: switch-variant confirm
  """
