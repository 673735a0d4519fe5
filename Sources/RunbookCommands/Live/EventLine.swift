import RunbookForecast
import RunbookModel
import RunbookReport

/// One line of JSON for each thing that happens in a run: `status --watch --format json`.
///
///     {"format":1,"type":"event","run":"...","seq":3,"at":"...","offset_seconds":1.5,"kind":"step_settled",...}
///     {"format":1,"type":"state","run":"...","status":{...}}
///
/// `event` follows from a record; `state` is the run's status as it is after them, with what lies ahead, and comes when
/// something happened, when the outlook turned, and when a process took the run or let go of it. Keys and types are added without a new
/// format.
struct EventLine {
  static let format = 1
  let run: RunID

  func event(_ entry: TimelineEntry) -> String {
    var map: ValueMap = [
      "format": .int(Int64(Self.format)), "type": "event", "run": .string(run.text),
    ]
    for field in TimelineEntry.shape.value(entry).map ?? [:] { map[field.key] = field.value }
    return JSONText.text(.map(map))
  }

  func state(_ summary: RunSummary, isDriven: Bool) -> String {
    JSONText.text([
      "format": .int(Int64(Self.format)), "type": "state", "run": .string(run.text),
      "is_driven": .bool(isDriven), "status": summary.json,
    ])
  }
}
