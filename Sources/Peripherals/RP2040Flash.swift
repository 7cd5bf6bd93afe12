import Simulation
import Units

/// The serial NOR flash memory at an RP2040's QSPI pins, as firmware commands it byte by byte: a Winbond
/// W25Q16JV of 2 MiB, whose cells are the chip's memory `flash`.
///
/// Status, write enable, page program, erases of 4, 32 and 64 KiB and of all, reads, identification, unique
/// number. A command that needs write enable does nothing without. Boot code whose checksum is wrong when
/// the boot ROM reads it is a finding.
///
/// Reference: Winbond W25Q16JV data sheet, instructions (0x03 ... 0xd8) and AC characteristics (the times
/// are remembered).
/// Not modelled: block protection, suspend, reset; its own answer while it is busy, but for the status.
final class RP2040Flash {
  static let size: UInt32 = 2 << 20
  private static let base = Address(0x1000_0000)
  private static let unique: [UInt8] = [0xe6, 0x60, 0x58, 0x38, 0x83, 0x2f, 0x4c, 0x31]
  /// Manufacturer, type and capacity.
  private static let identification: [UInt8] = [0xef, 0x40, 0x15]

  private let fabric: Fabric
  /// Chip select as SSI drives it, and as IO_QSPI overrides it: 2 low, 3 high.
  private var isDriven = false
  private var override: UInt32 = 0
  private var command: [UInt8] = []
  private var status: [UInt8] = [0, 0x02]
  private var busyUntil = Instant.zero

  init(_ fabric: Fabric) { self.fabric = fabric }

  var isSelected: Bool { override == 2 || override == 0 && isDriven }

  func drive(selecting isDriven: Bool) { change { $0.isDriven = isDriven } }

  func setOverride(_ override: UInt32) { change { $0.override = override & 3 } }

  private func change(_ action: (RP2040Flash) -> Void) {
    let was = isSelected
    action(self)
    guard was && !isSelected else { return }
    finish()
    command = []
  }

  private var isBusy: Bool { fabric.scheduler.now < busyUntil }

  /// One byte each way.
  func exchange(_ byte: UInt8) -> UInt8 {
    guard isSelected else { return 0xff }
    command.append(byte)
    let place = command.count - 1
    switch command[0] {
    case 0x05: return place == 0 ? 0xff : status[0] | (isBusy ? 1 : 0)
    case 0x35: return place == 0 ? 0xff : status[1]
    case 0x15: return place == 0 ? 0xff : 0
    case 0x9f: return place == 0 ? 0xff : Self.identification[(place - 1) % 3]
    case 0x4b: return place < 5 ? 0xff : Self.unique[(place - 5) % 8]
    case 0x03, 0x0b:
      let header = command[0] == 0x03 ? 4 : 5
      guard place >= header else { return 0xff }
      let offset = (address &+ UInt32(place - header)) % Self.size
      return fabric.memory.stored(Self.base + offset, count: 1)?.first ?? 0xff
    default: return 0xff
    }
  }

  private var address: UInt32 {
    command.dropFirst().prefix(3).reduce(0) { $0 << 8 | UInt32($1) } % Self.size
  }

  /// Chip select goes up: what was commanded begins.
  private func finish() {
    guard let instruction = command.first, !isBusy else { return }
    switch instruction {
    case 0x03: if command.count == 4 + 256 && address == 0 { checkBootCode() }
    case 0x06: status[0] |= 2
    case 0x04: status[0] &= ~2
    case 0x01, 0x31: writeStatus(instruction)
    case 0x02: if command.count > 4 { program() }
    case 0x20: erase(4 << 10, .milliseconds(45))
    case 0x52: erase(32 << 10, .milliseconds(120))
    case 0xd8: erase(64 << 10, .milliseconds(150))
    case 0xc7, 0x60:
      command = [instruction, 0, 0, 0]
      erase(Self.size, .seconds(5))
    default: break
    }
  }

  /// The last of its 64 words is a CRC-32 of the others, most significant bit first, not inverted.
  private func checkBootCode() {
    guard let code = fabric.memory.stored(Self.base, count: 256) else { return }
    var sum = UInt32.max
    for byte in code.prefix(252) {
      sum ^= UInt32(byte) << 24
      for _ in 0..<8 { sum = sum << 1 ^ (sum >> 31 == 1 ? 0x04c1_1db7 : 0) }
    }
    let stored = code.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard sum != stored else { return }
    fabric.findings.note(
      "no-boot-code", "flash",
      "its first 256 bytes end in \(Address(stored)), their checksum is \(Address(sum)): "
        + "the chip would wait for a firmware over USB")
  }

  /// True once: write enable falls with what it allowed.
  private func begin(_ time: Interval) -> Bool {
    guard status[0] & 2 != 0 else { return false }
    status[0] &= ~2
    busyUntil = fabric.scheduler.now + time
    return true
  }

  private func writeStatus(_ instruction: UInt8) {
    guard command.count > 1, begin(.milliseconds(10)) else { return }
    if instruction == 0x31 {
      status[1] = command[1]
      return
    }
    status[0] = command[1] & 0xfc
    if command.count > 2 { status[1] = command[2] }
  }

  /// A page holds 256 bytes; beyond its end it goes on at its start.
  private func program() {
    guard begin(.microseconds(400)) else { return }
    let start = address
    for (index, byte) in command.dropFirst(4).enumerated() {
      let place = Self.base + (start & ~0xff | (start &+ UInt32(index)) & 0xff)
      guard let old = fabric.memory.stored(place, count: 1)?.first else { continue }
      _ = fabric.memory.program(place, [old & byte])
    }
  }

  private func erase(_ size: UInt32, _ time: Interval) {
    guard command.count > 3, begin(time) else { return }
    _ = fabric.memory.program(
      Self.base + address / size * size, [UInt8](repeating: 0xff, count: Int(size)))
  }
}

/// IO_QSPI of an RP2040: the pins of the flash, of which only chip select's override acts.
///
/// Reference: RP2040 datasheet 2.19.6.2.
/// Not modelled: other functions than the flash's, interrupts.
final class RP2040IOFlash: Peripheral {
  private let flash: RP2040Flash
  private var held: RP2040HeldRegisters

  init(_ context: PeripheralContext) {
    flash = context.fabric.service(RP2040Flash.init)
    var resets: [UInt32: UInt32] = [:]
    for pin in 0..<6 as Range<UInt32> { resets[8 * pin + 4] = 0x1f }
    for offset in stride(from: UInt32(0x30), through: 0x54, by: 4) { resets[offset] = 0 }
    held = RP2040HeldRegisters(resets)
  }

  func read(_ offset: UInt32) -> UInt32? {
    offset < 0x30 && offset & 4 == 0
      ? (offset == 8 && !flash.isSelected ? 1 << 17 : 0) : held[offset]
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard held.write(offset, value) else { return offset < 0x30 }
    if offset == 0xc { flash.setOverride(value >> 8) }
    return true
  }

  func reset() {
    held.reset()
    flash.setOverride(0)
  }
}
