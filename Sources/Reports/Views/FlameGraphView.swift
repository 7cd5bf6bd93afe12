public import Profiling

/// Cycles by stack as a drawing: each context's stacks stand on it, widths are cycles, and colour tells
/// contexts apart, or, against a base, what grew and what shrank.
///
/// An SVG that reads without scripts: a frame's title tells its figures.
public struct FlameGraphView: Sendable {
  private let view: ViewData
  private let base: ViewData?

  public init(_ view: ViewData, against base: ViewData? = nil) {
    (self.view, self.base) = (view, base)
  }

  private static let width: Int64 = 1_200
  private static let height = 18

  /// One frame of the drawing with what stands on it.
  private final class Node {
    let name: String
    var cycles: Int64 = 0
    var energy: Int64 = 0
    var baseCycles: Int64 = 0
    var children: [String: Node] = [:]

    init(_ name: String) { self.name = name }

    func child(_ name: String) -> Node {
      if let known = children[name] { return known }
      let node = Node(name)
      children[name] = node
      return node
    }

    var sorted: [Node] { children.values.sorted { ($1.cycles, $0.name) < ($0.cycles, $1.name) } }
    var depth: Int { 1 + (children.values.map(\.depth).max() ?? 0) }
  }

  /// Frames that a sleeping core's cycles would leave no room for.
  private static let asleep = "[sleep]"

  private var tree: Node {
    let root = Node("")
    func add(_ view: ViewData, _ count: (Node, Cost) -> Void) {
      for sample in view.samples where sample.cost[.cycles] != 0 {
        let names = view.names(of: sample)
        if names == [Self.asleep] { continue }
        var node = root
        count(node, sample.cost)
        for name in names {
          node = node.child(name)
          count(node, sample.cost)
        }
      }
    }
    add(view) { node, cost in
      node.cycles += cost[.cycles]
      node.energy += cost[.energy]
    }
    if let base { add(base) { node, cost in node.baseCycles += cost[.cycles] } }
    return root
  }

  /// A whole file.
  public var text: String {
    let root = tree
    let rows = root.depth - 1
    let total = Self.top + rows * Self.height + 12
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(total)" \
      width="\(Self.width)" height="\(total)" role="img" class="flame">
      <style>\(Self.style)</style>
      <rect class="page" width="100%" height="100%"/>
      <text class="title" x="8" y="18">\(MarkupText.escaped(view.title))</text>
      <text class="note" x="8" y="34">\(note(root))</text>
      \(frames(root, bottom: total - 12))</svg>

      """
  }

  /// To stand in a page that has its own style; empty when nothing ran.
  var fragment: String {
    let root = tree
    if root.cycles <= 0 { return "" }
    let total = (root.depth - 1) * Self.height
    return "<svg viewBox=\"0 0 \(Self.width) \(total)\" role=\"img\" class=\"flame\"><title>"
      + "\(note(root))</title>\n\(frames(root, bottom: total))</svg>"
      + "<figcaption>\(note(root))</figcaption>"
  }

  private static let top = 44

  private func frames(_ root: Node, bottom: Int) -> String {
    var body = ""
    draw(root, x: 0, level: 0, bottom: bottom, root.cycles, isContext: true, hue: 0, &body)
    return body
  }

  private func note(_ root: Node) -> String {
    let asleep = view.total[.cycles] - root.cycles
    var note =
      "\(Figures.grouped(root.cycles)) cycles awake, \(Figures.grouped(asleep)) asleep and "
    note += "not drawn, \(Figures.grouped(view.total[.cycles])) in all"
    if base != nil {
      note += "; red grew, blue shrank: \(signed(root.cycles - root.baseCycles)) cycles"
    }
    return note
  }

  private static let style = """
    text{font:11px ui-monospace,"DejaVu Sans Mono",monospace;fill:#1a1c20;pointer-events:none}\
    .title{font:600 13px system-ui,"DejaVu Sans",sans-serif}\
    .note{font:11px system-ui,"DejaVu Sans",sans-serif}.page{fill:#fff}\
    rect.f{stroke:#fff;stroke-width:1}rect.f:hover{stroke:#1a1c20}\
    @media(prefers-color-scheme:dark){.page{fill:#15171b}.title,.note{fill:#e6e8ec}\
    rect.f{stroke:#15171b}}
    """

  private func draw(
    _ node: Node, x: Int64, level: Int, bottom: Int, _ total: Int64, isContext: Bool, hue: Int,
    _ body: inout String
  ) {
    if total <= 0 { return }
    // In tenths of a unit, so that rounding leaves no gaps.
    var before = x
    for (index, child) in node.sorted.enumerated() {
      defer { before += child.cycles }
      let left = Int(Int128(before) * Int128(Self.width) * 10 / Int128(total))
      let right = Int(Int128(before + child.cycles) * Int128(Self.width) * 10 / Int128(total))
      // What is too narrow to be seen is left out with all that stands on it.
      if right - left < 5 { continue }
      let hue = isContext ? Self.hues[index % Self.hues.count] : hue
      let y = bottom - (level + 1) * Self.height
      body += "<g><title>\(MarkupText.escaped(title(child)))</title>"
      body +=
        "<rect class=\"f\" x=\"\(tenths(left))\" y=\"\(y)\" width=\"\(tenths(right - left))\" "
      body += "height=\"\(Self.height)\" rx=\"2\" fill=\"\(colour(child, hue, level))\"/>"
      let room = (right - left) / 10 / 7 - 1
      if room >= 3 {
        let name = MarkupText.escaped(TextLayout.shortened(child.name, to: room))
        body += "<text x=\"\(tenths(left + 40))\" y=\"\(y + 13)\">\(name)</text>"
      }
      body += "</g>\n"
      draw(
        child, x: before, level: level + 1, bottom: bottom, total, isContext: false, hue: hue, &body
      )
    }
  }

  private static let hues = [28, 205, 140, 285, 330, 60, 175, 250]

  private func colour(_ node: Node, _ hue: Int, _ level: Int) -> String {
    guard base != nil else {
      // Neighbours differ a little.
      let shade = node.name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xff } % 14
      return "hsl(\(hue),\(level == 0 ? 45 : 72)%,\(level == 0 ? 66 : 68 + shade)%)"
    }
    let change = node.cycles - node.baseCycles
    if change == 0 { return "hsl(220,8%,86%)" }
    let most = max(node.cycles, node.baseCycles, 1)
    let strength = Int(Int128(change.magnitude) * 40 / Int128(most))
    return "hsl(\(change > 0 ? 6 : 215),80%,\(88 - strength)%)"
  }

  private func title(_ node: Node) -> String {
    let share = Figures.percent(Int128(node.cycles), of: Int128(view.total[.cycles]), decimals: 2)
    var text = "\(node.name): \(Figures.grouped(node.cycles)) cycles, \(share)"
    if node.energy > 0 { text += ", \(Figures.text(node.energy, Figures.energy))" }
    if base != nil { text += "; \(signed(node.cycles - node.baseCycles)) cycles" }
    return text
  }

  private func signed(_ value: Int64) -> String { (value > 0 ? "+" : "") + Figures.grouped(value) }
  private func tenths(_ value: Int) -> String {
    value % 10 == 0 ? "\(value / 10)" : "\(value / 10).\(value % 10)"
  }
}
