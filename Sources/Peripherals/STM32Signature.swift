import Simulation

/// What production left in an STM32's system memory: unique identifier, size of its flash, package,
/// calibration of temperature sensor and reference.
///
/// Parameters: offsets `uid`, `flash-size`, `package`, `vrefint`, `temperature-1`, `temperature-2`, and
/// `flash-kib`. Other bytes read as erased.
///
/// Reference: RM0432 58, RM0444 41, RM0090 39.
final class STM32Signature: Peripheral {
  private var bytes: [UInt32: UInt8] = [:]

  init(_ context: PeripheralContext) {
    func put(_ key: String, _ value: [UInt8]) {
      guard let offset = context.parameters[key] else { return }
      for (index, byte) in value.enumerated() { bytes[UInt32(offset + index)] = byte }
    }
    // Wafer coordinates, wafer number and lot in ASCII, as on a real chip.
    put("uid", [0x2a, 0x00, 0x31, 0x00, 0x0b, 0x50, 0x54, 0x48, 0x55, 0x4d, 0x42, 0x20])
    let size = UInt16(truncatingIfNeeded: context.parameters["flash-kib"] ?? 0)
    put("flash-size", [UInt8(truncatingIfNeeded: size), UInt8(truncatingIfNeeded: size >> 8)])
    put("package", [UInt8(truncatingIfNeeded: context.parameters["package-code"] ?? 0), 0])
    // Typical: 1.212 V at 3.0 V; 0.76 V at 30 degrees and 2.5 mV a degree up to 130.
    put("vrefint", [0x77, 0x06])
    put("temperature-1", [0x0d, 0x04])
    put("temperature-2", [0x62, 0x05])
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard offset < 0x400 else { return nil }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1] ?? 0xff) << (8 * $1) }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { offset < 0x400 }
  func reset() {}
}

/// The debug support unit of an STM32: its identifier; the rest holds.
///
/// Parameter: `idcode`.
///
/// Reference: RM0432 57.6, RM0444 40.10, RM0090 38.16.
/// Not modelled: keeping clocks in low-power modes and stopping timers for a debugger.
final class STM32DBGMCU: Peripheral {
  private let identifier: UInt32
  private var registers: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    identifier = UInt32(truncatingIfNeeded: context.parameters["idcode"] ?? 0)
  }

  func read(_ offset: UInt32) -> UInt32? {
    offset == 0 ? identifier : offset <= 0x60 ? registers[offset] ?? 0 : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset <= 0x60 else { return false }
    registers[offset] = value
    return true
  }

  func reset() {}
}
