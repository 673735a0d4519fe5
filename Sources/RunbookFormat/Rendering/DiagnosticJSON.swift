package import RunbookModel

/// Diagnostics for programs.
package enum DiagnosticJSON {
  /// `{"format": 1, "errors": n, "warnings": n, "diagnostics": [...]}`. Fields are added, never changed.
  package static func value(_ diagnostics: [Diagnostic]) -> Value {
    let errors = diagnostics.count { $0.severity == .error }
    return [
      "format": 1, "errors": .int(Int64(errors)),
      "warnings": .int(Int64(diagnostics.count - errors)),
      "diagnostics": .list(diagnostics.map(value)),
    ]
  }

  private static func value(_ diagnostic: Diagnostic) -> Value {
    var map: ValueMap = [
      "code": .string(diagnostic.code), "severity": .string(diagnostic.severity.rawValue),
      "message": .string(diagnostic.message),
    ]
    if let place = diagnostic.place { map["place"] = value(place) }
    if let help = diagnostic.help { map["help"] = .string(help) }
    if !diagnostic.related.isEmpty {
      map["related"] = .list(
        diagnostic.related.map { ["message": .string($0.message), "place": value($0.place)] })
    }
    return .map(map)
  }

  private static func value(_ place: SourcePlace) -> Value {
    [
      "file": .string(place.file), "line": .int(Int64(place.line)),
      "column": .int(Int64(place.column)), "length": .int(Int64(place.length)),
    ]
  }
}

/// Diagnostics in SARIF 2.1.0, which code hosts and editors show beside the file.
package enum DiagnosticSARIF {
  package static func value(_ diagnostics: [Diagnostic], toolVersion: String) -> Value {
    [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "lifeboat", "version": .string(toolVersion),
              "rules": .list(rules(diagnostics)),
            ]
          ],
          "columnKind": "unicodeCodePoints", "results": .list(diagnostics.map(result)),
        ]
      ],
    ]
  }

  /// Every rule that has a page, and every other code that occurs.
  private static func rules(_ diagnostics: [Diagnostic]) -> [Value] {
    var rules = RuleBook.all.map { rule -> Value in
      [
        "id": .string(rule.code), "shortDescription": ["text": .string(rule.title)],
        "fullDescription": ["text": .string(rule.explanation)],
        "defaultConfiguration": ["level": .string(rule.severity.rawValue)],
      ]
    }
    let known = Set(RuleBook.all.map(\.code))
    rules += Set(diagnostics.map(\.code)).subtracting(known).sorted().map { ["id": .string($0)] }
    return rules
  }

  private static func result(_ diagnostic: Diagnostic) -> Value {
    let text = diagnostic.help.map { "\(diagnostic.message)\n\($0)" } ?? diagnostic.message
    var map: ValueMap = [
      "ruleId": .string(diagnostic.code), "level": .string(diagnostic.severity.rawValue),
      "message": ["text": .string(text)],
    ]
    if let place = diagnostic.place { map["locations"] = .list([.map(location(place))]) }
    if !diagnostic.related.isEmpty {
      map["relatedLocations"] = .list(
        diagnostic.related.map { related in
          var map = location(related.place)
          map["message"] = ["text": .string(related.message)]
          return .map(map)
        })
    }
    return .map(map)
  }

  private static func location(_ place: SourcePlace) -> ValueMap {
    [
      "physicalLocation": [
        "artifactLocation": ["uri": .string(uri(place.file))],
        "region": [
          "startLine": .int(Int64(place.line)), "startColumn": .int(Int64(place.column)),
          "endLine": .int(Int64(place.line)),
          "endColumn": .int(Int64(place.column + max(1, place.length))),
        ],
      ]
    ]
  }

  /// A path as a relative or file URI: everything but plain path characters is escaped.
  private static func uri(_ path: String) -> String {
    var text = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      let isPlain =
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
        || "-._~/".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }
}
