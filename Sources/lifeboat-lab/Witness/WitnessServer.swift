import FlyingFox
import FlyingSocks
import FoundationEssentials

/// What another vantage point sees: `GET /` -> `{"site_a": "up", "site_b": "down", ...}`.
struct WitnessServer: Sendable {
  var listen: Endpoint
  var watch: Watch

  private struct Answer: Codable {
    var siteA: Watch.Sight
    var siteB: Watch.Sight
    /// When the oldest of the looks was made.
    var seen: String?
    var details: [String: Watch.View]
  }

  func run() async throws {
    let server = HTTPServer(address: listen.inet, timeout: 10, logger: .disabled)
    await server.appendRoute("GET /") { _ in
      let views = watch.current
      let (a, b) = (views[.siteA] ?? Watch.View(), views[.siteB] ?? Watch.View())
      let seen = [a.database, a.app, b.database, b.app].compactMap(\.seen).min()
      let known = a.site != .unknown && b.site != .unknown
      return jsonResponse(
        known ? .ok : .serviceUnavailable,
        Answer(
          siteA: a.site, siteB: b.site, seen: known ? seen : nil,
          details: ["site_a": a, "site_b": b]))
    }
    try await server.run()
  }
}
