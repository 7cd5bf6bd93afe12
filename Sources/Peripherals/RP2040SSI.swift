import Simulation
import Units

/// The SSI of an RP2040 (a Synopsys DW_apb_ssi) with the serial flash memory at its pins: firmware's own
/// transfers, and what a read by the XIP hardware takes.
///
/// A read in place is one transfer: instruction, address, dummy cycles and one frame of 32 bits on as
/// many wires as CTRLR0 and SPI_CTRLR0 say, at clk_sys divided by BAUDR. Filling a line of the cache takes
/// two. Parameter: `overhead`, the core cycles that a transfer takes besides.
///
/// Reference: RP2040 datasheet 2.6.3 (flash), 4.10 (SSI), and the setup that pico-sdk's boot2 makes.
/// Assumed: a line's two words are two transfers, and the core waits for both; the overhead.
/// Not modelled: what firmware's own transfers in dual and quad format put on the wires (a read gives
/// ones), interrupts, DMA requests, other formats than SPI; reads in place while it is disabled or set up
/// otherwise: they go on as they were.
final class RP2040SSI: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case frames = 0x04
    case enable = 0x08
    case selection = 0x10
    case baudRate = 0x14
    case transmitLevel = 0x20
    case receiveLevel = 0x24
    case status = 0x28
    case data = 0x60
    case serialControl = 0xf4
  }

  private static let resets: [UInt32: UInt32] = [
    0x00: 0, 0x04: 0, 0x08: 0, 0x0c: 0, 0x10: 0, 0x14: 0, 0x18: 0, 0x1c: 0, 0x2c: 0, 0x4c: 0,
    0x50: 0, 0x54: 4, 0xf0: 0, 0xf4: 0x0300_0000, 0xf8: 0,
  ]
  private static let identity: [UInt32: UInt32] = [0x58: 0x5153_5049, 0x5c: 0x3430_312a]
  private static let depth = 16

  private let name: String
  private let fabric: Fabric
  private let flash: RP2040Flash
  private let timing: MemoryTiming
  private let overhead: Int
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in frameSent() }
  private var held = RP2040HeldRegisters(resets)
  private var waiting: [UInt32] = []
  private var shifting: UInt32?
  private var received: [UInt32] = []

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    flash = fabric.service(RP2040Flash.init)
    timing = fabric.timing(ofMemory: "flash")
    overhead = max(context.parameters["overhead"] ?? 0, 0)
    setTiming()
  }

  private func held(_ register: Register) -> UInt32 { held[register.rawValue] ?? 0 }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .transmitLevel: return UInt32(waiting.count)
    case .receiveLevel: return UInt32(received.count)
    case .status: return status
    default: break
    }
    if (0x60..<0xf0).contains(offset) { return take() }
    if (0x30..<0x4c).contains(offset) { return 0 }
    return Self.identity[offset] ?? held[offset]
  }

  func readingActs(at offset: UInt32) -> Bool { (0x60..<0xf0).contains(offset) }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if (0x60..<0xf0).contains(offset) {
      put(value)
      return true
    }
    guard held.write(offset, value) else { return offset <= 0x5c && offset & 3 == 0 }
    switch Register(rawValue: offset) {
    case .enable: if value & 1 == 0 { empty() } else { setTiming() }
    case .control, .baudRate, .serialControl: if isEnabled { setTiming() }
    case .selection: transmitNext()
    default: break
    }
    return true
  }

  private var isEnabled: Bool { held(.enable) & 1 == 1 }

  private var status: UInt32 {
    var value: UInt32 = 0
    if shifting != nil { value |= 1 }
    if waiting.count < Self.depth { value |= 2 }
    if waiting.isEmpty { value |= 4 }
    if !received.isEmpty { value |= 8 }
    if received.count >= Self.depth { value |= 16 }
    return value
  }

  // MARK: Firmware's own transfers

  private func put(_ value: UInt32) {
    guard isEnabled, waiting.count < Self.depth else { return }
    waiting.append(value)
    transmitNext()
  }

  private func take() -> UInt32 { received.isEmpty ? 0 : received.removeFirst() }

  /// Frames of eight bits in both directions; or the words of a read, answered by ones.
  private var isPlain: Bool { held(.control) >> 21 & 3 == 0 && held(.control) >> 8 & 3 == 0 }

  private func transmitNext() {
    guard isEnabled, held(.selection) & 1 == 1 || flash.isSelected, shifting == nil,
      !waiting.isEmpty, held(.baudRate) > 1
    else { return }
    // A read begins with the word that ends its address.
    if !isPlain && held(.serialControl) >> 8 & 3 != 0 && waiting.count < 2 { return }
    shifting = waiting.removeFirst()
    if !isPlain { waiting = [] }
    let cycles = isPlain ? 8 : cyclesOfTransfer
    due.schedule(
      after: fabric.coreClock.duration(ofTicks: UInt64(held(.baudRate)) * UInt64(cycles)))
    if isPlain { flash.drive(selecting: true) }
  }

  private func frameSent() {
    guard let word = shifting else { return }
    shifting = nil
    let answer =
      isPlain ? UInt32(flash.exchange(UInt8(truncatingIfNeeded: word))) : UInt32.max
    if received.count < Self.depth { received.append(answer) }
    if waiting.isEmpty { flash.drive(selecting: false) }
    transmitNext()
  }

  private func empty() {
    due.cancel()
    shifting = nil
    (waiting, received) = ([], [])
    flash.drive(selecting: false)
  }

  // MARK: Reads in place

  /// Cycles of the serial clock in a transfer.
  private var cyclesOfTransfer: Int {
    let (control, serial) = (held(.control), held(.serialControl))
    let wires = [1, 2, 4, 1][Int(control >> 21 & 3)]
    let instruction = [0, 4, 8, 16][Int(serial >> 8 & 3)]
    let address = Int(serial >> 2 & 0xf) * 4
    let kind = serial & 3
    let data = Int(control >> 16 & 0x1f) + 1
    return instruction / (kind >= 2 ? wires : 1) + address / (kind == 0 ? 1 : wires)
      + Int(serial >> 11 & 0x1f) + (data + wires - 1) / wires
  }

  private func setTiming() {
    // The boot ROM's first set-up is that of a read by a command: an address alone is none.
    guard held(.serialControl) >> 2 & 0xf != 0, held(.baudRate) > 1 else { return }
    let transfer = cyclesOfTransfer * Int(held(.baudRate) & 0xfffe) + overhead
    var setting = timing.setting
    setting.waitStates = transfer
    setting.fillWaitStates = 2 * transfer
    timing.setting = setting
  }

  func reset() {
    empty()
    held.reset()
  }
}
