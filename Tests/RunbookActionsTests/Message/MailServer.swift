import Glibc
import RunbookModel
import TestServers

/// A real mail server (aiosmtpd) on 127.0.0.1 that keeps what it accepts. Mail to `nobody@` it refuses for good, to
/// `later@` for now.
final class MailServer: Sendable {
  enum Encryption: String {
    case none, starttls, implicit
  }

  let port: UInt16
  let folder: String
  private let process: ServerProcess

  /// `login`: only `lifeboat` with this password may send.
  init(_ encryption: Encryption = .none, login: String? = nil) async throws {
    folder = try makeFolder("mail")
    port = try freePort()
    if encryption != .none { try await makeCertificate(in: folder) }
    try write(Self.program, to: "\(folder)/server.py")
    if let login { try write(login, to: "\(folder)/password") }
    process = try ServerProcess(
      ["/usr/bin/python3", "-W", "ignore", "\(folder)/server.py", "\(port)", encryption.rawValue],
      in: folder)
    let isUp = await TestServers.eventually { readText("\(self.folder)/ready") != nil }
    guard isUp else {
      throw RigError("the mail server (Debian: python3-aiosmtpd) did not start: \(process.output)")
    }
  }

  var address: String { "127.0.0.1:\(port)" }
  /// The authority that its certificate rests on; good for the name mail.example.test and for 127.0.0.1.
  var authority: String { "\(folder)/cert.pem" }

  /// What it has accepted, as Python's own mail package reads it.
  var mails: [Value] {
    (0..<100).compactMap { number in
      readText("\(folder)/\(number).json").flatMap { try? JSONText.read(Array($0.utf8)) }
    }
  }

  func freeze() throws { try process.freeze() }

  private static let program = """
    import asyncio, email, email.policy, json, os, ssl, sys
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    port, encryption = int(sys.argv[1]), sys.argv[2]
    password = open('password', 'rb').read() if os.path.exists('password') else None
    count = 0

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith('nobody@'):
                return '550 5.1.1 there is nobody of that name'
            if address.startswith('later@'):
                return '451 4.7.1 come back later'
            envelope.rcpt_tos.append(address)
            return '250 2.1.5 recipient is fine'

        async def handle_DATA(self, server, session, envelope):
            global count
            raw = envelope.original_content
            mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
            said = {'sender': envelope.mail_from, 'recipients': envelope.rcpt_tos,
                    'encrypted': server.transport.get_extra_info('ssl_object') is not None,
                    'user': session.auth_data.decode() if session.auth_data else None,
                    'raw': raw.decode('ascii'), 'subject': mail['subject'], 'from': mail['from'],
                    'to': mail['to'], 'id': mail['message-id'], 'references': mail['references'],
                    'date': mail['date'].datetime.isoformat(),
                    'defects': [str(d) for h in mail.keys() for d in mail[h].defects],
                    'body': mail.get_content().replace('\\r\\n', '\\n')}
            with open('new', 'w') as file:
                json.dump(said, file)
            os.rename('new', f'{count}.json')
            count += 1
            return f'250 2.0.0 queued as number {count}'

    def login(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data.login == b'lifeboat' \\
            and data.password == password
        return AuthResult(success=good, handled=good, auth_data=data.login if good else None)

    context = None
    if encryption != 'none':
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain('cert.pem', 'key.pem')

    def session():
        return SMTP(Handler(), hostname='mail.example.test', enable_SMTPUTF8=False,
                    tls_context=context if encryption == 'starttls' else None,
                    require_starttls=encryption == 'starttls',
                    authenticator=login, auth_required=password is not None,
                    auth_require_tls=encryption == 'starttls')

    async def main():
        server = await asyncio.get_running_loop().create_server(
            session, '127.0.0.1', port, ssl=context if encryption == 'implicit' else None)
        open('ready', 'w').write('yes')
        await server.serve_forever()

    asyncio.run(main())
    """
}

/// A certificate of its own making, good for a day.
private func makeCertificate(in folder: String) async throws {
  _ = try await run([
    "argv": [
      "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=mail.example.test",
      "-addext", "subjectAltName=DNS:mail.example.test,IP:127.0.0.1", "-keyout",
      .string("\(folder)/key.pem"), "-out", .string("\(folder)/cert.pem"),
    ]
  ])
}
