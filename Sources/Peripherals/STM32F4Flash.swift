import Simulation
import Units

/// The flash interface of STM32F4 and F7: wait states, prefetch and accelerator, programming by
/// bytes, halfwords and words, and erasing by sectors.
///
/// Parameters: `small` (bytes of each of the first four sectors; the fifth is four times, the others
/// eight times as large), `accelerator` 1 for the F7's ART instead of two caches, `flash-kib`.
///
/// Reference: RM0090 3.9, RM0385 3.7; times: DS8626 table 40.
/// Not modelled: protection, option bytes' effect.
final class STM32F4Flash: Peripheral {
  private static let keys: (UInt32, UInt32) = (0x4567_0123, 0xcdef_89ab)
  private static let wordTime = Interval.microseconds(16)
  private static let busy: UInt32 = 1 << 16
  private static let lock: UInt32 = 1 << 31
  private static let parallelismError: UInt32 = 1 << 6

  private let fabric: Fabric
  private let flash: FlashControl
  private let timing: MemoryTiming
  private let line: InterruptLine?
  private let small: UInt32
  private let size: UInt32
  private let hasAccelerator: Bool
  private var access: UInt32 = 0
  private var status: UInt32 = 0
  private var control = lock
  private var options: UInt32 = 0x0fff_aaed
  private var keyStep = 0
  private var done: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    flash = fabric.service(FlashControl.init)
    timing = fabric.timing(ofMemory: "flash")
    line = context.interrupts.first
    small = UInt32(context.parameters["small"] ?? 16_384)
    size = UInt32(context.parameters["flash-kib"] ?? 1024) << 10
    hasAccelerator = context.parameters["accelerator"] == 1
    done = fabric.scheduler.event(context.name) { [unowned self] in finish() }
    flash.store = { [unowned self] in store($0, $1, 4) }
    flash.storeNarrow = { [unowned self] in store($0, $1, $2) }
    fabric.coreClock.observe { [unowned self] in checkLatency() }
    apply()
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: access
    case 0x04, 0x08: 0
    case 0x0c: status
    case 0x10: control
    case 0x14: options
    case 0x18: 0x40_0080
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00:
      if value >> 11 & 1 == 1 && access >> 9 & 1 == 0 { timing.invalidateInstructions() }
      if value >> 12 & 1 == 1 && access >> 10 & 1 == 0 { timing.invalidateData() }
      access = value
      apply()
      checkLatency()
    case 0x04: unlock(value)
    case 0x08, 0x18: break
    case 0x0c:
      status &= ~(value & 0x1f3)
      updateLine()
    case 0x10: writeControl(value)
    case 0x14: options = value
    default: return false
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  func reset() {
    done?.cancel()
    (access, status, control, keyStep) = (0, 0, Self.lock, 0)
    updateLine()
    apply()
  }

  private var latency: UInt32 { access & (hasAccelerator ? 15 : 7) }

  private func apply() {
    var setting = MemoryTiming.Setting()
    setting.waitStates = Int(latency)
    setting.prefetches = access >> 8 & 1 == 1
    setting.cachesInstructions = access >> 9 & 1 == 1
    setting.cachesData = access >> (hasAccelerator ? 9 : 10) & 1 == 1
    timing.setting = setting
  }

  private func checkLatency() {
    let allowed = Hertz(30_000_000 * UInt64(latency + 1))
    guard allowed < fabric.coreClock.frequency else { return }
    fabric.findings.note(
      "flash-latency", "FLASH.ACR", "\(latency) wait states are too few for the core's clock")
  }

  private func unlock(_ value: UInt32) {
    if keyStep == 0 && value == Self.keys.0 {
      keyStep = 1
    } else if keyStep == 1 && value == Self.keys.1 {
      keyStep = 0
      control &= ~Self.lock
    } else {
      keyStep = 2
      fabric.findings.note("flash-key", "FLASH.KEYR", "a wrong key locks the flash until reset")
    }
  }

  private func writeControl(_ value: UInt32) {
    guard control & Self.lock == 0, status & Self.busy == 0 else { return }
    control = value & ~(1 << 16)
    guard value >> 16 & 1 == 1 else { return }
    if value & 4 != 0 {
      erase(0, size, .seconds(8))
    } else if value & 2 != 0 {
      let sector = value >> 3 & 0x1f
      let start = sector < 4 ? sector * small : sector == 4 ? 4 * small : (sector - 4) * 8 * small
      let length = sector < 4 ? small : sector == 4 ? 4 * small : 8 * small
      erase(
        start, length, sector < 4 ? .milliseconds(250) : .milliseconds(sector == 4 ? 550 : 1000))
    }
  }

  private func erase(_ start: UInt32, _ length: UInt32, _ time: Interval) {
    guard start < size, length <= size - start else { return }
    _ = fabric.memory.program(
      Address(0x0800_0000) + start, Array(repeating: 0xff, count: Int(length)))
    busy(time)
    flash.stall(time)
  }

  /// PSIZE says how wide a store is: another one is refused with PGPERR. Two words may be one double word.
  private func store(_ address: Address, _ value: UInt32, _ size: Int) -> Interval? {
    guard control & 1 != 0, control & Self.lock == 0 else { return nil }
    guard let old = fabric.memory.stored(address, count: size) else { return nil }
    let wanted = 1 << Int(control >> 8 & 3)
    guard size == wanted || size == 4 && wanted == 8 else {
      status |= Self.parallelismError
      return .zero
    }
    let new = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) & old[$0] }
    _ = fabric.memory.program(address, new)
    busy(Self.wordTime)
    return Self.wordTime
  }

  private func busy(_ time: Interval) {
    status |= Self.busy
    done?.schedule(after: time)
  }

  private func finish() {
    status &= ~Self.busy
    if control >> 24 & 1 == 1 { status |= 1 }
    updateLine()
  }

  private func updateLine() { line?.set(status & 1 != 0 && control >> 24 & 1 == 1) }
}
