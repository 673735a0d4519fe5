import RunbookModel

let haproxyShiftFields = [
  RuntimeInput.field,
  Field("backend", .string, "The backend whose traffic moves.", need: .required),
  Field(
    "to", .either([.string, .list(.string)]),
    "The server that gets the traffic, or a list of them; often named like their site.",
    need: .required),
  Field(
    "ramp", .list(.percentage),
    "The share of new traffic they get, part by part: whole percentages that grow and end in 100.",
    need: .defaulted([100])),
  Field(
    "hold_each", .duration, "How long each part but the last is held and watched.",
    need: .defaulted(.duration(.zero))),
  Field("check", .check, "Must hold after each part but the last, or the ramp stops there."),
  Field(
    "min_healthy", .int,
    "So many servers in 'to' must be healthy all the way; all of them where it is not said."),
  Field(
    "wait_healthy", .duration,
    "How long they may take to become so before the step gives up; nothing moves before.",
    need: .defaulted(.duration(.seconds(30)))),
]

let haproxyShiftPage = ActionPage(
  name: "haproxy.shift",
  summary: "Moves a backend's new traffic to a site's servers, at once or in parts, at run time.",
  details: """
    Plan reads every process and shows who gains, who loses, and every command. Apply looks \
    again, makes servers of 'to' ready that are in maintenance or draining (with weight 0), waits \
    until enough of 'to' are healthy, then sets the weights of each part in all processes, holds \
    it, watches health and weights, and asks the check. In the end the servers in 'to' have their \
    configured weights and the others weight 0.

    Weight 0 ends new traffic and lets open sessions finish; health checks go on. The others are \
    not put into maintenance, so that one number per server is all there is to put back. Servers \
    that somebody has put into maintenance or drain stay as they are, and so do backup servers, \
    unless traffic is to go to one of these.

    Nothing moves while too few servers in 'to' are healthy, so it never drains the last one: \
    after wait_healthy the step gives up, unchanged. The plan is made from weights alone and \
    warns of servers that are not healthy yet, so that it can be read before the site has been \
    made ready. It refuses a backend or server that does not exist, processes with different \
    servers, weights that somebody changed since the plan, and a socket that does not let us \
    change anything.

    When a server becomes ill, a check does not hold or cannot tell, weights change, or a process \
    cannot be reached, the ramp stops where it is and says the weights at that moment. Trying \
    again goes on from there; undo takes it back. What is partly in place cannot be told to hold \
    or not to hold.

    A ramp takes its holds: (number of parts - 1) x hold_each, at most the step's timeout. \
    Weights set at run time are lost when HAProxy is reloaded or restarted. Where nobody else \
    carries traffic, everything goes at once.
    """,
  kind: .change,
  fields: haproxyShiftFields,
  outputs: [
    Output("share", .double, "The smallest share of new traffic, in percent, at any process."),
    Output("open_sessions_elsewhere", .int, "Sessions still open at the other servers."),
    Output("servers", .list(.any), "For each: process, server, status, weight, sessions."),
  ],
  timeout: .seconds(120),
  settle: .seconds(10),
  expected: .seconds(2),
  undo: .automatic(
    """
    puts back every weight and state as captured in the plan, at once, if nobody else changed \
    them since; refuses when no healthy server would be left
    """),
  traits: [.movesTraffic],
  byHand: """
    At each HAProxy: echo 'set server {backend}/{to} weight 100; set server {backend}/OTHER \
    weight 0' | socat stdio SOCKET; then look at 'show servers state {backend}'.
    """)
