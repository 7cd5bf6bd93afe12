import Boards
import Debugger
import Deployments
import Documents
import Machine
import Simulation
import Verdicts

/// The other ends of the chip's serial ports, as `--uart` and the deployment's `uart` say: opened before
/// the run, so that what cannot be costs no result.
struct SerialLines {
  private enum End {
    case file(OutputFile)
    case script(SerialScript)
    case terminal(PseudoTerminal)
    case port(LoopbackPort)
  }

  private var ends: [(connection: UARTConnection, end: End)] = []
  private let terminal: Terminal

  init(_ connections: [UARTConnection], _ terminal: Terminal) throws(CommandFailure) {
    self.terminal = terminal
    for connection in connections { ends.append((connection, try Self.open(connection))) }
  }

  private static func open(_ connection: UARTConnection) throws(CommandFailure) -> End {
    switch connection.target {
    case .file(let path): return .file(try OutputFile(path))
    case .script(let path):
      do throws(DocumentError) { return .script(try SerialScript.load(path: path)) } catch {
        throw CommandFailure(error)
      }
    case .pseudoTerminal:
      guard let made = PseudoTerminal() else {
        throw CommandFailure(
          .cannotOpen, "\(connection.position): error: the system gives no pseudo-terminal")
      }
      return .terminal(made)
    case .tcp(let number):
      do throws(DebuggerError) { return .port(try LoopbackPort(number)) } catch {
        guard case .cannotListen(_, let reason) = error else { break }
        throw CommandFailure(
          .cannotOpen,
          "\(connection.position): error: cannot listen on 127.0.0.1:\(number): \(reason); "
            + "give another port")
      }
    }
    throw CommandFailure(.internalFault, "\(connection.position): error: no such port")
  }

  /// Connects them; a TCP port waits for somebody to come, until `isTired`.
  func attach(
    to machine: Machine, of board: Board, unless isTired: @escaping () -> Bool
  ) throws(CommandFailure) {
    for (connection, end) in ends {
      guard connect(end, connection.name, to: machine, unless: isTired) else {
        throw CommandFailure(
          DocumentError(
            "'\(connection.name)' of '\(board.name)' is no serial port"
              + hint(for: connection.name, in: machine.serialPorts), at: connection.position))
      }
    }
  }

  private func connect(
    _ end: End, _ name: String, to machine: Machine, unless isTired: () -> Bool
  ) -> Bool {
    switch end {
    case .file(let file): return machine.connect(file, to: name)
    case .script(let script): return machine.connect(script, to: name)
    case .terminal(let made):
      terminal.writeError("\(name): \(made.path)\n")
      return machine.connect(made, to: name)
    case .port(let port):
      guard machine.serialPorts.contains(name) else { return false }
      terminal.writeError("\(name): waiting at 127.0.0.1:\(port.number)\n")
      guard let connection = port.accept(unless: isTired) else { return true }
      return machine.connect(SocketChannel(connection), to: name)
    }
  }

  /// Writes out what is left.
  func finish() {
    for case .file(let file) in ends.map(\.end) { file.close() }
  }
}

/// A file that takes what a serial port says; `-` is standard output.
private final class OutputFile: SerialPeer {
  private static let chunk = 1 << 16

  private let file: SystemFile
  private var bytes: [UInt8] = []

  init(_ path: String) throws(CommandFailure) {
    file = path == "-" ? SystemFile(descriptor: 1) : try SystemFile(creating: path)
  }

  func take(_ byte: UInt8) {
    bytes.append(byte)
    if bytes.count >= Self.chunk { flush() }
  }

  private func flush() {
    _ = file.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  func close() {
    flush()
    if file.descriptor > 2 { file.close() }
  }
}

/// A TCP connection as a serial port's other end.
private final class SocketChannel: HostChannel {
  private let connection: SocketConnection

  init(_ connection: SocketConnection) { self.connection = connection }

  func send(_ bytes: ArraySlice<UInt8>) -> Int? {
    connection.send(Array(bytes)) ? bytes.count : nil
  }

  func receive(within milliseconds: Int32) -> [UInt8]? {
    connection.receive(within: milliseconds)
  }
}
