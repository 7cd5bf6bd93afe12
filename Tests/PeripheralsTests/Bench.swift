import Simulation
import Units

@testable import Peripherals

/// RAM that DMA reaches: 256 KiB at 0x20000000.
final class TestMemory: BusMemory {
  static let base: UInt32 = 0x2000_0000
  var bytes = [UInt8](repeating: 0, count: 0x40000)

  private func range(_ address: Address, _ count: Int) -> Range<Int>? {
    guard address.value >= Self.base else { return nil }
    let start = Int(address.value - Self.base)
    return start + count <= bytes.count ? start..<(start + count) : nil
  }

  func read(_ address: Address, count: Int) -> [UInt8]? {
    range(address, count).map { Array(bytes[$0]) }
  }

  func write(_ address: Address, _ new: [UInt8]) -> Bool {
    guard let range = range(address, new.count) else { return false }
    bytes.replaceSubrange(range, with: new)
    return true
  }

  /// 64 KiB of flash at 0.
  var flash = [UInt8](repeating: 0xff, count: 0x10000)

  func program(_ address: Address, _ new: [UInt8]) -> Bool {
    let start = Int(address.value)
    guard start + new.count <= flash.count else { return false }
    flash.replaceSubrange(start..<(start + new.count), with: new)
    return true
  }

  func stored(_ address: Address, count: Int) -> [UInt8]? {
    let start = Int(address.value)
    return start + count <= flash.count ? Array(flash[start..<(start + count)]) : nil
  }

  func halfword(_ offset: Int) -> Int16 {
    Int16(bitPattern: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
  }
}

/// A board without a core: the test is the firmware and moves time by hand.
final class Bench {
  let scheduler = Scheduler()
  let memory = TestMemory()
  let fabric: Fabric
  var transmitted: [(port: String, byte: UInt8, at: Instant)] = []

  init() {
    fabric = Fabric(scheduler: scheduler, memory: memory)
    fabric.transmit = { [unowned self] in transmitted.append(($0, $1, scheduler.now)) }
  }

  /// One device by its type name in the catalog.
  func device(
    _ type: String, _ name: String, base: UInt32, lines: [InterruptLine] = [],
    parameters: [String: Int] = [:], clock: ClockSignal? = nil
  ) -> Device {
    let context = PeripheralContext(
      name: name, base: Address(base), interrupts: lines, parameters: parameters, clock: clock,
      fabric: fabric)
    return Device(PeripheralCatalog.make(type, context)!)
  }

  var now: Instant { scheduler.now }

  func advance(_ interval: Interval) { scheduler.advance(to: scheduler.now + interval) }

  /// Runs until the register reads other than zero; nil when nothing more happens.
  func wait(for device: Device, _ offset: UInt32) -> Instant? {
    while device[offset] == 0 {
      let next = scheduler.next
      if next == .never { return nil }
      scheduler.advance(to: next)
    }
    return scheduler.now
  }
}

/// A device's registers as firmware sees them.
final class Device {
  let peripheral: any Peripheral

  init(_ peripheral: any Peripheral) { self.peripheral = peripheral }

  subscript(offset: UInt32) -> UInt32 {
    get { peripheral.read(offset) ?? 0xdead_beef }
    set { precondition(peripheral.write(offset, newValue), "register \(offset) is not modelled") }
  }
}

/// The instant so long after power-on.
func after(_ interval: Interval) -> Instant { .zero + interval }

/// A small generator for property tests: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_f491_4f6c_dd1d
  }
}
