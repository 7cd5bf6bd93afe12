public import Profiling
import Units

/// Source and disassembly with what each line and instruction cost: functions by their cycles, each in
/// the order of its addresses; the instructions' rows and the remainders' sum to the total.
public struct AnnotatedView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  public var text: String {
    var lines = [view.title, "\(view.firmware), \(Figures.grouped(view.total[.cycles])) cycles"]
    lines += ["", lineTable, ""].flatMap {
      $0.split(separator: "\n", omittingEmptySubsequences: false)
    }
    .map(String.init)
    for frame in byCycles { lines += function(frame) + [""] }
    lines.append(row(view.total, "total"))
    return lines.joined(separator: "\n") + "\n"
  }

  private var instructions: [Int: [ViewData.Instruction]] {
    Dictionary(grouping: view.instructions, by: \.frame)
  }

  private var costs: [Cost] {
    var costs = [Cost](repeating: Cost(), count: view.frames.count)
    for instruction in view.instructions { costs[instruction.frame] += instruction.cost }
    for remainder in view.remainders { costs[remainder.frame] += remainder.cost }
    return costs
  }

  private var byCycles: [Int] {
    let costs = costs
    return costs.indices.filter { !costs[$0].isZero }.sorted {
      (costs[$1][.cycles], $0) < (costs[$0][.cycles], $1)
    }
  }

  // MARK: Lines

  private struct Line: Hashable {
    let file: String
    let line: Int
  }

  /// The dearest lines of the source, whatever function they were compiled into.
  private var lineTable: String {
    var costs: [Line: Cost] = [:]
    for instruction in view.instructions {
      guard let place = instruction.place.map({ view.places[$0] }) else { continue }
      costs[Line(file: place.file, line: place.line), default: Cost()] += instruction.cost
    }
    let dearest = costs.sorted {
      ($1.value[.cycles], $0.key.file, $0.key.line) < ($0.value[.cycles], $1.key.file, $1.key.line)
    }.prefix(40)
    if dearest.isEmpty { return "" }
    return ([head("line")] + dearest.map { row($1, "\($0.file):\($0.line)" + source($0)) })
      .joined(separator: "\n")
  }

  private func source(_ line: Line) -> String {
    view.sources[line.file]?[line.line].map { "  " + TextLayout.printable($0) } ?? ""
  }

  // MARK: Functions

  private func function(_ index: Int) -> [String] {
    let frame = view.frames[index]
    let place = frame.file.map { "  \($0):\(frame.line ?? 0)" } ?? ""
    var lines = [head("instruction"), row(costs[index], frame.name + place)]
    var last: Line?
    for instruction in instructions[index] ?? [] {
      let place = instruction.place.map { view.places[$0] }
      let line = place.map { Line(file: $0.file, line: $0.line) }
      if let line, line != last {
        let inlined = place?.inlined.map(\.function) ?? []
        let within = inlined.isEmpty ? "" : " (in \(inlined.joined(separator: ", in ")))"
        lines.append(
          String(repeating: " ", count: Self.margin)
            + "\(line.file):\(line.line)\(within)" + source(line))
      }
      last = line
      lines.append(
        row(
          instruction.cost,
          "  \(instruction.address)  \(TextLayout.right(Figures.grouped(instruction.executions), 11)) x "
            + TextLayout.printable(instruction.text)))
    }
    return lines
  }

  private static let margin = 58

  private func head(_ what: String) -> String {
    TextLayout.right("cycles", 15) + TextLayout.right("share", 9) + TextLayout.right("instr.", 14)
      + TextLayout.right("energy", 12) + String(repeating: " ", count: 8) + what
  }

  private func row(_ cost: Cost, _ text: String) -> String {
    TextLayout.right(Figures.grouped(cost[.cycles]), 15)
      + TextLayout.right(
        Figures.percent(Int128(cost[.cycles]), of: Int128(view.total[.cycles]), decimals: 2), 9)
      + TextLayout.right(Figures.grouped(cost[.instructions]), 14)
      + TextLayout.right(Figures.text(cost[.energy], Figures.energy), 12)
      + String(repeating: " ", count: 8) + text
  }
}
