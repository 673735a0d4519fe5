import RunbookModel

let haproxyCheckFields = [
  RuntimeInput.field,
  Field("backend", .string, "The backend.", need: .required),
  Field("server", .string, "One of its servers; the backend as a whole where it is not said."),
  Field(
    "expect",
    .object([
      Field(
        "status", .word(HAProxyCheck.Expectation.Status.allCases.map(\.rawValue)),
        "Up and taking part, down, in maintenance, or drained (weight 0 counts)."),
      Field("weight", .int, "Exactly this weight (of a server)."),
      Field("sessions_at_most", .int, "No more open sessions than this."),
      Field("usable_at_least", .int, "So many servers that take traffic (of a backend)."),
    ]), "What must be so, at every process; status up where nothing is said."),
]

let haproxyCheckPage = ActionPage(
  name: "haproxy.check",
  summary: "Asks HAProxy for the health, weight and sessions of a backend or a server.",
  details: """
    Every process is asked at the same time, and all must show what is expected. A process that \
    does not answer, or answers what makes no sense, leaves the check without an answer; a server \
    that does not exist is an answer.

    It sees what HAProxy thinks: a server without a health check is always up to it.
    """,
  kind: .check,
  fields: haproxyCheckFields,
  outputs: [
    Output(
      "status", .string, "HAProxy's word at the first process: UP, DOWN, MAINT, DRAIN, no check."),
    Output("weight", .int, "The server's weight there; null for a backend."),
    Output("sessions", .int, "Open sessions there."),
    Output("usable", .int, "Servers of the backend that take traffic there."),
  ],
  timeout: .seconds(5),
  expected: .milliseconds(20),
  undo: .notNeeded,
  byHand: "echo 'show stat' | socat stdio SOCKET, and read the lines of {backend}.")
