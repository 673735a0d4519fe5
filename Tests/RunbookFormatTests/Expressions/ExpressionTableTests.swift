import RunbookFormat
import RunbookModel
import Testing

@Suite struct `Expressions follow the rules of CEL` {
  private func check(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let rows = table(text)
    #expect(!rows.isEmpty, sourceLocation: sourceLocation)
    for row in rows {
      let found = outcome(of: row.source)
      #expect(
        agrees(found, row.wanted), "\(row.source) gave \(found), not \(row.wanted)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func `literals are what they say`() {
    check(
      #"""
      0 => 0
      42 => 42
      -42 => -42
      9223372036854775807 => 9223372036854775807
      -9223372036854775808 => -9223372036854775808
      9223372036854775808 => syntax: 9223372036854775808 does not fit
      -9223372036854775809 => syntax: -9223372036854775809 does not fit
      99999999999999999999 => syntax: 99999999999999999999 does not fit
      0xff => 255
      -0x10 => -16
      0xfffffffffffffffff => syntax: this is no hexadecimal
      1.5 => 1.5
      .5 => 0.5
      -1.5e3 => -1500.0
      1e-2 => 0.01
      1E2 => 100.0
      7u => syntax: unsigned integers are not available
      30s => syntax: 30s is no number
      true => true
      false => false
      null => null
      'it' => "it"
      "it's" => "it's"
      'say "x"' => "say \"x\""
      'a\'b\n\t\\' => "a'b\n\t\\"
      r'a\nb' => "a\\nb"
      '''one 'two' three''' => "one 'two' three"
      """a"b""" => "a\"b"
      '\x41\u00e9\U0001F600\101' => "Aé😀A"
      '\q' => syntax: this escape does not exist
      '\u12' => syntax: this escape needs 4
      '\ud800' => syntax: this escape needs 4
      'open => syntax: the string does not end
      b'bytes' => syntax: bytes are not available
      [] => []
      [1, 'a', [true]] => [1,"a",[true]]
      [1, 2,] => [1,2]
      {} => {}
      {'a': 1, 'b': {'c': 2}} => {"a":1,"b":{"c":2}}
      {'a': 1, 'a': 2} => error: the key 'a' stands twice
      {1: 2} => error: the key of a map must be a string
      [1, 1/0] => error: '1/0' divides by zero
      1 // a comment => 1
      """#)
  }

  @Test func `operators bind as in CEL`() {
    check(
      """
      1 + 2 * 3 => 7
      (1 + 2) * 3 => 9
      10 - 2 - 3 => 5
      100 / 5 / 2 => 10
      -2 * -3 => 6
      --2 => 2
      - 2 + 5 => 3
      !true || true => true
      !(true || true) => false
      !!true => true
      true || false && false => true
      1 < 2 && 2 < 3 => true
      1 + 1 == 2 => true
      true ? 1 : false ? 2 : 3 => 1
      false ? 1 : false ? 2 : 3 => 3
      false ? 1 : true ? 2 : 3 => 2
      true == true ? 'y' : 'n' => "y"
      1 in [1] == true => true
      [1, 2][1] + 1 => 3
      {'a': {'b': [7]}}.a.b[0] => 7
      'abc'.size() => 3
      [[1]][0][0] => 1
      """)
  }

  @Test func `arithmetic stays in its type and never wraps`() {
    check(
      """
      7 / 2 => 3
      -7 / 2 => -3
      7 % 3 => 1
      -7 % 3 => -1
      1 / 0 => error: '1 / 0' divides by zero
      1 % 0 => error: '1 % 0' divides by zero
      9223372036854775807 + 1 => error: the result of '9223372036854775807 + 1' does not fit
      -9223372036854775808 - 1 => error: the result
      9223372036854775807 * 2 => error: the result
      -9223372036854775808 / -1 => error: the result
      -9223372036854775808 % -1 => error: the result
      -(-9223372036854775808) => error: -(-9223372036854775808) does not fit
      1.5 + 1.5 => 3.0
      1.0 / 0.0 => "inf"
      1.0 - 0.5 => 0.5
      2.0 * 1.5 => 3.0
      1 + 1.5 => error: '+' cannot work on an integer and a number; make both
      1.5 * 2 => error: '*' cannot work on a number and an integer
      5.0 % 2.0 => error: '%' cannot work on a number and a number
      'a' + 'b' => "ab"
      'a' + 1 => error: '+' cannot work on a string and an integer; make a string
      [1] + [2, 3] => [1,2,3]
      [1] + 2 => error: '+' cannot work on a list and an integer
      true + true => error: '+' cannot work on
      -'a' => error: '-' needs a number
      !1 => error: '1' must be true or false
      double(3) + 0.5 => 3.5
      int(3.9) + 1 => 4
      """)
  }

  @Test func `values compare as in CEL`() {
    check(
      #"""
      1 == 1 => true
      1 == 1.0 => true
      1.0 == 1 => true
      1 != 2 => true
      9007199254740993 == 9007199254740992.0 => false
      9007199254740993 > 9007199254740992.0 => true
      1 < 1.5 => true
      2 > 1.5 => true
      -1 > -1.5 => true
      1 <= 1.0 => true
      9223372036854775807 < 9223372036854775808.0 => true
      -9223372036854775808 == -9223372036854775808.0 => true
      0.0 == -0.0 => true
      0.0 / 0.0 == 0.0 / 0.0 => false
      0.0 / 0.0 < 1.0 => false
      0.0 / 0.0 != 1 => true
      1 == '1' => false
      1 == true => false
      null == null => true
      null == false => false
      1 == null => false
      'a' == 'a' => true
      'a' < 'b' => true
      'Z' < 'a' => true
      '\u00e9' == 'e\u0301' => false
      'ab' <= 'ab' => true
      false < true => true
      [1, 2] == [1.0, 2.0] => true
      [1, 2] == [1, 2, 3] => false
      {'a': 1, 'b': 2} == {'b': 2, 'a': 1} => true
      {'a': 1} == {'b': 1} => false
      [] == {} => false
      1 < 'a' => error: '<' cannot work on an integer and a string
      [1] < [2] => error: '<' cannot work on a list and a list
      null < 1 => error: '<' cannot work on null
      1 in [1, 2] => true
      1.0 in [1, 2] => true
      'c' in ['a', 'b'] => false
      'a' in {'a': 1} => true
      'b' in {'a': 1} => false
      1 in {'a': 1} => false
      1 in [] => false
      'a' in 'abc' => error: 'in' needs a list or a map on its right
      1 in 2 => error: 'in' needs a list or a map
      """#)
  }

  @Test func `an operand that decides takes errors and unknowns away`() {
    check(
      """
      false && 1/0 == 1 => false
      1/0 == 1 && false => false
      true || 1/0 == 1 => true
      1/0 == 1 || true => true
      true && 1/0 == 1 => error: '1/0' divides by zero
      1/0 == 1 && true => error: '1/0' divides by zero
      false || 1/0 == 1 => error: '1/0' divides by zero
      'horses' && false => false
      false && 32 => false
      'less' || true => true
      1 && true => error: '1' must be true or false
      true && 'x' => error: ''x'' must be true or false
      steps.later.ok && false => false
      false && steps.later.ok => false
      steps.later.ok || true => true
      steps.later.ok && true => unknown: until later has run
      true && steps.later.ok => unknown: until later has run
      false || steps.later.ok => unknown: until later has run
      steps.later.ok && 1/0 == 1 => unknown: until later has run
      1/0 == 1 && steps.later.ok => unknown: until later has run
      1/0 == 1 || steps.later.ok => unknown: until later has run
      steps.later.ok && recovery_point.x => unknown: until later has run
      (1/0 == 1 || steps.later.ok) && false => false
      """)
  }

  @Test func `an unknown spreads with its reason, and an error wins where both must be known`() {
    check(
      """
      steps.later => unknown: until later has run
      steps.later.a.b.c => unknown: until later has run
      steps.later + 1 => unknown: until later has run
      1 + steps.later => unknown: until later has run
      steps.later + recovery_point => unknown: until later has run
      -steps.later => unknown: until later has run
      !steps.later => unknown: until later has run
      steps.later == 1 => unknown: until later has run
      steps.later != 1 => unknown: until later has run
      steps.later == steps.later => unknown: until later has run
      steps.later == null => unknown: until later has run
      steps.later < 1 => unknown: until later has run
      steps.later in [1] => unknown: until later has run
      1 in steps.later => unknown: until later has run
      steps.later in [] => false
      1 in [steps.later, 1] => true
      1 in [steps.later, 2] => unknown: until later has run
      steps.later[0] => unknown: until later has run
      [1, 2][steps.later] => unknown: until later has run
      size(steps.later) => unknown: until later has run
      steps.later.startsWith('x') => unknown: until later has run
      'x'.startsWith(steps.later) => unknown: until later has run
      string(steps.later) => unknown: until later has run
      duration(steps.later) => unknown: until later has run
      steps.later.x.matches('a') => unknown: until later has run
      steps.later ? 1 : 2 => unknown: until later has run
      true ? 1 : steps.later => 1
      has(steps.later) => true
      has(steps.later.x) => unknown: until later has run
      steps.fence_db.pending => unknown: until it is read
      steps.later.exists(x, x == 1) => unknown: until later has run
      steps[steps.later] => unknown: until later has run
      steps.later + 1/0 => error: '1/0' divides by zero
      1/0 + steps.later => error: '1/0' divides by zero
      size([steps.later, 1]) => 2
      [steps.later, 1][1] => 1
      [steps.later, 1] == [2, 3] => false
      [steps.later, 1] == [2, 1] => unknown: until later has run
      [steps.later] == [] => false
      {'a': steps.later}.a => unknown: until later has run
      {steps.later: 1} => unknown: until later has run
      """)
  }

  @Test func `names lead to values, and a missing one is an error that helps`() {
    check(
      """
      params.incident => "INC-1"
      params['incident'] => "INC-1"
      env.db.primary.address => "10.0.0.5:5432"
      env['site-b'].address => "10.0.1.1"
      env.`site-b`.address => "10.0.1.1"
      variant => "failover"
      steps.fence_db.receipt => "r-1"
      steps['fence_db'].receipt => "r-1"
      steps['fence_' + 'db'].receipt => "r-1"
      params.names[1] => "b"
      params.names[2] => error: there is no entry 2 in 'params.names'; it has 2
      params.names[-1] => error: there is no entry -1
      params.names['a'] => error: 'params.names' is a list and has no 'a' in it
      params.names['a' + ''] => error: the index must be an integer
      params[0] => error: the index must be a string
      params.incidnt => error: 'params' has no 'incidnt'; did you mean 'incident'?
      params.incident.x => error: 'params.incident' is a string and has no 'x' in it
      params.count[0] => error: 'params.count' is an integer and has no entries
      steps.nowhere.x => error: there is no step 'nowhere'
      steps.skipped.x => error: 'steps.skipped' has no 'x'; it is empty
      elsewhere => error: 'elsewhere' has no meaning here
      has(params.incident) => true
      has(params.nothing) => true
      has(params.other) => false
      has(params.other.x) => error: 'params' has no 'other'
      has(params['other']) => false
      has(params.incident.x) => error: 'params.incident' is a string
      has(steps.fence_db) => true
      has(steps.nowhere) => false
      has(steps.fence_db.receipt) => true
      has(params) => syntax: has() asks whether a map has a name
      has(1) => syntax: has() asks
      params.nothing == null => true
      """)
  }

  @Test func `functions do what CEL says`() {
    check(
      #"""
      size('') => 0
      size('aé😀') => 3
      'abc'.size() => 3
      size([1, 2]) => 2
      size({'a': 1}) => 1
      size(1) => error: size() needs a string
      'abc'.startsWith('ab') => true
      'abc'.startsWith('') => true
      'abc'.startsWith('bc') => false
      'abc'.endsWith('bc') => true
      'abc'.endsWith('abcd') => false
      'abc'.contains('b') => true
      'ababab'.contains('abab') => true
      'abc'.contains('') => true
      ''.contains('a') => false
      'abc'.contains(1) => error: contains() needs strings
      'abc'.matches('^a.c$') => true
      matches('abc', 'b') => true
      'abc'.matches('^b') => false
      'abc'.matches('(') => syntax: the pattern cannot be used: a ')' is missing
      'abc'.matches('(' + '') => error: the pattern cannot be used: a ')' is missing
      1.matches('a') => error: matches() needs strings, but '1' is an integer
      string(1) => "1"
      string(1.5) => "1.5"
      string(2.0) => "2"
      string(1e30) => "1e+30"
      string(true) => "true"
      string('x') => "x"
      string(duration('90s')) => "1m30s"
      string(timestamp('2026-01-01T00:00:00Z')) => "2026-01-01T00:00:00Z"
      string(null) => error: null cannot become a string
      string([1]) => error: a list cannot become a string
      int('12') => 12
      int('-12') => -12
      int('1.5') => error: '1.5' is no integer
      int('') => error: '' is no integer
      int(1.9) => 1
      int(-1.9) => -1
      int(1e19) => error: 1e+19 does not fit
      int(0.0 / 0.0) => error:
      int(timestamp('1970-01-01T00:01:00Z')) => 60
      int(timestamp('1969-12-31T23:59:59.5Z')) => -1
      int(true) => error: a boolean cannot become an integer
      double(1) => 1.0
      double('1.5') => 1.5
      double('x') => error: 'x' is no number
      [1, 2, 3].exists(x, x > 2) => true
      [1, 2, 3].exists(x, x > 3) => false
      [1, 2, 3].all(x, x > 0) => true
      [1, 2, 3].all(x, x > 1) => false
      [].exists(x, x) => false
      [].all(x, x) => true
      {'a': 1}.exists(k, k == 'a') => true
      {'a': 1, 'b': 2}.all(k, k != 'c') => true
      [0, 1].exists(x, 1 / x == 1) => true
      [1, 0].all(x, 1 / x == 2) => false
      [0, 2].exists(x, 1 / x == 1) => error: '1 / x' divides by zero
      [0, 1].all(x, 1 / x == 1) => error: '1 / x' divides by zero
      [1, 2].exists(x, steps.later == x) => unknown: until later has run
      [[1, 2], [3]].all(y, y.exists(x, x > 1)) => true
      [1].exists(x, [2].exists(y, x + y == 3)) => true
      [1].exists(x, [2].exists(x, x == 1)) => false
      params.names.exists(params, params == 'b') => true
      1.5.exists(x, true) => error: exists() needs a list or a map
      'a'.all(x, true) => error: all() needs a list or a map
      [1].exists(x, x) => error: 'x' must be true or false
      [1].exists(1, true) => syntax: exists() begins with a name
      [1].map(x, x) => syntax: there is no function .map()
      startWith('a') => syntax: there is no function startWith()
      'a'.startWith('a') => syntax: there is no function .startWith()
      size() => syntax: size() is called with the wrong number
      'a'.contains() => syntax: contains() is called with the wrong number
      """#)
  }

  @Test func `durations and times compute with units and without overflow`() {
    check(
      """
      duration('1m30s') => {"$duration":"1m30s"}
      duration('PT15M') => {"$duration":"15m"}
      duration('-30s') => {"$duration":"-30s"}
      duration('30') => syntax: '30' is no duration
      duration('3' + '0') => error: '30' is no duration
      duration(30) => error: a number is no duration; it needs a unit
      duration('1m') + duration('30s') => {"$duration":"1m30s"}
      duration('1m') - duration('90s') => {"$duration":"-30s"}
      duration('1m') == duration('60s') => true
      duration('59s') < duration('1m') => true
      params.limit > duration('10s') => true
      params.limit > 10 => error: '>' cannot work on a duration and an integer; a number needs
      params.limit == 30 => false
      duration('1m') * 2 => error: '*' cannot work on
      duration('106751d') + duration('106751d') => error: the result is a duration of more
      timestamp('2026-01-01T00:00:00Z') + duration('1h') => {"$timestamp":"2026-01-01T01:00:00Z"}
      duration('1h') + params.since => {"$timestamp":"2026-01-01T01:00:00Z"}
      params.since - duration('1s') => {"$timestamp":"2025-12-31T23:59:59Z"}
      timestamp('2026-01-02T00:00:00+01:00') - params.since => {"$duration":"23h"}
      params.since < timestamp('2027-01-01T00:00Z') => true
      params.since + params.since => error: '+' cannot work on a timestamp and a timestamp
      duration('1s') - params.since => error: '-' cannot work on
      timestamp('2261-12-31T00:00:00Z') + duration('2000d') => error: the result is a time beyond
      timestamp('2026-13-01T00:00:00Z') => syntax: '2026-13-01T00:00:00Z' is no time
      timestamp(0) => {"$timestamp":"1970-01-01T00:00:00Z"}
      timestamp(9223372036854775807) => error:
      """)
  }

  @Test func `a secret is only ever passed on`() {
    check(
      """
      secrets.db => {"$secret":"db"}
      env.with_secret.password => {"$secret":"db"}
      env.with_secret => {"user":"lb","password":{"$secret":"db"}}
      variant == 'failover' ? secrets.db : secrets.other => {"$secret":"db"}
      has(secrets.db) => true
      'db' in secrets => true
      secrets.db == 'x' => error: the secret 'db' can only be passed on alone
      secrets.db == secrets.db => error: the secret 'db' can only be passed on alone
      env.with_secret == env.with_secret => error: the secret 'db' can only be passed on alone
      [secrets.db] == [1] => error: the secret 'db'
      secrets.db in ['x'] => error: the secret 'db'
      'x' in [secrets.db] => error: the secret 'db'
      secrets.db + 'x' => error: the secret 'db'
      'x' + secrets.db => error: the secret 'db'
      secrets.db < 'x' => error: the secret 'db'
      !secrets.db => error: the secret 'db'
      -secrets.db => error: the secret 'db'
      secrets.db && true => error: the secret 'db'
      secrets.db ? 1 : 2 => error: the secret 'db'
      size(secrets.db) => error: the secret 'db'
      string(secrets.db) => error: the secret 'db'
      secrets.db.startsWith('x') => error: the secret 'db'
      'x'.contains(secrets.db) => error: the secret 'db'
      secrets.db.matches('x') => error: the secret 'db'
      secrets.db.x => error: the secret 'db'
      secrets.db[0] => error: the secret 'db'
      {'a': 1}[secrets.db] => error: the secret 'db'
      [secrets.db].exists(s, s == 'x') => error: the secret 'db'
      steps[secrets.db] => error: the id of a step must be a string
      secrets.nothing => error: 'secrets' has no 'nothing'
      """)
  }

  @Test func `what cannot be parsed says what to write instead`() throws {
    let cases: [(String, String, String?)] = [
      ("", "the expression is empty", nil),
      ("1 +", "the expression ends where a value should be", nil),
      ("(1", "the expression ends where ')' to close the parenthesis should be", nil),
      ("1 2", "a number stands where an operator or the end of the expression should be", nil),
      ("a = b", "'=' is no operator", "to compare, write '=='"),
      ("a & b", "'&' is no operator", "for 'and', write '&&'"),
      ("a | b", "'|' is no operator", "for 'or', write '||'"),
      ("a and b", "'and' is no operator", "write '&&'"),
      ("a or b", "'or' is no operator", "write '||'"),
      ("not a", "'not' is no operator", "write '!'"),
      ("${x}", "'$' has no meaning inside an expression", nil),
      ("“x”", "“ is not a quote that is understood", "write '"),
      ("steps", "'steps' alone is no value", "write steps.<id>.<output>"),
      ("5m", "5m is no number", "write duration('5m')"),
      ("a.true", "'true' cannot follow a dot", "write ['true']"),
      ("true ? 1", "the expression ends where ':' and the other value of '? :' should be", nil),
      ("[1 2]", "a number stands where ',' or ']' should be", nil),
      ("'a'.size(1)", "size() is called with the wrong number of arguments", nil),
    ]
    for (source, message, help) in cases {
      let error = #expect(throws: Diagnostic.self) {
        try Expression(parsing: ExpressionText(source, at: nil))
      }
      #expect(error?.message == message, "\(source)")
      if let help { #expect(error?.help == help, "\(source)") }
      #expect(error?.code.hasPrefix("LB") == true)
    }
  }
}
