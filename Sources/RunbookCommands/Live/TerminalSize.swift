import Glibc

/// The size of the terminal that data goes to.
struct TerminalSize: Equatable {
  var columns: Int
  var rows: Int

  /// 80x24 where there is none, or where it does not say.
  static var current: TerminalSize {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return TerminalSize(columns: 80, rows: 24) }
    return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }
}
