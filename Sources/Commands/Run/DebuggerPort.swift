import Boards
import Debugger
import Machine
import Units
import Verdicts

/// The port of `--gdb`: a run begins when a debugger has come.
struct DebuggerPort {
  private let port: LoopbackPort
  private let terminal: Terminal

  init(_ number: UInt16, _ terminal: Terminal) throws(CommandFailure) {
    self.terminal = terminal
    do throws(DebuggerError) { port = try LoopbackPort(number) } catch {
      throw CommandFailure(.cannotOpen, error.description)
    }
  }

  /// Waits for a debugger and gives it the machine; nil: `isTired` came first.
  func attach(
    to machine: Machine, of board: Board, unless isTired: @escaping () -> Bool
  ) -> GDBServer? {
    terminal.writeError("waiting for GDB: target remote 127.0.0.1:\(port.number)\n")
    guard let connection = port.accept(unless: isTired) else { return nil }
    let server = GDBServer(connection, unless: isTired)
    machine.attach(server, memories: Self.memories(board.chip))
    return server
  }

  private static func memories(_ chip: Chip) -> [TargetMemory] {
    cells(chip) + devices(chip)
  }

  /// The pages that hold registers; GDB refuses what its map does not show.
  private static func devices(_ chip: Chip) -> [TargetMemory] {
    var ranges: [TargetMemory] = []
    var pages = Set<UInt32>()
    for block in chip.blocks where block.base.value >> 29 != 7 {
      let first = (block.base.value &+ block.first) >> 10
      pages.formUnion(first...max(first, (block.base.value &+ (max(block.size, 1) - 1)) >> 10))
    }
    for page in pages.sorted() where chip.memory(at: Address(page << 10)) == nil {
      if let last = ranges.last, last.start.value + last.size == page << 10 {
        ranges[ranges.count - 1] = TargetMemory(
          kind: .ram, start: last.start, size: last.size + 0x400)
      } else {
        ranges.append(TargetMemory(kind: .ram, start: Address(page << 10), size: 0x400))
      }
    }
    return ranges
  }

  private static func cells(_ chip: Chip) -> [TargetMemory] {
    chip.memories.map { memory in
      var cells = memory
      if case .alias(let name) = memory.kind { cells = chip.memory(name) ?? memory }
      let kind: TargetMemory.Kind =
        switch cells.kind {
        case .flash: .flash
        case .ram: .ram
        case .rom, .alias: .rom
        }
      return TargetMemory(kind: kind, start: memory.base, size: memory.size)
    }
  }
}
