import RunbookModel

let dnsSwitchFields = [
  Field(
    "server",
    .object([
      Field("address", .address, "The zone's primary, which takes updates.", need: .required),
      Field("zone", .string, "The zone, to be compared with what the server says."),
      keyField(
        forChangesOnly: true,
        "The TSIG key that updates are signed with; without it they are not signed."),
      Field(
        "all", .list(.address),
        "Every authoritative server of the zone, by IP address; each must show the change."),
    ]), "Where the zone is kept.", need: .required),
  Field("name", .string, "The name whose records are exchanged.", need: .required),
  Field("type", .word(RecordType.words), "The type of record.", need: .required),
  Field(
    "to", .list(.string), "The whole new set of values; what is not in it goes.", need: .required),
  Field("ttl", .duration, "The new TTL, in whole seconds; the old one where it is not said."),
  Field(
    "wait_ttl", .bool,
    "Finish only when the old TTL has run out since every server was seen with the new set.",
    need: .defaulted(true)),
  Field(
    "resolvers", .list(.address), "Resolvers that must answer the new set too.",
    allowsEmpty: true),
  Field(
    "silent_allowed", .int,
    "So many authoritative servers, lost with their site, may give no answer; never the primary.",
    need: .defaulted(0)),
]

let dnsSwitchPage = ActionPage(
  name: "dns.switch",
  summary: "Points a name to another site: exchanges a whole record set at the zone's primary.",
  details: """
    Plan finds the zone, reads the set from the primary and from every other authoritative \
    server, and shows the exact update. Apply sends one RFC 2136 update with the whole old set as \
    its condition: the server exchanges all or nothing, and nothing when anybody has changed the \
    set since the plan. It goes over TCP, so that a request that was never delivered is known to \
    be so; the answer's signature is checked too.

    It is done when every authoritative server answers the new set with its TTL, the given \
    resolvers answer its values, and the old TTL has run out, counted from the moment when all \
    servers were first seen with the new set (for a name that did not exist: the zone's time for \
    negative answers). A run that is resumed counts again from its own first look.

    It refuses an empty set, the root, wildcards, values that are not of the type, an alias \
    (CNAME) at the top of a zone or beside other records, and a server that is no authority. It \
    changes records of type A, AAAA, CNAME and TXT only, so never the NS or SOA of a zone.

    An update that was sent and not answered is in doubt: the server may make the change later. \
    The server is asked again; only the new set seen there counts as done.

    It cannot know what resolvers elsewhere have cached, nor whether they keep to the TTL; nor \
    whether a set that is already in place was put there a moment ago.
    """,
  kind: .change,
  fields: dnsSwitchFields,
  outputs: [
    Output("zone", .string, "The zone that was changed."),
    Output("old_values", .list(.string), "The values before."),
    Output("new_values", .list(.string), "The values after."),
    Output("ttl", .duration, "The TTL of the new set."),
    Output("cached_for", .duration, "How long caches may keep the old answer."),
    Output("serial", .int, "The zone's serial at the primary, where it was seen."),
  ],
  timeout: .seconds(15),
  settle: .seconds(600),
  expected: .seconds(30),
  undo: .automatic(
    """
    puts the old set back with its TTL, if nobody has changed it since; a set that did not exist \
    before is deleted. Caches then keep the new answer for its TTL
    """),
  traits: [.movesNames],
  byHand: """
    On the primary's console or with nsupdate and the zone's key: delete {name} {type}, add {to}; \
    then ask every name server with dig @SERVER {name} {type} +norecurse, and wait for the old \
    TTL.
    """)
