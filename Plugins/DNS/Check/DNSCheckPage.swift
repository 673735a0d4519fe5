import RunbookModel

let dnsCheckFields = [
  Field("name", .string, "The name that is asked for.", need: .required),
  Field("type", .word(RecordType.words), "The type of record.", need: .required),
  Field(
    "servers", .list(.address), "Name servers or resolvers, each asked by itself.",
    need: .required),
  Field(
    "recursion", .bool,
    "Let the server ask others. 'false' makes it answer only from what it is an authority for.",
    need: .defaulted(true)),
  Field(
    "expect",
    .either([
      .word(["any", "absent"]),
      .object([
        Field(
          "values", .list(.string), "Exactly these values, in any order.", need: .required)
      ]),
    ]),
    "What each server should say: 'any' record, 'absent', or exactly these values.",
    need: .defaulted("any")),
  Field(
    "agree",
    .either([
      .word(["all"]),
      .object([
        Field("at_least", .int, "So many servers are enough.", need: .required)
      ]),
    ]),
    "How many servers must say it.", need: .defaulted("all")),
  Field(
    "answer_within", .duration, "How long a server may take.",
    need: .defaulted(.duration(answerTime))),
]

let dnsCheckPage = ActionPage(
  name: "dns.check",
  summary: "Asks name servers or resolvers for a record and compares their answers.",
  details: """
    Every server is asked at the same time and judged by itself; aliases (CNAME) in an answer are \
    followed to the records asked for. It holds when enough servers say what is expected, and \
    does not hold when enough can no longer do so.

    Silence, SERVFAIL, REFUSED and answers that make no sense are never taken for an answer: such \
    a server counts neither way, and the check cannot tell where its word is needed. NXDOMAIN is \
    an answer: there is no such record.

    What a resolver says is what its cache holds: another resolver may say something else until \
    the TTL has run out.
    """,
  kind: .check,
  fields: dnsCheckFields,
  outputs: [
    Output(
      "values", .list(.string), "The values at the first server that agrees, or at the first."),
    Output("agreeing", .int, "How many servers say what is expected."),
    Output(
      "servers", .list(.any),
      "For each server: server, code, values, ttl, serial, authoritative, or trouble."),
  ],
  timeout: .seconds(5),
  expected: .milliseconds(20),
  undo: .notNeeded,
  byHand: "Ask each server: dig @SERVER {name} {type}")
