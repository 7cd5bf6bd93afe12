public import Boards
public import Documents
import Registers
public import Units

/// What is deployed where, what it is fed, what is measured and what it may cost.
public struct Deployment: Sendable {
  /// Where the program comes from.
  public enum Firmware: Hashable, Sendable {
    /// An ELF file.
    case file(String)
    /// Made by the tool for a network.
    case generated(Generation)
  }

  public struct Battery: Hashable, Sendable {
    public var capacity: Charge
    public var voltage: Volts
  }

  /// When a budget counts as met.
  public enum Judge: String, CaseIterable, Hashable, Sendable {
    /// Only when it holds at the worst of the model's band.
    case guarded
    /// By the value alone.
    case nominal
  }

  /// How long a firmware without recordings runs when nobody says.
  public static let defaultDuration = Interval.seconds(60)

  public var name: String
  /// The deployment's file; nil when it was made of options.
  public var path: String?
  /// A board's name, or the path of its file.
  public var board: String
  public var boardPosition: Position
  /// `--set board....`: dotted keys of the board, without `board`.
  public var boardOverrides: [Override]
  public var firmware: Firmware
  /// Sensors that are wired to the board, or in place of its own, as a board's file describes them.
  public var sensors: [Node.Entry] = []
  public var streams: [StreamInput]
  public var faults: [Fault] = []
  /// The file with the true classes over time.
  public var labels: String?
  /// Simulated time; nil: until the recordings or the firmware end.
  public var duration: Interval?
  /// Wall-clock time that the run may take.
  public var timeout: Interval?
  public var measures: [Measure]
  public var inference: Inference?
  public var battery: Battery?
  public var budgets: [Budget]
  public var judge: Judge
  public var uarts: [UARTConnection]
  /// The vendor's description of the chip's registers, an SVD file; nil: the chip's own.
  public var description: String?
  /// Pins that are pressed during the run.
  public var presses: [PinPress] = []
  /// Files that are programmed beside the first: an application behind its boot loader.
  public var furtherFirmware: [String] = []
  /// Bits of registers that read as told.
  public var holds: [RegisterHold]
  /// The directory whose files the firmware may use by semihosting; nil: none.
  public var files: String?
  /// What follows the program's name on the command line that semihosting tells.
  public var arguments: String?
  /// What is drawn at random is drawn by this.
  public var seed: Int64 = 0

  public func stream(_ sensor: String) -> StreamInput? { streams.first { $0.sensor == sensor } }
  public func measure(_ name: String) -> Measure? { measures.first { $0.name == name } }

  /// Loads the board that this is deployed on, with its overrides.
  public func loadBoard(from data: DataDirectory) throws(BoardError) -> Board {
    var board = try data.board(
      board, overrides: boardOverrides, sensors: sensors, at: boardPosition)
    guard let description else { return board }
    do throws(DocumentError) {
      board.chip.take(try DeviceDescription(file: description), from: description)
    } catch { throw .document(error) }
    return board
  }
}

/// What a serial port of the chip is connected to.
public struct UARTConnection: Hashable, Sendable {
  public enum Target: Hashable, Sendable {
    case file(String)
    case pseudoTerminal
    case tcp(port: UInt16)
    case script(String)
  }

  /// The chip's peripheral: `UARTE0`.
  public var name: String
  public var target: Target
  public var position: Position
}
