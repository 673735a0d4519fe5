/// A step that runs one line of shell in the target's folder; `more` are its other keys.
func change(_ id: String, _ line: String, _ more: String = "", with keys: String = "") -> String {
  step(
    id, "command.run", line, keys, more.contains("undo:") ? more : "undo: {none: a test}\n" + more)
}

/// The same with a check that looks for a line in the target's log, and an undo that notes itself.
func checked(_ id: String, _ line: String? = nil, _ more: String = "undo: auto") -> String {
  step(
    id, "command.run", line ?? "echo \(id) >> log",
    "check: {argv: [sh, -c, 'grep -qx \(id) log']}, "
      + "undo: {argv: [sh, -c, 'echo undo_\(id) >> log; sed -i /^\(id)$/d log']}",
    more)
}

/// A step that only looks: one line of shell in the target's folder.
func look(_ id: String, _ line: String, _ more: String = "") -> String {
  step(id, "command.check", line, "", more)
}

/// A step that asks for a yes.
func gate(_ id: String, _ more: String = "") -> String {
  "- step: \(id)\n  uses: operator.approve\n  with: {question: 'Go on with \(id)?'}\n" + keys(more)
}

/// Says that it has begun, and goes on when the test says so.
func until(_ go: String, saying started: String) -> String {
  "touch \(started); while [ ! -e \(go) ]; do sleep 0.02; done"
}

private func step(_ id: String, _ uses: String, _ line: String, _ input: String, _ more: String)
  -> String
{
  let quoted = line.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
  return """
    - step: \(id)
      uses: \(uses)
      with: {argv: [sh, -c, '\(quoted)'], cwd: '${{ env.target }}'\(input.isEmpty ? "" : ", ")\(input)}
    \(keys(more))
    """
}

private func keys(_ more: String) -> String {
  more.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
}
