import RunbookAction
import RunbookModel

extension Fence.Change {
  /// The fence's undo in words, from what was captured before it.
  var wayBack: WayBack {
    let address = node.address
    switch way {
    case .takeWitnessesWord:
      return WayBack(
        goesBackTo: ["nothing: \(address) was taken for dead and was not touched"], commands: [])
    case .stop, .stopUnseen, .readOnly: break
    }
    var back: [String] = []
    var commands: [String] = []
    if way != .readOnly {
      back.append("\(address) runs again")
      commands.append(
        node.start.map { $0.map(\.shellQuoted).joined(separator: " ") }
          ?? "start the server at \(address): the environment names no start command")
    }
    if way != .stopUnseen {
      let before = readOnlyBefore.map { "'\($0)'" } ?? "unset"
      back.append("default_transaction_read_only at \(address) is \(before), as before")
      commands += [
        "\(psql(node)) -c \"\(setting)\" -c \"select pg_reload_conf()\"",
        "\(psql(node)) -c \"show default_transaction_read_only\"   "
          + "# must say \(readOnlyBefore ?? "off")",
      ]
    }
    return WayBack(goesBackTo: back, lookFirst: lookFirst, commands: commands)
  }

  private var setting: String {
    switch readOnlyBefore {
    case "on"?: "alter system set default_transaction_read_only = on"
    case "off"?: "alter system set default_transaction_read_only = off"
    default: "alter system reset default_transaction_read_only"
    }
  }

  /// Two primaries that take writes are worse than none.
  private var lookFirst: [String] {
    guard let successor else {
      return ["no server may have taken over from \(node.address): two primaries would diverge"]
    }
    return [
      "the successor \(successor.address) must not take writes; this must say t: "
        + "\(psql(successor)) -Atc \"select pg_is_in_recovery()\""
    ]
  }

  /// The password is left to psql's own ways: it asks, or reads ~/.pgpass.
  private func psql(_ node: PostgresNode) -> String {
    let place: String
    do throws(ActionFailure) {
      let (host, port) = try PostgresNode.split(node.address)
      place = "-h \(host.shellQuoted) -p \(port)"
    } catch {
      place = "-h \(node.address.shellQuoted)"
    }
    return "psql \(place) -U \(node.user.shellQuoted) \((node.database ?? "postgres").shellQuoted)"
  }
}
