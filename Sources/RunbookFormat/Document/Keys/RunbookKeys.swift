internal import RunbookModel

enum RunbookKey: Int, DocumentKey {
  case lifeboat, runbook, title, description, service, owner, tags, objectives, variants, onFailure
  case concurrency, deadline, parameters, observers, stages, silence

  static let section = Section(
    "a runbook",
    [
      KeyRule("lifeboat", .version, "The version of the format; the first key.", isRequired: true),
      KeyRule("runbook", .name, "The runbook's id.", isRequired: true),
      KeyRule("title", .text, "What it does, in a few words; the id where it is missing."),
      KeyRule("description", .text, "When to use it and what it does, for people."),
      KeyRule(
        "service", .name, "The service that is recovered; one run at a time works on a service.",
        isRequired: true),
      KeyRule("owner", .text, "Who answers for this runbook."),
      KeyRule("tags", .list(.text), "Words to find it by."),
      KeyRule(
        "objectives", .section(ObjectivesKey.section), "What the recovery must reach.",
        isRequired: true),
      KeyRule(
        "variants", .list(.name), "Kinds of run, for example [failover, switchover]; at most 64."),
      KeyRule(
        "on_failure", .word(FailurePolicy.allCases.map(\.rawValue)),
        "What a run does when a step has failed; 'hold' where it is missing."),
      KeyRule(
        "concurrency", .count(1...1000), "Steps that may run at one time; 16 where it is missing."),
      KeyRule(
        "deadline", .duration,
        "When the run has gone on for so long, it starts nothing more and asks a person."),
      KeyRule(
        "parameters", .named(.section(ParameterKey.section)),
        "Values that whoever starts the run gives: params.<name>."),
      KeyRule(
        "observers", .list(.section(ObserverKey.section)),
        "Samples taken all through a run, from outside; at most 1,000."),
      KeyRule(
        "stages", .list(.section(StageKey.section)), "Groups of steps, strictly one after another.",
        isRequired: true),
      KeyRule(
        "silence", .list(.section(SilenceKey.section)), "Rules that do not apply here, and why."),
    ])
}

enum ObjectivesKey: Int, DocumentKey {
  case rto, rpo, mtpd, clock, soak

  static let section = Section(
    "objectives",
    [
      KeyRule("rto", .duration, "The service must be back in this time."),
      KeyRule("rpo", .duration, "At most this much data, measured in time, may be lost."),
      KeyRule("mtpd", .duration, "The longest disruption that is tolerable; larger than the RTO."),
      KeyRule(
        "clock", .word(Objectives.Clock.allCases.map(\.rawValue)), "What starts the RTO clock.",
        isRequired: true),
      KeyRule(
        "soak", .duration,
        "The service must stay good this long before it counts as recovered; needs an observer."),
    ])
}

enum ParameterKey: Int, DocumentKey {
  case type, required, defaultValue, pattern, oneOf, allowEmpty, description

  static let types = [
    "string", "int", "double", "bool", "duration", "size", "percentage", "timestamp", "address",
    "url",
  ]

  static let section = Section(
    "a parameter",
    [
      KeyRule("type", .word(types), "What it holds; 'string' where it is missing."),
      KeyRule("required", .flag, "It must be given; false where it is missing."),
      KeyRule("default", .anything, "Its value when it is not given."),
      KeyRule("pattern", .text, "A regular expression to be found in it; ^...$ for all of it."),
      KeyRule("one_of", .list(.text), "The only texts that are allowed."),
      KeyRule("allow_empty", .flag, "An empty text is allowed; false where it is missing."),
      KeyRule("description", .text, "What it is, for whoever starts the run."),
    ])
}

enum ObserverKey: Int, DocumentKey {
  case observer, uses, with, every, timeout, decides

  static let section = Section(
    "an observer",
    [
      KeyRule("observer", .name, "The observer's id.", isRequired: true),
      KeyRule("uses", .action, "The check that takes a sample.", isRequired: true),
      KeyRule("with", .template, "The check's input."),
      KeyRule(
        "every", .duration,
        "From one sample's start to the next one's; 1s where it is missing, at least 50ms."),
      KeyRule(
        "timeout", .duration, "The time for one sample; 1s where it is missing, at most 1m."),
      KeyRule(
        "decides", .word(Observer.Decision.allCases.map(\.rawValue)),
        "'service': it says whether the service is good. 'writer': it says whether one store "
          + "takes writes."),
    ])
}

enum StageKey: Int, DocumentKey {
  case stage, title, description, budget, afterSoak, onFailure, steps

  static let section = Section(
    "a stage",
    [
      KeyRule("stage", .name, "The stage's id.", isRequired: true),
      KeyRule("title", .text, "What it is for, in a few words."),
      KeyRule("description", .text, "More about it, for people."),
      KeyRule("budget", .duration, "Its part of the RTO."),
      KeyRule(
        "after_soak", .flag,
        "It begins when the service was seen to stay good, and tells people so: a last stage of messages."
      ),
      KeyRule(
        "on_failure", .word(FailurePolicy.allCases.map(\.rawValue)),
        "What a run does when a step of this stage has failed; the runbook's where it is missing."),
      KeyRule(
        "steps", .list(.section(StepKey.section)), "What is done, in order.", isRequired: true),
    ])
}

enum SilenceKey: Int, DocumentKey {
  case rule, reason

  static let section = Section(
    "a silence",
    [
      KeyRule("rule", .text, "The rule's code: LB4 and two digits.", isRequired: true),
      KeyRule("reason", .text, "Why the rule does not apply here.", isRequired: true),
    ])
}
