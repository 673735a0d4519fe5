import RunbookAction
import RunbookModel

/// Gives a message to a mail server. What it returns is what the server said when it accepted it.
func sendMail(
  _ change: MessageSend.Change, through server: SMTPServer, at now: Timestamp,
  in context: WriteContext
) async throws(ActionFailure) -> String {
  guard let target = HostPort(server.address) else {
    throw .refused(.input, "'\(server.address)' is no address of a mail server")
  }
  let deadline = context.reading.withReserve.deadline
  let host = target.host.contains(":") ? "[\(target.host)]" : target.host
  var request = SMTPRequest(
    url: "\(server.tls == .implicit ? "smtps" : "smtp")://\(host):\(target.port)",
    from: "<\(Recipient(server.from).address)>",
    recipients: change.to.map { "<\($0.address)>" },
    message: MailText(change, from: server.from, at: now).wire,
    mustEncrypt: server.tls == .starttls, caFile: server.caFile)
  if let user = server.user, let name = server.password?.secretName {
    request.login = (user, try context.secret(name))
  }
  switch await addresses(of: target.host, port: target.port, until: deadline) {
  case .failure(let failure):
    throw .passing(
      .unreachable, "\(server.address): \(failure.message); nothing was sent",
      advice: "look at the name servers")
  case .success(let found):
    if found.map(\.text) != [target.host] {
      let list = found.map { $0.text.contains(":") ? "[\($0.text)]" : $0.text }
      request.pins = ["\(target.host):\(target.port):\(list.joined(separator: ","))"]
    }
  }
  request.milliseconds = deadline.milliseconds
  let ready = request
  let outcome = await blocking { exchange(ready) }
  let recipients = change.to.count == 1 ? "1 recipient" : "\(change.to.count) recipients"
  switch outcome {
  case .accepted(let words):
    return "\(server.address) accepted it for \(recipients): \(words)"
  case .refused(let code, let words):
    let text = "\(server.address) refused it: \(words); nothing was sent"
    throw (400..<500).contains(code)
      ? .passing(.refused, text, advice: "it says that it may accept it later")
      : .refused(.refused, text, advice: "look at sender and recipients")
  case .loginRefused(let words):
    throw .refused(
      .authentication, "\(server.address) refused the login: \(words); nothing was sent",
      advice: "look at 'user' and its secret")
  case .untrusted(let words):
    throw .refused(
      .authentication, "no trusted TLS connection to \(server.address): \(words); nothing was sent",
      advice: "look at its certificate, at 'ca_file' and at 'tls'")
  case .notSent(let words):
    throw .passing(.unreachable, "\(server.address): \(words); nothing was sent")
  case .impossible(let words): throw .refused(.input, "\(server.address): \(words)")
  case .lost(let words):
    throw .unknown(
      .timeout,
      "the whole message went to \(server.address), and its answer was lost: \(words)",
      advice: "ask a recipient; a second one would carry the same Message-ID <\(change.id)>")
  }
}
