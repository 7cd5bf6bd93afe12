public import Profiling
import RunRecord
import Units

/// Flash and RAM by section, symbol and layer of the network; stacks by interrupt and their worst
/// nesting; the heap over time. The sections' rows sum to the totals, and each section's symbols and
/// `[other]` to its size.
public struct MemoryView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  public var text: String {
    guard let memory = view.memory else { return "\(view.title)\nnothing is known of its memory\n" }
    let parts = [
      [view.title, view.firmware], sections(memory), layers(memory), symbols(memory),
      stacks(memory),
      heap(memory),
    ]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
      + "\n"
  }

  private func columns(_ name: String, _ cells: [String]) -> String {
    TextLayout.left(TextLayout.shortened(name, to: 46), 46)
      + cells.map { TextLayout.right($0, 11) }.joined()
  }

  private func sections(_ memory: ViewMemory) -> [String] {
    var lines = [columns("section", ["address", "flash", "RAM"])]
    var (flash, ram) = (UInt64(0), UInt64(0))
    for section in memory.sections {
      let inRAM = section.isRAM ? section.size : 0
      flash += UInt64(section.flash)
      ram += UInt64(inRAM)
      lines.append(
        columns(
          section.name,
          ["\(section.address)", Figures.grouped(section.flash), Figures.grouped(inRAM)]))
    }
    lines.append(columns("total", ["", Figures.grouped(flash), Figures.grouped(ram)]))
    return lines
  }

  /// Code and constants of generated networks, by the names of their symbols.
  private func layers(_ memory: ViewMemory) -> [String] {
    var layers: [String: (flash: UInt64, ram: UInt64)] = [:]
    for symbol in memory.symbols {
      guard let layer = Self.layer(of: symbol.name) else { continue }
      let section = memory.sections[symbol.section]
      if section.flash > 0 { layers[layer, default: (0, 0)].flash += UInt64(symbol.size) }
      if section.isRAM { layers[layer, default: (0, 0)].ram += UInt64(symbol.size) }
    }
    if layers.isEmpty { return [] }
    return [columns("layer", ["", "flash", "RAM"])]
      + layers.sorted { $0.key < $1.key }.map {
        columns($0.key, ["", Figures.grouped($0.value.flash), Figures.grouped($0.value.ram)])
      }
  }

  /// `layer_03` of `deepcraft_layer_03_softmax_weights`.
  private static func layer(of symbol: String) -> String? {
    let mark = "deepcraft_layer_"
    guard symbol.hasPrefix(mark) else { return nil }
    let digits = symbol.dropFirst(mark.count).prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty ? nil : "layer_\(digits)"
  }

  private func symbols(_ memory: ViewMemory) -> [String] {
    var lines = [columns("symbol", ["section", "address", "bytes"])]
    for (index, section) in memory.sections.enumerated() {
      let own = memory.symbols.filter { $0.section == index }
        .sorted { ($1.size, $0.address) < ($0.size, $1.address) }
      for symbol in own {
        lines.append(
          columns(
            symbol.name,
            [
              TextLayout.shortened(section.name, to: 10), "\(symbol.address)",
              Figures.grouped(symbol.size),
            ]))
      }
      let named = own.reduce(UInt64(0)) { $0 + UInt64($1.size) }
      let rest = UInt64(section.size) - min(named, UInt64(section.size))
      if rest > 0 {
        lines.append(
          columns(
            "[other]", [TextLayout.shortened(section.name, to: 10), "", Figures.grouped(rest)]))
      }
    }
    return lines
  }

  private func stacks(_ memory: ViewMemory) -> [String] {
    let record = memory.record
    var lines = [columns("stack", ["priority", "", "bytes"])]
    if let thread = record.threadStack {
      lines.append(columns("thread mode", ["", "", Figures.grouped(thread)]))
    }
    for stack in record.handlerStacks.sorted(by: {
      ($1.priority, $0.exception) < ($0.priority, $1.exception)
    }) {
      let name = view.exceptionNames[stack.exception] ?? "exception \(stack.exception)"
      lines.append(columns(name, ["\(stack.priority)", "", Figures.grouped(stack.bytes)]))
    }
    if let reached = record.stackHighWater {
      lines.append(columns("reached in this run", ["", "", Figures.grouped(reached)]))
    }
    if let worst = record.worstNesting {
      lines.append(
        columns("worst nesting, one of each priority", ["", "", Figures.grouped(worst)]))
    }
    return lines.count > 1 ? lines : []
  }

  private func heap(_ memory: ViewMemory) -> [String] {
    if memory.record.heap.isEmpty { return [] }
    return [columns("heap at", ["seconds", "bytes", "in use", "largest hole"])]
      + memory.record.heap.map { change in
        let at = Figures.fixed(Int128(change.at.picoseconds), 1_000_000_000_000, decimals: 6)
        return columns(
          Self.fragmentation(change),
          [
            at, Figures.grouped(change.bytes), change.used.map { Figures.grouped($0) } ?? "-",
            change.largestHole.map { Figures.grouped($0) } ?? "-",
          ])
      }
  }

  /// What of the free bytes does not lie in the largest piece.
  private static func fragmentation(_ change: MemoryRecord.HeapChange) -> String {
    guard let used = change.used, let hole = change.largestHole, change.bytes > used, hole > 0
    else {
      return ""
    }
    let free = change.bytes - used
    return
      "free \(Figures.grouped(free)), \((free - min(hole, free)) * 100 / free) % in smaller pieces"
  }
}
