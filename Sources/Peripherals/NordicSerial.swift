import Simulation

/// One of the controllers that share an address: at most one is enabled.
protocol NordicSerialMode: AnyObject {
  func perform(_ task: UInt32)
  /// A read of RXD.
  func readReceived() -> UInt8
  /// A write to TXD.
  func writeOutput(_ byte: UInt8)
  /// Lets go of the wires at once: it is disabled.
  func abandon()
}

extension NordicSerialMode {
  func readReceived() -> UInt8 { 0 }
  func writeOutput(_ byte: UInt8) {}
}

/// The serial controllers behind one address and interrupt; ENABLE chooses: 1 SPI, 5 TWI, 6 TWIM,
/// 7 SPIM.
///
/// Their registers, events and tasks lie at common offsets and keep their values when ENABLE
/// changes. The I2C bus goes by the instance's name, the SPI bus by the same with `SPIM` for `TWIM`.
/// Parameters: `chip-select` (1: SPIM drives CSN itself, as SPIM3 does), `easy-dma` (1; 0: only SPI and
/// TWI, as in the nRF51).
///
/// Reference: nRF52840 Product Specification v1.7, 6.1.2 Peripherals with shared ID.
/// Not modelled: SPIS (2) and TWIS (9): nobody on the board is a controller; they are findings.
final class NordicSerial: Peripheral {
  private static let tasks: [UInt32] = [0x000, 0x008, 0x010, 0x014, 0x01c, 0x020]
  private static let events: [UInt32] = [
    0x104, 0x108, 0x110, 0x118, 0x11c, 0x120, 0x124, 0x138, 0x148, 0x14c, 0x150, 0x15c, 0x160,
  ]
  private static let shortcuts: [NordicInterface.Shortcut] = [
    (0, 0x138, 0x01c), (1, 0x138, 0x014),  // BB: SUSPEND, STOP
    (7, 0x160, 0x000), (8, 0x160, 0x01c), (9, 0x160, 0x014),  // LASTTX: STARTRX, SUSPEND, STOP
    (10, 0x15c, 0x008), (11, 0x15c, 0x01c), (12, 0x15c, 0x014),  // LASTRX: STARTTX, SUSPEND, STOP
    (17, 0x118, 0x010),  // END: START
  ]
  private static let enableRegister: UInt32 = 0x500
  private static let rxd: UInt32 = 0x518
  private static let txd: UInt32 = 0x51c

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let registers: NordicSerialRegisters
  private let modes: [UInt32: any NordicSerialMode]
  private var enable: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    let registers = NordicSerialRegisters(context)
    let interface = NordicInterface(
      context, tasks: Self.tasks, events: Self.events, shortcuts: Self.shortcuts,
      interruptRegister: true)
    let signals = TwoWireSignals(context, registers)
    let twi = NordicTWI(signals, interface, registers)
    let twim = NordicTWIM(signals, interface, registers)
    let wires = SPISignals(context, registers)
    let spi = NordicSPI(wires, interface)
    let spim = NordicSPIM(context, wires, interface, registers)
    modes =
      context.parameters["easy-dma"] == 0
      ? [1: spi, 5: twi] : [1: spi, 5: twi, 6: twim, 7: spim]
    self.interface = interface
    self.registers = registers
    interface.perform = { [unowned self] in modes[enable]?.perform($0) }
    signals.finished = { [unowned self] in
      if enable == 5 { twi.finished($0) } else { twim.finished($0) }
    }
    wires.finished = { [unowned self] in
      if enable == 1 { spi.finished($0) } else { spim.finished($0) }
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case Self.enableRegister: enable
    case Self.rxd: UInt32(modes[enable]?.readReceived() ?? 0)
    case Self.txd: 0
    default: registers.read(offset) ?? interface.read(offset)
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset & ~3 == Self.rxd }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case Self.enableRegister: select(value & 0xf)
    case Self.rxd: break
    case Self.txd: modes[enable]?.writeOutput(UInt8(truncatingIfNeeded: value))
    default: return registers.write(offset, value) || interface.write(offset, value)
    }
    return true
  }

  func reset() {
    select(0)
    interface.reset()
    registers.reset()
  }

  private func select(_ mode: UInt32) {
    if mode != enable { modes[enable]?.abandon() }
    enable = mode
    if mode != 0 && modes[mode] == nil {
      fabric.findings.note(
        "unmodelled-mode", "\(name).ENABLE",
        "mode \(mode) is not modelled: a target (SPIS, TWIS) without a controller on the board")
    }
  }
}
