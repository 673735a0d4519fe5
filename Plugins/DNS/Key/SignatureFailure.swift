import RunbookAction
import RunbookModel

extension SignatureError {
  /// What the server's objection means, and what to compare.
  func failure(at server: ServerAddress, key: DomainName?) -> ActionFailure {
    let name = key.map { "'\($0)'" } ?? "that was used"
    switch self {
    case .badKey:
      return .refused(
        .authentication, "\(server) does not know the key \(name) with this algorithm (BADKEY)",
        advice: "compare the key's name and algorithm with the server's")
    case .badSignature:
      return .refused(
        .authentication, "\(server) found the signature of the key \(name) wrong (BADSIG)",
        advice: "the secret here is not the server's: compare the two")
    case .badTime(let theirs):
      let skew = theirs.map { Int64(Timestamp.wallSeconds) - $0 }
      let figure = skew.map { ": this machine's clock is \(Self.ahead($0)) the server's" } ?? ""
      return .refused(
        .authentication, "\(server) refused the signature because of its time (BADTIME)\(figure)",
        advice: "set both clocks right; \(SigningKey.fudge / 60) minutes of difference are allowed")
    case .other(let code):
      return .refused(
        .authentication, "\(server) refused the signature of the key \(name) (TSIG error \(code))")
    }
  }

  private static func ahead(_ seconds: Int64) -> String {
    "\(Duration.seconds(abs(seconds)).spoken) \(seconds < 0 ? "behind" : "ahead of")"
  }
}
