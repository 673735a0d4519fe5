package import RunbookAction

/// The actions that name no product.
package func builtInActions() -> [AnyAction] {
  [
    AnyAction(HTTPCheck()), AnyAction(TCPCheck()), AnyAction(QuorumCheck()),
    AnyAction(AssertThat()), AnyAction(CommandCheck()), AnyAction(CommandRun()),
    AnyAction(OperatorApprove()), AnyAction(OperatorTask()), AnyAction(WaitFor()),
    AnyAction(MessageSend()),
  ]
}
