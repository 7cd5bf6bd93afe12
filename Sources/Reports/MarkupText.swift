/// Text as the formats of other tools take it.
enum MarkupText {
  /// For XML and HTML, content and attributes; what XML 1.0 cannot hold is left out.
  ///
  /// Reference: Extensible Markup Language (XML) 1.0, sections 2.2 and 2.4.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t", "\r": result += " "
      default:
        let isControl = scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value
        if !isControl, scalar.value != 0xfffe, scalar.value != 0xffff {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// For a cell of a Markdown table.
  ///
  /// Reference: GitHub Flavored Markdown, section 4.10; every ASCII punctuation may be escaped.
  static func cell(_ text: String) -> String {
    let special = Set("\\`*_{}[]<>()#+!|~&$@".unicodeScalars)
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value {
        result += " "
      } else {
        if special.contains(scalar) { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
