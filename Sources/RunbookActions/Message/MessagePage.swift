import RunbookAction
import RunbookModel

extension MessageSend {
  var page: ActionPage {
    ActionPage(
      name: "message.send",
      summary: "Tells people something, by mail, webhook or file",
      details: """
        Sends one plain text, in UTF-8. What the other side says is what the step reports: a mail server that answers \
        250 has accepted the message, a webhook that answers 200 to 299 has accepted the request. Neither means that it \
        was delivered or read.

        A message changes no target, so the run treats it so: the step is not critical and goes on after a failure \
        ('on_failure: continue') unless it says otherwise; a message whose answer was lost holds nobody up, and is \
        reported as not known, unless it says 'on_failure: hold'. It is never sent again by itself then. Undoing passes \
        it over: what was sent cannot be unsent. In its texts a value that is not known is written as 'unknown' with \
        the reason. Where somebody approves it, exactly what was shown is sent.

        `template` is one of three texts that are made from the run's figures at that moment: `first_response`, \
        `progress` and `recovered`. They hold service, severity, state, outage, the recovery clock against its \
        objective, the data lost as far as it is bounded, the forecast, what is done, goes on, waits and comes next, \
        what is in doubt, who leads, and the moment of which all that is. 'recovered' says so only when observers saw \
        it, or the run has verified it; else its subject is "NOT confirmed as recovered". `subject` and `body` of your own may use \
        `clock.elapsed`, `clock.left`, `clock.data_loss` and the other names in scope.

        In a drill the subject begins with [DRILL] and so does the text ([演练] in Chinese); nothing turns that off.

        The Message-ID is made from run and step, and all messages of one run refer to one thread. Two attempts of one \
        step carry the same id. A webhook gets it as the header Idempotency-Key, and a JSON object with text, subject, \
        body, to, message_id, run, step and purpose; or with `json` the object that the other side wants. Chat services \
        that answer 200 and say in the body that they refused are known by `expect`: one that does not say what it must \
        has not taken the message, and the step fails. A file gets it once: it is looked for first.

        By mail every recipient must be accepted, or nothing is sent. A password is only given over TLS, or to this \
        machine itself. Line breaks in a subject or an address are refused. A subject over 200 characters and a text \
        over 64 KiB are cut, and say so.
        """,
      kind: .change, fields: Input.fields,
      outputs: [
        Output("message_id", .string, "Its Message-ID, in angle brackets."),
        Output("subject", .string, "Its subject as sent."),
        Output("recipients", .int, "How many it was sent to."),
        Output("answer", .string, "What the other side said when it accepted it."),
      ],
      timeout: .seconds(10), expected: .seconds(1), isRepeatable: false,
      undo: .impossible("what was sent cannot be unsent; send a correction"), traits: [.tells],
      byHand: "Write to {to}: {subject}")
  }
}
