import Simulation

/// SYSINFO of an RP2040: which chip it is, stepping B2.
///
/// Reference: RP2040 datasheet 2.20.
final class RP2040SYSINFO: Peripheral {
  init(_ context: PeripheralContext) {}

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: 0x2000_2927
    case 0x04: 1 << 1
    // The commit of the design's sources is the silicon's own.
    case 0x40, 0x10: 0
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { read(offset) != nil }
  func reset() {}
}

/// A block of an RP2040 whose registers only hold what is written: SYSCFG, the pads of the flash,
/// BUSCTRL, VREG, TBMAN and USB.
///
/// Reference: RP2040 datasheet 2.21 (SYSCFG), 2.19.6.4 (PADS_QSPI), 2.1.5 (BUSCTRL), 2.10 (VREG),
/// 2.22 (TBMAN).
/// Not modelled: NMI masks, synchronizer bypass, memory power-down; bus priority and performance counters;
/// core voltage and brown-out.
final class RP2040Holding: Peripheral {
  private var held: RP2040HeldRegisters
  /// Bits that always read as ones.
  private let ones: [UInt32: UInt32]

  static func systemConfiguration(_ context: PeripheralContext) -> any Peripheral {
    RP2040Block(
      context,
      RP2040Holding([0x00: 0, 0x04: 0, 0x08: 0x1000_0000, 0x0c: 0, 0x10: 0, 0x14: 0x66, 0x18: 0]))
  }

  static func flashPads(_ context: PeripheralContext) -> any Peripheral {
    RP2040Block(
      context,
      RP2040Holding([
        0x00: 0, 0x04: 0x56, 0x08: 0x52, 0x0c: 0x52, 0x10: 0x52, 0x14: 0x52, 0x18: 0x5a,
      ]))
  }

  static func busControl(_ context: PeripheralContext) -> any Peripheral {
    var resets: [UInt32: UInt32] = [0x00: 0]
    for counter in 0..<4 as Range<UInt32> {
      resets[8 * counter + 0x08] = 0
      resets[8 * counter + 0x0c] = 0x1f
    }
    return RP2040Block(context, RP2040Holding(resets, ones: [0x04: 1]))
  }

  /// Out of power-on; the regulator is in regulation.
  static func regulator(_ context: PeripheralContext) -> any Peripheral {
    RP2040Block(
      context,
      RP2040Holding([0x00: 0xb1, 0x04: 0x91, 0x08: 0x100], ones: [0x00: 1 << 12]))
  }

  /// USB, of which firmware that has no use for it puts SIE_CTRL to rest.
  static func usb(_ context: PeripheralContext) -> any Peripheral {
    RP2040Block(context, RP2040Holding([0x4c: 0]))
  }

  static func testBench(_ context: PeripheralContext) -> any Peripheral {
    RP2040Block(context, RP2040Holding([:], ones: [0x00: 1]))
  }

  private init(_ resets: [UInt32: UInt32], ones: [UInt32: UInt32] = [:]) {
    held = RP2040HeldRegisters(resets)
    self.ones = ones
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let value = held[offset] else { return ones[offset] }
    return value | (ones[offset] ?? 0)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    held.write(offset, value) || ones[offset] != nil
  }

  func reset() { held.reset() }
}
