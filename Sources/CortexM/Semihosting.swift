public import Simulation
public import Units

/// Semihosting calls: BKPT 0xAB with the operation in R0 and its block in R1.
///
/// Reference: Arm, Semihosting for AArch32 and AArch64 (2.0).
/// Not modelled: files other than the console, the command line.
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
    case clock = 0x10
    case time = 0x11
    case errorNumber = 0x13
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
  }

  private static let applicationExit: UInt32 = 0x20026
  private static let failure: UInt32 = 0xffff_ffff
  /// Handles by what was opened: input, output, error output.
  private static let console: [UInt32] = [1, 2, 3]
  private static let badFile: UInt32 = 9
  private static let noSuchFile: UInt32 = 2
  /// The pseudo-file by which a C library learns of extensions: exit with a code, error output.
  private static let features: [UInt8] = [0x53, 0x48, 0x46, 0x42, 0x03]
  private static let featuresHandle: UInt32 = 4
  private var featuresPosition = 0
  private var errorNumber: UInt32 = 0

  public init() {}

  /// Answers the call in the core's registers. `read` gives a byte of memory; bytes that the firmware
  /// prints go to `print`.
  public mutating func call(
    operation: UInt32, parameter: UInt32, now: Instant,
    word: (Address) -> UInt32?, byte: (Address) -> UInt8?, setWord: (UInt32, Address) -> Bool,
    setByte: (UInt8, Address) -> Bool, print: (UInt8) -> Void, findings: FindingLog
  ) -> Answer {
    func argument(_ index: UInt32) -> UInt32 { word(Address(parameter) + index * 4) ?? 0 }
    guard let operation = Operation(rawValue: operation) else {
      findings.note(
        "unmodelled-semihosting", "SYS_\(hexadecimal(operation))",
        "semihosting operation not modelled; answered with an error")
      return .result(Self.failure)
    }
    switch operation {
    case .open: return .result(open(argument(0), mode: argument(1), length: argument(2), byte))
    case .close, .isError: return .result(0)
    case .writeCharacter:
      if let character = byte(Address(parameter)) { print(character) }
      return .result(0)
    case .writeString:
      var address = Address(parameter)
      while let character = byte(address), character != 0 {
        print(character)
        address = address + 1
      }
      return .result(0)
    case .write:
      return .result(
        write(argument(0), Address(argument(1)), length: argument(2), byte, print))
    case .read:
      return .result(read(argument(0), Address(argument(1)), length: argument(2), setByte))
    case .readCharacter: return .result(Self.failure)
    case .isTerminal: return .result(Self.console.contains(argument(0)) ? 1 : 0)
    case .seek:
      guard argument(0) == Self.featuresHandle, argument(1) <= Self.features.count else {
        return .result(Self.failure)
      }
      featuresPosition = Int(argument(1))
      return .result(0)
    case .fileLength:
      return .result(
        argument(0) == Self.featuresHandle ? UInt32(Self.features.count) : Self.failure)
    case .clock: return .result(UInt32(truncatingIfNeeded: now.picoseconds / 10_000_000_000))
    case .time: return .result(UInt32(truncatingIfNeeded: now.picoseconds / 1_000_000_000_000))
    case .errorNumber: return .result(errorNumber)
    case .heapInfo: return .result(heapInfo(Address(argument(0)), setWord))
    case .exit: return .exit(code: parameter == Self.applicationExit ? 0 : 1)
    case .exitExtended:
      let code = argument(0) == Self.applicationExit ? Int32(bitPattern: argument(1)) : 1
      return .exit(code: code)
    case .elapsed:
      let ticks = UInt64(now.picoseconds / 1_000)
      let low = setWord(UInt32(truncatingIfNeeded: ticks), Address(parameter))
      let high = setWord(UInt32(truncatingIfNeeded: ticks >> 32), Address(parameter) + 4)
      return .result(low && high ? 0 : Self.failure)
    case .tickFrequency: return .result(1_000_000_000)
    }
  }

  private mutating func open(
    _ name: UInt32, mode: UInt32, length: UInt32, _ byte: (Address) -> UInt8?
  ) -> UInt32 {
    let bytes = (0..<min(length, 64)).compactMap { byte(Address(name) + $0) }
    if bytes == Array(":semihosting-features".utf8) && mode < 2 {
      featuresPosition = 0
      return Self.featuresHandle
    }
    guard bytes == Array(":tt".utf8) else {
      errorNumber = Self.noSuchFile
      return Self.failure
    }
    return mode < 4 ? 1 : mode < 8 ? 2 : 3
  }

  /// How many bytes were not read: all of them at the end of input.
  private mutating func read(
    _ handle: UInt32, _ address: Address, length: UInt32, _ setByte: (UInt8, Address) -> Bool
  ) -> UInt32 {
    guard handle == Self.featuresHandle else { return length }
    let count = min(length, UInt32(Self.features.count - featuresPosition))
    for offset in 0..<count {
      _ = setByte(Self.features[featuresPosition + Int(offset)], address + offset)
    }
    featuresPosition += Int(count)
    return length - count
  }

  private mutating func write(
    _ handle: UInt32, _ address: Address, length: UInt32, _ byte: (Address) -> UInt8?,
    _ print: (UInt8) -> Void
  ) -> UInt32 {
    guard handle == 2 || handle == 3 else {
      errorNumber = Self.badFile
      return length
    }
    var written: UInt32 = 0
    while written < length, let character = byte(address + written) {
      print(character)
      written += 1
    }
    return length - written
  }

  /// Zeros: the C library places heap and stack by its own linker symbols.
  private func heapInfo(_ block: Address, _ setWord: (UInt32, Address) -> Bool) -> UInt32 {
    for index in 0..<4 { _ = setWord(0, block + UInt32(index) * 4) }
    return 0
  }
}
