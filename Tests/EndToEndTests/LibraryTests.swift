import TestServers
import Testing

/// The libraries for HTTP, PostgreSQL and DNS: loaded by the steps that need them, and only then.
@Suite struct LibraryTests {
  private static let libraries = ["libcurl.so", "libpq.so", "libldns.so", "libssl.so"]

  @Test func `what asks nobody loads no library for asking`() async throws {
    try await Desk.with { desk in
      try desk.runbook(look("here", "true"))
      #expect(try await desk.drill().status == 0)
      for words in [
        ["--version"], ["--help"], ["actions"], ["actions", "dns.switch"], ["schema"], ["runs"],
        ["validate", desk.book], ["status"], ["report"], ["audit", "verify"],
        ["plan", desk.book, "-e", "here"],
      ] {
        let loaded = try await loaded(by: words, on: desk)
        #expect(loaded.contains("libyaml"), "\(words): the loader told nothing")
        for library in Self.libraries {
          let isLoaded = loaded.contains(library)
          #expect(!isLoaded, "\(words) loads \(library)")
        }
      }
    }
  }

  @Test func `a plan loads what its steps need, to look`() async throws {
    try await Desk.with { desk in
      try desk.runbook(asking)
      let loaded = try await loaded(by: ["plan", desk.book, "-e", "here"], on: desk)
      for library in Self.libraries { #expect(loaded.contains(library), "\(library)") }
    }
  }

  @Test
  func
    `a library that cannot be loaded is the error of the steps that need it, before anything is done`()
    async throws
  {
    try await Desk.with { desk in
      try desk.runbook(
        look("other", "true"),
        """
        - step: fence
          uses: postgres.fence
          with:
            node: {address: '127.0.0.1:9', user: me, stop: [touch, '\(desk.target)/stopped']}
            unreachable_is: fenced_by_witness
        """, asking,
        """
        - step: switch
          uses: dns.switch
          with: {server: {address: '127.0.0.1:9'}, name: a.example.test, type: A, to: ['127.0.0.2']}
        """)
      // What the loader finds first is no library.
      for name in ["libcurl.so.4", "libpq.so.5", "libldns.so.3"] {
        try write("", to: "\(desk.path)/\(name)")
      }
      let hidden = ["LD_LIBRARY_PATH=\(desk.path)", "COLUMNS=1000"]
      let planned = try await desk.start(["plan", desk.book, "-e", "here"], with: hidden).end()
      #expect(planned.status == 4, "\(planned)")
      let text = planned.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(text.contains("other holds now"), "\(text)")
      for (step, library, file, package) in [
        ("page", "libcurl", "libcurl.so.4", "libcurl4"), ("db", "libpq", "libpq.so.5", "libpq5"),
        ("name", "ldns", "libldns.so.3", "libldns3"), ("fence", "libpq", "libpq.so.5", "libpq5"),
      ] {
        #expect(text.contains("\(step) cannot be seen ["), "\(step): \(text)")
        let why =
          "\(library) cannot be loaded on this machine, so nothing was asked or sent: "
          + "\(desk.path)/\(file): file too short (Debian has it in \(package))"
        #expect(text.contains(why), "\(step): \(text)")
      }
      #expect(text.contains("switch: ldns cannot be loaded"), "\(text)")
      let drilled = try await desk.start(["drill", desk.book, "-e", "here"], with: hidden).end()
      #expect(drilled.status == 6, "\(drilled)")
      #expect(drilled.everything.contains("Changed so far: nothing."), "\(drilled)")
      #expect(drilled.everything.contains("install it on this machine"), "\(drilled)")
      #expect(!desk.exists("stopped"))
    }
  }

  /// A step for each of the libraries; nobody listens where they look.
  private let asking = """
    - step: page
      uses: http.check
      with: {url: 'http://127.0.0.1:9/'}
    - step: db
      uses: postgres.check
      with: {node: {address: '127.0.0.1:9', user: me}, expect: {accepting: true}}
    - step: name
      uses: dns.check
      with: {name: a.example.test, type: A, servers: ['127.0.0.1:9'], expect: any}
    """

  /// What the dynamic loader says that it has loaded, at the start and later.
  private func loaded(by words: [String], on desk: Desk) async throws -> String {
    let notes = "\(desk.path)/loader"
    let child = try desk.start(words, with: ["LD_DEBUG=files", "LD_DEBUG_OUTPUT=\(notes)"])
    _ = try await child.end()
    return readText("\(notes).\(child.pid)") ?? ""
  }
}
