import Simulation

/// The wires from an RP2040's RESETS to the blocks that it holds in reset, and what blocks must know of
/// each other.
final class RP2040System {
  /// Blocks that are held in reset, by their bit of RESETS: out of power-on all that have one.
  static let blocks: UInt32 = 0x01ff_ffff

  private(set) var held = RP2040System.blocks
  private var resets: [UInt32: [() -> Void]] = [:]

  init(_ fabric: Fabric) {}

  func add(bit: UInt32, reset: @escaping () -> Void) { resets[bit, default: []].append(reset) }

  func hold(_ bits: UInt32) {
    let fresh = bits & ~held
    held = bits & Self.blocks
    for bit in 0..<25 as Range<UInt32> where fresh >> bit & 1 == 1 {
      for reset in resets[bit] ?? [] { reset() }
    }
  }
}

/// A block of an RP2040 as the bus reaches it: four views of each register, of which three exclusive-or,
/// set and clear the bits that are written; writes of bytes and halfwords fill the whole word; and
/// RESETS may hold it in reset, where it reads zero and takes no writes, which is a finding.
///
/// Parameter: `reset-bit`, its bit in RESETS; without, it is never held.
///
/// Reference: RP2040 datasheet 2.1.2 (atomic access), 2.1.4 (narrow writes), 2.14 (resets).
/// Not modelled: clock gating by WAKE_EN and SLEEP_EN; the cycles that a bus bridge takes.
class RP2040Block: Peripheral {
  private let name: String
  private let device: any Peripheral
  private let system: RP2040System
  private let bit: UInt32?
  /// Registers whose written ones act one by one: the views pass them on as they are.
  private let acting: Set<UInt32>
  private let findings: FindingLog

  init(_ context: PeripheralContext, _ device: any Peripheral, acting: Set<UInt32> = []) {
    name = context.name
    self.device = device
    self.acting = acting
    findings = context.fabric.findings
    system = context.fabric.service(RP2040System.init)
    bit = context.parameters["reset-bit"].map { UInt32(min(max($0, 0), 31)) }
    if let bit { system.add(bit: bit) { [unowned device] in device.reset() } }
  }

  private var isHeld: Bool { bit.map { system.held >> $0 & 1 == 1 } ?? false }

  private func isRunning() -> Bool {
    guard isHeld else { return true }
    findings.note(
      "held-in-reset", name, "accessed while RESETS holds it: reads zero, ignores writes")
    return false
  }

  func read(_ offset: UInt32) -> UInt32? { isRunning() ? device.read(offset & 0xfff) : 0 }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard isRunning() else { return true }
    let register = offset & 0xfff
    let view = offset >> 12 & 3
    guard view != 0, !acting.contains(register) else { return device.write(register, value) }
    guard let old = device.read(register) else { return false }
    let new = view == 1 ? old ^ value : view == 2 ? old | value : old & ~value
    return device.write(register, new)
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    let word = width == .byte ? (value & 0xff) &* 0x0101_0101 : (value & 0xffff) &* 0x0001_0001
    return write(offset & ~3, word)
  }

  func readingActs(at offset: UInt32) -> Bool {
    isHeld || device.readingActs(at: offset & 0xfff)
  }

  func reset() { device.reset() }
}

/// A serial port of an RP2040.
final class RP2040SerialBlock: RP2040Block, SerialPort {
  private let port: PL011

  init(_ context: PeripheralContext, _ port: PL011) {
    self.port = port
    super.init(context, port)
  }

  func receive(_ bytes: [UInt8]) { port.receive(bytes) }
  var waitingInput: Int { port.waitingInput }
}

/// Registers that hold what is written to them.
struct RP2040HeldRegisters {
  private let resets: [UInt32: UInt32]
  private var values: [UInt32: UInt32]

  init(_ resets: [UInt32: UInt32]) {
    self.resets = resets
    values = resets
  }

  subscript(offset: UInt32) -> UInt32? { values[offset] }

  /// False where there is none.
  mutating func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard values[offset] != nil else { return false }
    values[offset] = value
    return true
  }

  mutating func reset() { values = resets }
}
