import RunbookModel

/// Where a step stands when a forecast is made: what is left of it.
package enum StepProgress: Sendable, Equatable {
  /// It has not begun.
  case waiting
  /// It works, for so long already.
  case working(Duration)
  /// People were asked so long ago.
  case asking(Duration)
  /// It has ended well, or is left out: no time is left in it.
  case settled
}
