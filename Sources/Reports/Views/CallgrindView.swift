public import Profiling
import Units

/// Costs by instruction and line, and calls with what they cost in all.
///
/// Reference: Valgrind manual, "Callgrind Format Specification", version 1.
public struct CallgrindView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  /// Cost lines hold these, nanojoules last.
  private static let events: [(event: Cost.Event, name: String, title: String)] = [
    (.cycles, "Cycles", "Core clocks"), (.instructions, "Ir", "Instructions"),
    (.loadStore, "LdSt", "Further cycles of loads and stores"),
    (.operands, "Oper", "Cycles of waiting for operands"),
    (.branch, "Bran", "Cycles of refilling the pipeline"),
    (.fetch, "Fetch", "Cycles of waiting for instructions"),
    (.data, "Data", "Cycles of waiting for data"),
    (.divide, "Div", "Further cycles of multiplications and divisions"),
    (.float, "Float", "Further cycles of the floating-point unit"),
    (.energy, "Nanojoules", "Energy in nanojoules"),
  ]

  public var text: String {
    var writer = Writer(view)
    var lines = [
      "# callgrind format", "version: 1", "creator: thumbprint \(view.tool)",
      "cmd: \(TextLayout.printable(view.title))", "positions: instr line",
    ]
    lines += Self.events.map { "event: \($0.name) : \($0.title)" }
    lines.append("events: " + Self.events.map(\.name).joined(separator: " "))
    var costs = CostText()
    lines.append("summary: " + costs.text(view.total))
    writer.write()
    lines += writer.lines
    costs = CostText()
    lines += ["", "totals: " + costs.text(view.total)]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A cost in the order of the events.
  private struct CostText {
    private var rounding = NanojouleRounding()

    mutating func text(_ cost: Cost) -> String {
      CallgrindView.events.map { event in
        event.event == .energy ? "\(rounding.next(cost[.energy]))" : "\(cost[event.event])"
      }.joined(separator: " ")
    }
  }

  /// Calls of one frame from one place to another.
  private struct Edge: Hashable {
    let callee: Int
    let site: Int?
    let address: Address?
  }

  private struct Writer {
    let view: ViewData
    var lines: [String] = []
    private var costs = CostText()
    private var files: [String: Int] = [:]
    private var names: [String: Int] = [:]

    init(_ view: ViewData) { self.view = view }

    mutating func write() {
      lines = ["", "ob=\(TextLayout.printable(view.firmware))"]
      var own: [Int: [ViewData.Instruction]] = [:]
      for instruction in view.instructions {
        own[instruction.frame, default: []].append(instruction)
      }
      var rest: [Int: Cost] = [:]
      for remainder in view.remainders { rest[remainder.frame, default: Cost()] += remainder.cost }
      let edges = edges
      for (index, frame) in view.frames.enumerated() {
        let calls = edges[index] ?? []
        if own[index] == nil && rest[index] == nil && calls.isEmpty { continue }
        lines += ["", "fl=" + file(frame.file), "fn=" + name(frame.name)]
        var current = frame.file
        for instruction in own[index] ?? [] {
          let place = instruction.place.map { view.places[$0] }
          change(to: place?.file ?? frame.file, from: &current, frame)
          lines.append(
            "\(instruction.address) \(place?.line ?? frame.line ?? 0) "
              + costs.text(instruction.cost))
        }
        if let cost = rest[index] { lines.append("0x0 0 " + costs.text(cost)) }
        for (edge, calls, cost) in calls { call(edge, calls, cost, frame, &current) }
      }
    }

    /// Code that the compiler took from another file stays in its function.
    private mutating func change(
      to file: String?, from current: inout String?, _ frame: ViewData.Frame
    ) {
      if file == current { return }
      lines.append((file == frame.file ? "fe=" : "fi=") + self.file(file))
      current = file
    }

    private mutating func call(
      _ edge: Edge, _ calls: UInt64, _ cost: Cost, _ frame: ViewData.Frame,
      _ current: inout String?
    ) {
      let callee = view.frames[edge.callee]
      let place = edge.site.map { view.places[$0] }
      change(to: place?.file ?? frame.file, from: &current, frame)
      lines += ["cfi=" + file(callee.file), "cfn=" + name(callee.name)]
      let target = callee.address.map { "\($0)" } ?? "0x0"
      lines.append("calls=\(calls) \(target) \(callee.line ?? 0)")
      var costs = CostText()
      let address = edge.address.map { "\($0)" } ?? "0x0"
      lines.append("\(address) \(place?.line ?? frame.line ?? 0) " + costs.text(cost))
    }

    /// What each frame calls, with inclusive costs, in the order that it first did.
    private var edges: [Int: [(Edge, UInt64, Cost)]] {
      let inclusive = view.inclusiveCosts
      var edges: [Int: [(Edge, UInt64, Cost)]] = [:]
      var found: [Int: [Edge: Int]] = [:]
      for (index, path) in view.paths.enumerated() {
        guard let parent = path.parent else { continue }
        let caller = view.paths[parent].frame
        let edge = Edge(callee: path.frame, site: path.site, address: path.siteAddress)
        if let known = found[caller]?[edge] {
          edges[caller]?[known].1 += path.calls
          edges[caller]?[known].2 += inclusive[index]
        } else {
          found[caller, default: [:]][edge] = edges[caller]?.count ?? 0
          edges[caller, default: []].append((edge, path.calls, inclusive[index]))
        }
      }
      return edges
    }

    /// A name is spelt out once and then goes by its number.
    private static func compressed(_ text: String, _ known: inout [String: Int]) -> String {
      if let index = known[text] { return "(\(index))" }
      known[text] = known.count + 1
      return "(\(known.count)) \(TextLayout.printable(text))"
    }
    private mutating func file(_ file: String?) -> String { Self.compressed(file ?? "???", &files) }
    private mutating func name(_ name: String) -> String { Self.compressed(name, &names) }
  }
}
