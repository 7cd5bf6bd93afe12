import Simulation
import Units

/// The stream of an RP2040's XIP block: words of flash, one transfer each, into a FIFO of two, past the
/// cache.
///
/// Reference: RP2040 datasheet 2.6.3.3.
/// Not modelled: waiting for the core's own reads of flash.
final class RP2040Stream {
  private static let base = Address(0x1000_0000)
  private static let depth = 2

  private let fabric: Fabric
  private let timing: MemoryTiming
  private let request: DMARequest
  private lazy var due = fabric.scheduler.event("XIP stream") { [unowned self] in arrived() }
  private(set) var address: UInt32 = 0
  private(set) var remaining: UInt32 = 0
  private var fifo: [UInt32] = []

  init(_ fabric: Fabric) {
    self.fabric = fabric
    timing = fabric.timing(ofMemory: "flash")
    request = fabric.service(DMARequests.init).line("XIP_STREAM")
  }

  var isEmpty: Bool { fifo.isEmpty }
  var isFull: Bool { fifo.count == Self.depth }

  func setAddress(_ value: UInt32) { address = value & ~3 }

  /// Writing a count begins; what waits in the FIFO of an earlier one goes.
  func begin(_ count: UInt32) {
    due.cancel()
    remaining = count & 0x3f_ffff
    fifo = []
    next()
  }

  func take() -> UInt32 {
    let word = fifo.isEmpty ? 0 : fifo.removeFirst()
    next()
    return word
  }

  private func next() {
    request.set(!fifo.isEmpty)
    guard remaining > 0, !isFull, !due.isScheduled else { return }
    let cycles = UInt64(max(timing.setting.waitStates ?? 0, 1))
    due.schedule(after: fabric.coreClock.duration(ofTicks: cycles))
  }

  private func arrived() {
    let place = Self.base + (address & 0xff_ffff)
    let bytes = fabric.memory.stored(place, count: 4) ?? [0xff, 0xff, 0xff, 0xff]
    fifo.append(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    address &+= 4
    remaining -= 1
    next()
  }

  func reset() {
    begin(0)
    address = 0
  }
}

/// The port of that FIFO on the bus of its own, for DMA.
final class RP2040StreamPort: Peripheral {
  private let stream: RP2040Stream

  init(_ context: PeripheralContext) { stream = context.fabric.service(RP2040Stream.init) }

  func read(_ offset: UInt32) -> UInt32? { stream.take() }
  func readingActs(at offset: UInt32) -> Bool { true }
  func write(_ offset: UInt32, _ value: UInt32) -> Bool { true }
  func reset() {}
}
