import Foundation

/// Checks JSON against a schema by the part of JSON Schema that the tool's schemas use.
///
/// Reference: JSON Schema draft 2020-12.
struct SchemaValidator {
  private let root: [String: Any]

  /// Keywords that are checked, and those that only tell.
  private static let known: Set<String> = [
    "type", "enum", "const", "required", "properties", "additionalProperties", "items", "$ref",
    "anyOf", "minimum", "maximum", "exclusiveMinimum", "minItems", "pattern", "title",
    "description", "$schema", "$defs",
  ]

  init(_ data: Data) throws {
    guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw BuiltTool.Failed(description: "a schema is an object")
    }
    self.root = root
  }

  var properties: [String] { (root["properties"] as? [String: Any] ?? [:]).keys.sorted() }

  /// What is wrong, each with its place; empty when all is right.
  func problems(_ value: Any) -> [String] { problems(value, root, "$") }

  private func problems(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    var found = schema.keys.filter { !Self.known.contains($0) }.map { "\(place): keyword \($0)" }
    if let reference = schema["$ref"] as? String {
      let name = reference.replacingOccurrences(of: "#/$defs/", with: "")
      let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
      found += target.map { problems(value, $0, place) } ?? ["\(place): no \(reference)"]
    }
    if let choices = schema["anyOf"] as? [[String: Any]] {
      let tried = choices.map { problems(value, $0, place) }
      if !tried.contains(where: \.isEmpty) { found += tried.flatMap(\.self) }
    }
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { isType(value, $0) }) {
      return found + ["\(place): expected \(types.joined(separator: " or ")), found \(value)"]
    }
    for allowed in [schema["enum"] as? [Any], schema["const"].map { [$0] }].compactMap(\.self)
    where !allowed.contains(where: { ($0 as? NSObject) == (value as? NSObject) }) {
      found.append("\(place): \(value) is none of \(allowed)")
    }
    if let object = value as? [String: Any] { found += ofObject(object, schema, place) }
    if let array = value as? [Any] {
      if let least = schema["minItems"] as? Int, array.count < least {
        found.append("\(place): fewer than \(least)")
      }
      if let items = schema["items"] as? [String: Any] {
        for (index, item) in array.enumerated() {
          found += problems(item, items, "\(place)[\(index)]")
        }
      }
    }
    return found + ofScalar(value, schema, place)
  }

  private func ofObject(
    _ object: [String: Any], _ schema: [String: Any], _ place: String
  ) -> [String] {
    var found: [String] = []
    for key in schema["required"] as? [String] ?? [] where object[key] == nil {
      found.append("\(place): no \(key)")
    }
    let named = schema["properties"] as? [String: Any] ?? [:]
    for (key, member) in object.sorted(by: { $0.key < $1.key }) {
      if let inner = named[key] as? [String: Any] {
        found += problems(member, inner, "\(place).\(key)")
      } else if let other = schema["additionalProperties"] as? [String: Any] {
        found += problems(member, other, "\(place).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(place): unknown key \(key)")
      }
    }
    return found
  }

  private func ofScalar(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    var found: [String] = []
    if isType(value, "number"), let number = (value as? NSNumber)?.doubleValue {
      if let least = schema["minimum"] as? Double, number < least {
        found.append("\(place): \(number) below \(least)")
      }
      if let most = schema["maximum"] as? Double, number > most {
        found.append("\(place): \(number) above \(most)")
      }
      if let least = schema["exclusiveMinimum"] as? Double, number <= least {
        found.append("\(place): \(number) not above \(least)")
      }
    }
    if let text = value as? String, let pattern = schema["pattern"] as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(place): '\(text)' is not of the form \(pattern)")
    }
    return found
  }

  private func isType(_ value: Any, _ type: String) -> Bool {
    let isBoolean = (value as? NSNumber).map { isTruthValue($0) } ?? false
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "null": return value is NSNull
    case "boolean": return isBoolean
    case "number": return value is NSNumber && !isBoolean
    case "integer":
      guard !isBoolean, let number = value as? NSNumber else { return false }
      return number.doubleValue.rounded() == number.doubleValue
    default: return false
    }
  }

  /// `true` and `false` are numbers of another kind.
  private func isTruthValue(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }
}
