import Simulation
import Units

/// The window at 0x12000000 through which the core reads and executes the serial flash in place.
///
/// Its cells are a memory of the chip, `xip`, that follows what is programmed and erased. Each access
/// past it is a read command of one word: opcode, address, dummy clocks and data on the lines that
/// IFCONFIG0.READOC chooses, at 32 MHz / (SCKFREQ + 1).
///
/// Reference: nRF52840 Product Specification v1.7, 6.19.3 Execute in place; Macronix MX25R6435F data
/// sheet for the dummy clocks (remembered).
/// Not modelled: that it faults while the controller is off, sequential accesses that go on with the
/// command under way, transfers by DMA that an access waits for.
final class NordicQSPIWindow {
  static let base = Address(0x1200_0000)
  private static let chunk: UInt32 = 65_536
  private static let word: Int64 = 32

  private let name: String
  private let fabric: Fabric
  private let timing: MemoryTiming
  private var isOpen = false
  private var offset: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    timing = context.fabric.timing(ofMemory: "xip")
  }

  /// The controller is active for the first time: the window shows the flash.
  func open(_ flash: borrowing SerialFlash) {
    guard !isOpen else { return }
    isOpen = true
    fabric.findings.note(
      "assumed-timing", "\(name).XIP",
      "a word read in place takes a command of its own, with the flash's dummy clocks as remembered"
    )
    update(flash, 0, count: SerialFlash.size)
  }

  /// XIPOFFSET: where in the flash the window begins.
  func show(_ flash: borrowing SerialFlash, from offset: UInt32) {
    guard offset != self.offset else { return }
    self.offset = offset
    if isOpen { update(flash, 0, count: SerialFlash.size) }
  }

  /// What the flash holds has changed from `address` on.
  func update(_ flash: borrowing SerialFlash, _ address: UInt32, count: UInt32) {
    guard isOpen else { return }
    var place = address % SerialFlash.size
    var rest = min(count, SerialFlash.size)
    while rest > 0 {
      // Where the window wraps around, a piece ends.
      let target = (place &- offset) % SerialFlash.size
      let size = min(rest, Self.chunk, SerialFlash.size - target)
      _ = fabric.memory.program(Self.base + target, flash.read(place, count: Int(size)))
      place = (place + size) % SerialFlash.size
      rest -= size
    }
  }

  /// IFCONFIG0 and IFCONFIG1 as they are now.
  func setTiming(reading: UInt32, clock: UInt32) {
    let (addressLines, dataLines, dummies) = Self.mode(reading & 7)
    let clocks = 8 + 24 / addressLines + dummies + Self.word / dataLines
    let serial = ClockDomain(
      frequency: Hertz(32_000_000).scaled(by: 1, over: UInt64(clock >> 28) + 1))
    let time = serial.duration(ofTicks: UInt64(clocks))
    timing.setting.waitStates = Int(clamping: fabric.coreClock.ticks(in: time))
  }

  /// READOC: FASTREAD, READ2O, READ2IO, READ4O, READ4IO.
  private static func mode(
    _ opcode: UInt32
  ) -> (addressLines: Int64, dataLines: Int64, dummies: Int64) {
    switch opcode {
    case 1: (1, 2, 8)
    case 2: (2, 2, 4)
    case 3: (1, 4, 8)
    case 4: (4, 4, 6)
    default: (1, 1, 8)
    }
  }
}
