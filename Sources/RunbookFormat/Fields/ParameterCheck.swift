package import RunbookModel

/// Reads the values that whoever starts a run gives on the command line, against the parameters of
/// the runbook.
package struct ParameterCheck: Sendable {
  package let parameters: [Parameter]

  package init(_ parameters: [Parameter]) { self.parameters = parameters }

  /// Every parameter that has a value, given or by default, in its declared form; and everything
  /// that is wrong, at once.
  ///
  /// Each of `given` is `name=value`. Lists are written `a,b,c` where their entries are scalars;
  /// lists, maps and values of any type may be written as JSON.
  package func values(from given: [String]) -> (values: ValueMap, problems: [Diagnostic]) {
    var problems: [Diagnostic] = []
    var texts: [String: String] = [:]
    for argument in given {
      guard let equals = argument.firstIndex(of: "=") else {
        problems.append(
          problem(FieldCode.form, "'\(argument)' gives no value", "write name=value"))
        continue
      }
      let name = String(argument[..<equals])
      if texts.updateValue(String(argument[argument.index(after: equals)...]), forKey: name) != nil
      {
        problems.append(
          problem(FieldCode.form, "the parameter '\(name)' is given twice", "give it once"))
      }
    }
    let names = parameters.map(\.name)
    for name in texts.keys.sorted() where !names.contains(name) {
      let help = Nearest.help(for: name, among: names) ?? "this runbook takes no parameters"
      problems.append(
        problem(FieldCode.unknownKey, "the runbook has no parameter '\(name)'", help))
    }
    var values = ValueMap()
    for parameter in parameters {
      if let value = value(of: parameter, texts[parameter.name], &problems) {
        values.appendDistinct(parameter.name, value)
      }
    }
    return (values, problems)
  }

  private func value(
    of parameter: Parameter, _ text: String?, _ problems: inout [Diagnostic]
  ) -> Value? {
    let name = "the parameter '\(parameter.name)'"
    guard let text else {
      if let value = parameter.defaultValue {
        return FieldCheck(catalogue: ActionCatalogue([])).checked(
          value, as: parameter.type, named: parameter.name, allowsEmpty: true
        ).value
      }
      guard parameter.required else { return nil }
      let about = parameter.description.map { " (\($0))" } ?? ""
      problems.append(
        problem(
          FieldCode.missing, "\(name) is missing: \(parameter.type.words)\(about)",
          "give it as \(parameter.name)=..."))
      return nil
    }
    if case .secret = parameter.type {
      problems.append(
        problem(
          FieldCode.secret, "\(name) is a secret, and arguments of a program can be seen by others",
          "name it in the environment and read it there"))
      return nil
    }
    let (value, found) = FieldCheck(catalogue: ActionCatalogue([])).findings(
      in: CommandLineValue.read(text, as: parameter.type), as: parameter.type,
      named: parameter.name, allowsEmpty: parameter.allowsEmpty)
    problems += found.map { problem($0.code, "the parameter \($0.message)", $0.help) }
    guard found.isEmpty else { return nil }
    if let help = mismatch(of: text, parameter) {
      problems.append(problem(FieldCode.form, "\(name) cannot be '\(text)'", help))
      return nil
    }
    return value
  }

  private func mismatch(of text: String, _ parameter: Parameter) -> String? {
    guard let source = parameter.pattern, !(text.isEmpty && parameter.allowsEmpty) else {
      return nil
    }
    do throws(Pattern.Malformed) {
      let isFound = try Pattern(source).isFound(in: text)
      return isFound == true ? nil : "it must match \(source)"
    } catch {
      return "its pattern \(source) cannot be used: \(error.message)"
    }
  }

  private func problem(_ code: String, _ message: String, _ help: String?) -> Diagnostic {
    Diagnostic(code, .error, message, at: nil, help: help)
  }
}

/// Text from a command line as the value that a document would have held.
enum CommandLineValue {
  static func read(_ text: String, as type: FieldType) -> Value {
    switch type {
    case .int: return Int64(text).map(Value.int) ?? .string(text)
    case .double: return Double(text).map(Value.double) ?? .string(text)
    case .percentage: return Double(text).map(Value.double) ?? .string(text)
    case .bool:
      return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
    case .string, .duration, .size, .timestamp, .address, .url, .word, .secret:
      return .string(text)
    case .list(let entry):
      if let json = json(text), case .list = json { return json }
      if text.isEmpty { return .list([]) }
      return .list(
        text.split(separator: ",", omittingEmptySubsequences: false)
          .map { read(String($0), as: entry) })
    case .map, .object, .check, .any: return json(text) ?? .string(text)
    case .either(let types):
      let check = FieldCheck(catalogue: ActionCatalogue([]))
      for type in types {
        let value = read(text, as: type)
        if check.checked(value, as: type, named: "it").problems.isEmpty { return value }
      }
      return .string(text)
    }
  }

  private static func json(_ text: String) -> Value? {
    do throws(JSONText.Malformed) {
      let value = try JSONText.read(text.utf8, depth: 64)
      // A record's marks for secrets and unknowns mean nothing when a person writes them.
      return value.firstSecret == nil && value.firstUnknown == nil ? value : nil
    } catch {
      return nil
    }
  }
}
