import Glibc
import TestServers

extension Desk {
  /// Builds one of the C files beside this one, which puts itself between a program and the system; what to set so
  /// that a program is started with it.
  func preload(_ name: String) async throws -> String {
    let library = "\(path)/\(name).so"
    let source = "\(Programs.repository)/Tests/EndToEndTests/Support/\(name).c"
    // The compiler that has built the package.
    let built = try await Child(
      ["clang", "-shared", "-fPIC", "-o", library, source],
      environment: ["PATH=" + String(cString: getenv("PATH"))], in: path,
      output: path + "/out/clang.out", errors: path + "/out/clang.err"
    ).end()
    guard built.status == 0 else { throw RigError("no \(name): \(built)") }
    return "LD_PRELOAD=\(library)"
  }
}
