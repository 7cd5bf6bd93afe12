import Documents

/// Follows `derivedFrom`: an element takes over what the other says and it does not say itself.
final class SVDDerivation {
  private let peripherals: [XMLElement]
  /// What lies in the peripheral at hand: paths may begin there.
  var scope: [XMLElement] = []
  /// Elements looked at: hostile files would make that a square of their length.
  private var work = 0

  init(_ peripherals: [XMLElement]) { self.peripherals = peripherals }

  private func spend(_ count: Int, at element: XMLElement) throws(DocumentError) {
    work += count
    if work > DescriptionLimits.work {
      throw element.error("derivedFrom takes more steps than a description may")
    }
  }

  /// The element with all that it takes over; `siblings` are those beside it, `path` leads to it.
  func resolved(
    _ element: XMLElement, among siblings: [XMLElement], depth: Int = 0
  ) throws(DocumentError) -> XMLElement {
    guard let origin = element.derivedFrom else { return element }
    guard depth < DescriptionLimits.derivations else {
      throw element.error("derivedFrom goes in a circle at '\(shortened(origin))'")
    }
    let (found, beside) = try self.origin(origin, of: element, among: siblings)
    let base = try resolved(found, among: beside, depth: depth + 1)
    try spend(base.children.count + element.children.count, at: element)
    return merged(base, element)
  }

  /// A name beside the element, or a path from a peripheral down.
  private func origin(
    _ path: String, of element: XMLElement, among siblings: [XMLElement]
  ) throws(DocumentError) -> (XMLElement, [XMLElement]) {
    try spend(siblings.count, at: element)
    if let near = named(path, in: siblings, as: element.name), near !== element {
      return (near, siblings)
    }
    for start in [scope, peripherals] {
      var (level, found): ([XMLElement], XMLElement?) = (start, nil)
      for part in path.split(separator: ".") {
        try spend(level.count, at: element)
        found = named(String(part), in: level, as: nil)
        guard let next = found, part.endIndex != path.endIndex else { break }
        level = Self.members(of: next)
      }
      if let found, found.name == element.name, found !== element { return (found, level) }
    }
    let names = siblings.compactMap { $0.text("name") }
    let near = nearest(to: path, in: names).map { "; did you mean '\($0)'?" } ?? ""
    throw element.error("derivedFrom names no <\(element.name)>: '\(shortened(path))'\(near)")
  }

  private func named(_ name: String, in level: [XMLElement], as kind: String?) -> XMLElement? {
    level.first { element in
      (element.name == kind || kind == nil) && Self.isNamed(element, name)
    }
  }

  /// By its own name, or by that of one of an array's elements.
  private static func isNamed(_ element: XMLElement, _ name: String) -> Bool {
    guard let own = element.text("name") else { return false }
    if own == name { return true }
    let parts = own.split(separator: "%s", omittingEmptySubsequences: false)
    return parts.count == 2 && name.hasPrefix(parts[0]) && name.hasSuffix(parts[1])
      && name.utf8.count > parts[0].utf8.count + parts[1].utf8.count
  }

  /// What lies in a peripheral, a cluster or a register.
  static func members(of element: XMLElement) -> [XMLElement] {
    (element["registers"]?.children ?? []) + element.all("cluster") + element.all("register")
      + (element["fields"]?.children ?? []) + element.all("enumeratedValues")
  }

  private func merged(_ base: XMLElement, _ own: XMLElement) -> XMLElement {
    let names = Set(own.children.map(\.name))
    let members = Set(own.children.filter(Self.isMember).compactMap { $0.text("name") })
    var children: [XMLElement] = []
    for child in base.children {
      // Its interrupts are its own, or it has none.
      if child.name == "interrupt" || child.name == "name" { continue }
      if child.name == "registers" || child.name == "fields" {
        children.append(united(child, own[child.name]))
      } else if Self.isMember(child) {
        if child.text("name").map(members.contains) != true { children.append(child) }
      } else if !names.contains(child.name) {
        children.append(child)
      }
    }
    for child in own.children {
      let isUnited = child.name == "registers" || child.name == "fields"
      if !isUnited || base[child.name] == nil { children.append(child) }
    }
    return XMLElement(name: own.name, position: own.position, children: children)
  }

  private static func isMember(_ element: XMLElement) -> Bool {
    element.name == "register" || element.name == "cluster" || element.name == "field"
  }

  private func united(_ base: XMLElement, _ own: XMLElement?) -> XMLElement {
    guard let own else { return base }
    let names = Set(own.children.compactMap { $0.text("name") })
    let kept = base.children.filter { child in
      child.text("name").map { !names.contains($0) } ?? true
    }
    return XMLElement(name: own.name, position: own.position, children: kept + own.children)
  }
}
