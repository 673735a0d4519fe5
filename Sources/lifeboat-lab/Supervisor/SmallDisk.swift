/// Small file systems in memory, which can be filled without filling the machine's disk. Only root can mount them.
enum SmallDisk {
  static func places(_ folder: LabFolder) -> [String] {
    ["\(folder.path)/small"]
  }
}
