import Boards
import Debugger
import Machine
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
