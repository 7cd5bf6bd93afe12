public import Streams
public import Units

/// Why a machine cannot be put together.
public enum MachineError: Error, CustomStringConvertible {
  /// A part of the firmware lies where the board has no memory.
  case outsideMemory(path: String, address: Address, size: UInt64, memories: [String])
  case badVectorTable(path: String, table: Address, reason: String)
  case noTiming(core: String, known: [String])
  case unsupportedCore(String, known: [String])
  /// `at`: where the sensor is described.
  case unknownPart(part: String, sensor: String, at: String, known: [String])
  /// A sensor is wired as its part cannot be, or is to have a fault that it cannot have.
  case wiring(sensor: String, at: String, reason: String)
  case noSymbol(name: String, use: String, nearest: String?)
  case stream(sensor: String, reason: String)
  case recording(StreamError)
  case engine(String)
  /// The directory of the firmware's files.
  case files(path: String, reason: String)
  /// What a deployment asks for is not there, as printed.
  case badInput(String)

  public var description: String {
    switch self {
    case .outsideMemory(let path, let address, let size, let memories):
      "\(path): error: \(size) bytes at \(address) do not fit the board's memory; "
        + "it has \(memories.joined(separator: ", "))"
    case .badVectorTable(let path, let table, let reason):
      "\(path): error: no usable vector table at \(table): \(reason); "
        + "put it in a section .isr_vector or set board.vector-table.address"
    case .noTiming(let core, let known):
      "error: no timing model for core '\(core)'; known: \(known.joined(separator: ", "))"
    case .unsupportedCore(let core, let known):
      "error: the engine does not run core '\(core)'; it runs \(known.joined(separator: ", "))"
    case .wiring(let sensor, let place, let reason):
      "\(place): error: sensor '\(sensor)': \(reason)"
    case .unknownPart(let part, let sensor, let place, let known):
      "\(place): error: no model of part '\(part)' (sensor '\(sensor)'); known: "
        + known.joined(separator: ", ")
    case .noSymbol(let name, let use, let nearest):
      "error: \(use): no symbol matches '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" }
          ?? "; 'thumbprint inspect --full' lists what there is")
    case .stream(let sensor, let reason): "error: stream '\(sensor)': \(reason)"
    case .recording(let error): error.description
    case .badInput(let text): text
    case .engine(let reason): "error: engine: \(reason)"
    case .files(let path, let reason):
      "\(path): error: cannot open: \(reason); --files names a directory for the firmware's files"
    }
  }

  /// Whether it can be said only that nothing could be judged: status 4, not bad input.
  public var isUnjudgeable: Bool { if case .noSymbol = self { true } else { false } }
}
