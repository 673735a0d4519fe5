import FoundationEssentials
import Glibc

/// The lab's passwords and keys; made up for each template or lab, never on a command line.
struct Secrets: Codable, Sendable {
  /// Of the database role `lifeboat`, a superuser, which the runbooks use.
  var administrator: String
  /// Of the role `shop`.
  var shop: String
  /// Of the role `replicator`.
  var replicator: String

  static func make() -> Secrets {
    func word() -> String {
      let digits = Array("0123456789abcdef")
      return String(Files.random(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
    return Secrets(administrator: word(), shop: word(), replicator: word())
  }

  static func makeKey() -> String { Data(Files.random(32)).base64EncodedString() }

  /// What libpq reads: one line for each role, any host, so that it serves both sites and the link between them.
  var passwordFile: String {
    """
    *:*:*:\(Layout.administrator):\(administrator)
    *:*:*:shop:\(shop)
    *:*:*:replicator:\(replicator)

    """
  }
}
