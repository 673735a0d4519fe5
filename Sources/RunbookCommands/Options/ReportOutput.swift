import ArgumentParser
import RunbookDriver

/// Where a report goes: the screen, or a new file that appears whole or not at all.
struct ReportOutput: ParsableArguments {
  @Option(
    name: [.customLong("output"), .customLong("out")],
    help: ArgumentHelp(
      "Write to this file, which must not be there yet, instead of the screen.", valueName: "file"),
    completion: .file())
  var path: String?

  func write(_ text: String, _ console: Console) throws {
    // The screen and the file get the same bytes: the console ends the last line itself.
    guard let path else {
      return console.out(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }
    do throws(StoreError) {
      try ExportFile.create(path, Array(text.utf8))
    } catch {
      throw Refusal(
        error.kind == .alreadyExists ? .invalid : .internal,
        "the report cannot be written to \(path): "
          + (error.kind == .alreadyExists ? "it exists already" : error.message),
        changed: "",
        next: "name a file that does not exist yet, in a folder that can be written")
    }
    console.out("Written to \(path).")
  }
}
