import Foundation
import RunbookAction
import RunbookModel
import TestServers
import Testing

@testable import DNSPlugin

/// What was done, as the zone shows it, against what was said before it.
@Suite struct PlannedDifferenceTests {
  @Test func `D7: the zone differs by what the plan showed, line by line, and by nothing else`()
    async throws
  {
    let servers = try await NameServers.start()
    let before = try zone(servers)
    let planned = try await plan(order(servers, "two.example.test", ["127.0.0.3", "127.0.0.4"]))
    let preview = try #require(planned.preview)
    #expect(try zone(servers) == before, "the plan changed the zone")
    _ = try await apply(try #require(planned.change))
    let after = try zone(servers)

    let gone = before.subtracting(after).filter { !$0.contains(" SOA ") }
    let new = after.subtracting(before).filter { !$0.contains(" SOA ") }
    #expect(gone == ["two.example.test. 1 A 127.0.0.1", "two.example.test. 1 A 127.0.0.2"])
    #expect(preview.does.contains("  update delete two.example.test. A"))
    let added = preview.does.compactMap { line in
      line.hasPrefix("  update add ") ? String(line.dropFirst("  update add ".count)) : nil
    }
    #expect(new == Set(added) && new.count == 2, "\(new), and said: \(preview.does)")
  }

  /// Every record of the zone, by a transfer (RFC 5936) that another program makes.
  private func zone(_ servers: NameServers) throws -> Set<String> {
    let parts = servers.primaryAddress.split(separator: ":")
    let dig = Process()
    dig.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    dig.arguments = [
      "dig", "@\(parts[0])", "-p", "\(parts[1])", "example.test", "AXFR", "+noall", "+answer",
      "+noclass",
    ]
    let output = Pipe()
    dig.standardOutput = output
    try dig.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    dig.waitUntilExit()
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let records = lines.map { $0.split { $0 == "\t" || $0 == " " }.joined(separator: " ") }
    try #require(records.count > 5, "the zone could not be read")
    return Set(records)
  }
}
