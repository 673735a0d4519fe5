package import RunbookModel

/// The forecast as it was made when a run began, with all that it rests on: kept beside the journal, whose first record
/// names its hash, so that it can be made again from what is left, and scored afterwards.
package struct KeptForecast: Sendable, Equatable, Codable {
  package static let formatVersion = 1

  package var format = KeptForecast.formatVersion
  package var madeAt: Timestamp
  package var earlierRuns: [RunID]
  package var estimates: [StepEstimate]
  package var forecast: TimeForecast

  package init(
    madeAt: Timestamp, earlierRuns: [RunID], estimates: [StepEstimate], forecast: TimeForecast
  ) {
    self.madeAt = madeAt
    self.earlierRuns = earlierRuns
    self.estimates = estimates
    self.forecast = forecast
  }

  package func encoded() throws -> [UInt8] { try JSONText.encode(self) + [0x0A] }

  package init(decoding bytes: [UInt8]) throws {
    self = try ValueDecoder().decode(KeptForecast.self, from: JSONText.read(bytes))
  }
}
