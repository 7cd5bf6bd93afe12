public import Simulation
import Units

/// Semihosting calls: BKPT 0xAB with the operation in R0 and its block in R1.
///
/// Time is simulated time: SYS_TIME counts from 1 January 1970, SYS_CLOCK and SYS_ELAPSED from reset.
///
/// Reference: Arm, Semihosting for AArch32 and AArch64 (3.0), 6 and 7; where that is silent (numbers
/// of handles and errors, what SYS_HEAPINFO tells), as QEMU 7.2 does (semihosting/arm-compat-semi.c).
/// Where nobody is at the console's other end, its input has ended; else a read waits.
/// Not modelled: SYS_SYSTEM is refused.
public struct Semihosting {
  private enum Operation: UInt32 {
    case open = 0x01
    case close = 0x02
    case writeCharacter = 0x03
    case writeString = 0x04
    case write = 0x05
    case read = 0x06
    case readCharacter = 0x07
    case isError = 0x08
    case isTerminal = 0x09
    case seek = 0x0a
    case fileLength = 0x0c
    case temporaryName = 0x0d
    case remove = 0x0e
    case rename = 0x0f
    case clock = 0x10
    case time = 0x11
    case system = 0x12
    case errorNumber = 0x13
    case commandLine = 0x15
    case heapInfo = 0x16
    case exit = 0x18
    case exitExtended = 0x20
    case elapsed = 0x30
    case tickFrequency = 0x31
  }

  /// What a call asks of the run.
  public enum Answer: Sendable, Equatable {
    /// Goes on, with this in R0.
    case result(UInt32)
    case exit(code: Int32)
    /// Reads the console, where nothing has come yet: the same call again later.
    case waits
  }

  private static let applicationExit: UInt32 = 0x20026
  static let failure: UInt32 = 0xffff_ffff
  /// Bytes that are copied at a time.
  static let chunk: UInt32 = 1 << 16

  let settings: SemihostingSettings
  private let findings: FindingLog
  var handles = SemihostingHandles()
  private var input: ArraySlice<UInt8> = []
  /// Somebody may still type.
  public var expectsInput = false
  private var errorNumber: UInt32 = 0

  public init(_ settings: SemihostingSettings = SemihostingSettings(), findings: FindingLog) {
    self.settings = settings
    self.findings = findings
  }

  /// Puts bytes where the console's input is read.
  public mutating func receive(_ bytes: [UInt8]) { input += bytes }

  /// Bytes that nothing has read yet.
  public var waitingInput: Int { input.count }

  private func mustWait(_ operation: Operation, _ handle: UInt32?) -> Bool {
    guard expectsInput, input.isEmpty else { return false }
    if operation == .readCharacter { return true }
    guard operation == .read, let handle, case .input? = try? handles[handle] else { return false }
    return true
  }

  mutating func takeInput(_ count: Int) -> [UInt8] {
    let line = input.firstIndex(of: UInt8(ascii: "\n")).map { $0 - input.startIndex + 1 }
    let bytes = Array(input.prefix(min(count, line ?? count)))
    input = input.dropFirst(bytes.count)
    return bytes
  }

  /// Answers the call in the core's registers.
  public mutating func call(
    operation number: UInt32, parameter: UInt32, host: any SemihostingHost
  ) -> Answer {
    guard let operation = Operation(rawValue: number) else {
      findings.note(
        "unmodelled-semihosting", "SYS_\(hexadecimal(number))",
        "semihosting operation not modelled; answered with an error")
      return .result(Self.failure)
    }
    do throws(SemihostingError) {
      return try answer(operation, parameter, host)
    } catch {
      errorNumber = error.number
      if error.leadsOutside {
        findings.note(
          "semihosting-files", "SYS_\(hexadecimal(number))",
          "a path leads out of the directory of --files: refused")
      }
      return .result(failed(operation, parameter, host))
    }
  }

  /// What a failed call returns: SYS_READ and SYS_WRITE tell how much is left.
  private func failed(
    _ operation: Operation, _ parameter: UInt32, _ host: any SemihostingHost
  ) -> UInt32 {
    switch operation {
    case .read, .write: (try? word(parameter, 2, host)) ?? Self.failure
    case .isTerminal where errorNumber == SemihostingError.notATerminal.number: 0
    default: Self.failure
    }
  }

  private mutating func answer(
    _ operation: Operation, _ parameter: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) -> Answer {
    func argument(_ index: UInt32) throws(SemihostingError) -> UInt32 {
      try word(parameter, index, host)
    }
    if mustWait(operation, try? argument(0)) { return .waits }
    switch operation {
    case .exit: return .exit(code: parameter == Self.applicationExit ? 0 : 1)
    case .exitExtended:
      let isApplication = try argument(0) == Self.applicationExit
      return .exit(code: isApplication ? Int32(bitPattern: try argument(1)) : 1)
    case .open:
      let path = try path(argument(0), length: argument(2), host)
      return .result(try open(path, mode: argument(1)))
    case .close: return .result(try close(argument(0)))
    case .read:
      return .result(try read(argument(0), argument(1), length: argument(2), host))
    case .write:
      return .result(try write(argument(0), argument(1), length: argument(2), host))
    case .seek: return .result(try seek(argument(0), to: argument(1)))
    case .fileLength: return .result(try fileLength(argument(0)))
    case .isTerminal: return .result(try isTerminal(argument(0)))
    case .isError: return .result(Int32(bitPattern: try argument(0)) < 0 ? 1 : 0)
    case .remove:
      try files("SYS_REMOVE").remove(path(argument(0), length: argument(1), host))
      return .result(0)
    case .rename:
      try files("SYS_RENAME").rename(
        path(argument(0), length: argument(1), host),
        to: path(argument(2), length: argument(3), host))
      return .result(0)
    case .writeCharacter, .writeString, .readCharacter, .clock, .time, .errorNumber,
      .tickFrequency, .elapsed, .temporaryName, .commandLine, .heapInfo, .system:
      return .result(try answerSimple(operation, parameter, host))
    }
  }

  private mutating func answerSimple(
    _ operation: Operation, _ parameter: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) -> UInt32 {
    let picoseconds = host.now.picoseconds
    switch operation {
    case .writeCharacter:
      guard let byte = host.bytes(at: Address(parameter), count: 1)?.first else {
        throw .badAddress
      }
      host.print(byte)
    case .writeString:
      var address = Address(parameter)
      while let byte = host.bytes(at: address, count: 1)?.first, byte != 0 {
        host.print(byte)
        address = address + 1
      }
    case .readCharacter: return takeInput(1).first.map(UInt32.init) ?? Self.failure
    case .clock: return UInt32(truncatingIfNeeded: picoseconds / 10_000_000_000)
    case .time: return UInt32(truncatingIfNeeded: picoseconds / 1_000_000_000_000)
    case .errorNumber: return errorNumber
    case .tickFrequency: return 1_000_000_000
    case .elapsed:
      let ticks = UInt64(picoseconds / 1_000)
      let halves = [UInt32(truncatingIfNeeded: ticks), UInt32(truncatingIfNeeded: ticks >> 32)]
      try setWords(halves, at: parameter, host)
    case .temporaryName: try temporaryName(parameter, host)
    case .commandLine: try commandLine(parameter, host)
    case .heapInfo: try heapInfo(parameter, host)
    default:
      findings.note(
        "semihosting-system", "SYS_SYSTEM", "commands of the host are refused: no firmware runs one"
      )
      throw .noAccess
    }
    return 0
  }

  /// The host's files, or what a firmware without them is told.
  func files(_ operation: String) throws(SemihostingError) -> any SemihostingFiles {
    if let files = settings.files { return files }
    findings.note(
      "semihosting-files", operation,
      "the firmware may use no file; --files DIR names a directory for it")
    throw .noAccess
  }
}
