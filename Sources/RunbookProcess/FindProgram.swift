import Glibc
import RunbookAction
package import RunbookModel

/// The file that would be run for `name`: a path as it stands, a bare name looked up in `path`.
package func findProgram(
  _ name: String, path: String, folder: String
) throws(ActionFailure) -> String {
  if name.contains("/") {
    let file = name.hasPrefix("/") ? name : "\(folder)/\(name)"
    if let problem = problem(with: file) { throw .refused(.precondition, problem) }
    return file
  }
  var nearMiss: String?
  for part in path.split(separator: ":") where part.hasPrefix("/") {
    let file = "\(part)/\(name)"
    guard let problem = problem(with: file) else { return file }
    if access(file, F_OK) == 0 { nearMiss = nearMiss ?? problem }
  }
  throw .refused(
    .precondition, nearMiss ?? "there is no program '\(name)' in \(path)",
    advice: "install it or write its whole path")
}

package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Why this file cannot be run; nil when it can.
private func problem(with file: String) -> String? {
  var status = stat()
  guard stat(file, &status) == 0 else {
    return "the program \(file) cannot be found: \(String(cString: strerror(errno)))"
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    return "\(file) is not a plain file, so it is no program"
  }
  guard access(file, X_OK) == 0 else {
    return "\(file) may not be executed: \(String(cString: strerror(errno)))"
  }
  return nil
}
