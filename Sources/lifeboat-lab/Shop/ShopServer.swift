import Dispatch
import FlyingFox
import FlyingSocks
import FoundationEssentials

/// The shop of one site: `GET /healthz`, `POST /buy`, `GET /orders/<id>`.
struct ShopServer: Sendable {
  var listen: Endpoint
  var till: Till

  private struct HealthAnswer: Codable {
    var site: String
    var database: String
    var sellsInto: String?
    var why: String?
  }
  private struct BuyRequest: Codable {
    var id: String?
    var item: String?
    var priceCents: Int?
  }
  private struct BuyAnswer: Codable {
    var id: String?
    var site: String
    var database: String?
    var error: String?
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  func run() async throws {
    let server = HTTPServer(address: listen.inet, timeout: 10, logger: .disabled)
    await server.appendRoute("GET /healthz") { _ in await health() }
    await server.appendRoute("POST /buy") { try await buy($0) }
    await server.appendRoute("GET /orders/*") { await order($0) }
    try await server.run()
  }

  private func health() async -> HTTPResponse {
    let (health, database, why) = await offThePool { till.health() }
    let answer = HealthAnswer(
      site: till.site.rawValue, database: health.rawValue, sellsInto: database?.rawValue,
      why: why.isEmpty ? nil : why)
    return jsonResponse(health == .readWrite ? .ok : .serviceUnavailable, answer)
  }

  private func buy(_ request: HTTPRequest) async throws -> HTTPResponse {
    let site = till.site.rawValue
    let body = try await request.bodyData
    guard
      let wanted = body.isEmpty
        ? BuyRequest() : try? Self.decoder.decode(BuyRequest.self, from: body)
    else {
      return jsonResponse(.badRequest, BuyAnswer(site: site, error: "the body is no order in JSON"))
    }
    let id = wanted.id ?? UUID().uuidString.lowercased()
    guard UUID(uuidString: id) != nil else {
      return jsonResponse(.badRequest, BuyAnswer(site: site, error: "the id is no UUID"))
    }
    let order = Till.Order(
      id: id, item: wanted.item ?? "lifebuoy", priceCents: wanted.priceCents ?? 1990,
      soldBy: site)
    let result: Result<SiteName, Till.Trouble> = await offThePool {
      do throws(Till.Trouble) { return .success(try till.sell(order)) } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let database):
      return jsonResponse(
        .created, BuyAnswer(id: id, site: site, database: database.rawValue))
    case .failure(.notSold(let why)):
      return jsonResponse(.serviceUnavailable, BuyAnswer(site: site, error: "not sold: \(why)"))
    case .failure(.unknown(let why)):
      return jsonResponse(
        .gatewayTimeout, BuyAnswer(id: id, site: site, error: "sold or not, unknown: \(why)"))
    }
  }

  private func order(_ request: HTTPRequest) async -> HTTPResponse {
    let id = request.path.split(separator: "/").last.map(String.init) ?? ""
    guard UUID(uuidString: id) != nil, let order = await offThePool({ till.find(id) }) else {
      return jsonResponse(.notFound, ["error": "there is no such order"])
    }
    return jsonResponse(.ok, order)
  }
}

func jsonResponse(_ status: HTTPStatusCode, _ body: some Encodable) -> HTTPResponse {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let data = (try? encoder.encode(body)) ?? Data()
  return HTTPResponse(
    statusCode: status, headers: [.contentType: "application/json"], body: data)
}

/// Runs a call that blocks outside Swift's own few threads.
func offThePool<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    blockingCalls.async { continuation.resume(returning: work()) }
  }
}

private let blockingCalls = DispatchQueue(label: "lifeboat-lab.blocking", attributes: .concurrent)
