import CLab
import Glibc

/// Small file systems in memory, which can be filled without filling the machine's disk. Only root can mount them.
enum SmallDisk: String, CaseIterable {
  case siteA = "site_a"
  case siteB = "site_b"
  /// For whoever wants to see what happens when the journal's disk is full: set LIFEBOAT_STATE to it.
  case journal

  init?(_ text: String) {
    if let site = SiteName(text) {
      self = site == .siteA ? .siteA : .siteB
    } else {
      self.init(rawValue: text)
    }
  }

  func place(_ folder: LabFolder) -> String { "\(folder.path)/\(rawValue)" }
  private func ballast(_ folder: LabFolder) -> String { "\(place(folder))/ballast" }

  private var size: String {
    switch self {
    case .siteA, .siteB: "320m"
    case .journal: "8m"
    }
  }

  /// For a lab that is being prepared; `giveBack` unmounts.
  static func mountAll(_ folder: LabFolder, owner: ServerUser?) throws {
    for disk in allCases {
      let place = disk.place(folder)
      try Files.makeFolder(place)
      guard lab_mount_memory(place, "size=\(disk.size),mode=0755") == 0 else {
        throw LabError(
          "No small file system could be mounted at \(place) (\(errorText(errno)))."
            + " --small-disks needs root; the lab works without it.")
      }
      if disk != .journal { try owner?.take(place) }
    }
  }

  /// Writes until nothing more fits; the bytes it took.
  func fill(_ folder: LabFolder) throws -> Int {
    let path = ballast(folder)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LabError.system("\(path) cannot be written", errno) }
    defer { close(descriptor) }
    // Large pieces first, then small ones, so that not even a page is left.
    var total = 0
    for size in [1 << 20, 4096, 1] {
      let piece = [UInt8](repeating: 0x42, count: size)
      while total < 1 << 30 {
        let count = write(descriptor, piece, size)
        guard count > 0 else { break }
        total += count
      }
    }
    return total
  }

  /// True when there was something to remove.
  func empty(_ folder: LabFolder) -> Bool { unlink(ballast(folder)) == 0 }
}
