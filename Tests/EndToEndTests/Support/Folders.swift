import Glibc
import TestServers

/// The names in a folder, sorted; none when it is not there.
func names(in folder: String) -> [String] {
  guard let open = opendir(folder) else { return [] }
  defer { closedir(open) }
  var names: [String] = []
  while let entry = readdir(open) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// Where a symbolic link points.
func link(_ path: String) -> String? {
  var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
  let count = buffer.withUnsafeMutableBytes { bytes in
    readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
  }
  return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
}

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Every file under a folder, with its whole path.
func files(under folder: String) -> [String] {
  names(in: folder).flatMap { name in
    let path = "\(folder)/\(name)"
    return isFolder(path) ? files(under: path) : [path]
  }
}

/// The bytes of a file; none when it cannot be read.
func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return bytes
}

func write(_ bytes: some Collection<UInt8>, to path: String) throws {
  guard let file = fopen(path, "w") else { throw RigError("\(path) cannot be written") }
  defer { fclose(file) }
  let all = Array(bytes)
  guard fwrite(all, 1, all.count, file) == all.count else {
    throw RigError("\(path) is not all written")
  }
}

func removeTree(_ path: String) {
  if isFolder(path) {
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    rmdir(path)
  } else {
    unlink(path)
  }
}

func copyTree(_ from: String, to: String) throws {
  if isFolder(from) {
    mkdir(to, 0o700)
    for name in names(in: from) { try copyTree("\(from)/\(name)", to: "\(to)/\(name)") }
  } else {
    try write(bytes(of: from), to: to)
    var status = stat()
    if stat(from, &status) == 0 { chmod(to, status.st_mode & 0o777) }
  }
}

/// Name, size and content of every file: equal when nothing was changed.
func fingerprint(of folder: String) -> [String: [UInt8]] {
  var all: [String: [UInt8]] = [:]
  for path in files(under: folder) { all[path] = bytes(of: path) }
  return all
}
