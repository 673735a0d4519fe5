package import RunbookModel

extension PlannedStep: JSONWritable {
  package func write(to json: JSONFields) throws {
    json.put("id", id.text)
    json.put("title", title)
    json.put("owner", owner)
    json.put("stage", stage)
    json.put("uses", uses)
    json.put("kind", kind.rawValue)
    if let constant = with.constant {
      json.object("with") { $0.put("value", constant) }
    } else {
      try json.encode("with", with)
    }
    try json.encode("when", when)
    json.put("needs", needs)
    try json.encode("needsCopies", needsCopies)
    json.put("copyOf", copyOf)
    try json.encode("each", each)
    json.put("promotes", promotes)
    json.put("timeout", timeout)
    json.put("settle", settle)
    json.object("retry") { retry.write(to: $0) }
    try json.encode("verify", verify)
    try json.encode("approval", approval)
    json.put("onFailure", onFailure.rawValue)
    switch undo {
    case .auto: json.object("undo") { $0.object("auto") { _ in } }
    case .none(let reason): json.object("undo") { $0.object("none") { $0.put("reason", reason) } }
    case .explicit: try json.encode("undo", undo)
    }
    json.put("pointOfNoReturn", pointOfNoReturn)
    json.put("commitWithin", commitWithin)
    json.put("isRepeatable", isRepeatable)
    json.put("isVerifiable", isVerifiable)
    json.put("onlyTells", onlyTells)
    try json.encode("gates", gates)
    json.put("isCritical", isCritical)
    json.put("expected", expected)
    json.put("isExpectedByAuthor", isExpectedByAuthor)
    json.put("byHand", byHand)
    json.put("isExcluded", isExcluded)
    json.object("forecast") { forecast.write(to: $0) }
  }
}

extension RetryPolicy {
  fileprivate func write(to json: JSONFields) {
    json.put("attempts", attempts)
    json.put("delay", delay)
    json.put("backoff", backoff)
    json.put("maxDelay", maxDelay)
    json.put("jitter", jitter)
    json.put("kinds", kinds.map(\.rawValue))
  }
}

extension StepForecast {
  fileprivate func write(to json: JSONFields) {
    json.put("status", status.rawValue)
    json.put("summary", summary)
    if let preview {
      json.object("preview") { json in
        json.put("saw", preview.saw)
        json.put("does", preview.does)
        json.put("fidelity", preview.fidelity.rawValue)
        json.put("warnings", preview.warnings)
      }
    }
    json.put("change", change)
  }
}
