import Simulation

/// RESETS of an RP2040: which blocks are held in reset, and which are out of it.
///
/// A block is out of reset as soon as it is let go.
///
/// Reference: RP2040 datasheet 2.14.
/// Not modelled: WDSEL (a watchdog resets all blocks).
final class RP2040Resets: Peripheral {
  private enum Register: UInt32 {
    case reset = 0x0
    case watchdogSelect = 0x4
    case resetDone = 0x8
  }

  private let system: RP2040System
  private var watchdogSelect: UInt32 = 0

  init(_ context: PeripheralContext) {
    system = context.fabric.service(RP2040System.init)
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .reset: system.held
    case .watchdogSelect: watchdogSelect
    case .resetDone: ~system.held & RP2040System.blocks
    case nil: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .reset: system.hold(value)
    case .watchdogSelect: watchdogSelect = value & RP2040System.blocks
    case .resetDone: break
    case nil: return false
    }
    return true
  }

  func reset() {
    system.hold(RP2040System.blocks)
    watchdogSelect = 0
  }
}

/// PSM of an RP2040: the order in which it powers up, and what can be held off by hand.
///
/// Reference: RP2040 datasheet 2.13.
/// Not modelled: holding anything but the second core, which never runs, off or on.
final class RP2040PSM: Peripheral {
  private static let all: UInt32 = 0x1_ffff

  private let fabric: Fabric
  private var held = RP2040HeldRegisters([0x0: 0, 0x4: 0, 0x8: 0])

  init(_ context: PeripheralContext) { fabric = context.fabric }

  func read(_ offset: UInt32) -> UInt32? {
    offset == 0xc ? Self.all & ~(held[0x4] ?? 0) : held[offset]
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset == 0xc { return true }
    if offset == 0x4 && value & 0xffff != 0 {
      fabric.findings.note(
        "held-off", "PSM.FRCE_OFF", "only the second core can be held off: the rest stays on")
    }
    return held.write(offset, value & Self.all)
  }

  func reset() { held.reset() }
}
