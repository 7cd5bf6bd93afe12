import Boards
import CortexM
import FirmwareImage
import Simulation
import Units

/// When the host looks at the rings of Real-Time Transfer: every simulated millisecond that the core
/// runs, when it falls asleep, when it wakes, at semihosting calls, and at the end. A run without a control block is not
/// stopped but to look for one, ever more seldom.
struct RealTimeTransferPolling {
  private static let period = Interval.milliseconds(1)

  let transfer: RealTimeTransfer
  private let clock: ClockSignal
  /// The core clock of the next look.
  private(set) var next: UInt64
  private var pause: UInt64

  init(_ board: Board, _ image: FirmwareImage, _ fabric: Fabric, _ clock: ClockSignal) {
    // A control block is a variable; an image without sections may have it anywhere in RAM.
    var ranges = image.sections.filter { $0.isAllocated && $0.isWritable && $0.size > 0 }
      .compactMap { Self.range(from: $0.address.value, size: $0.size) }
    let ram = board.application.ram
    if ranges.isEmpty, let all = Self.range(from: ram.base.value, size: UInt32(clamping: ram.size))
    {
      ranges = [all]
    }
    transfer = RealTimeTransfer(
      symbol: image.symbol(named: "_SEGGER_RTT")?.address, ranges: ranges, fabric: fabric)
    self.clock = clock
    pause = clock.ticks(in: Self.period)
    next = pause
  }

  private static func range(from start: UInt32, size: UInt32) -> Range<UInt32>? {
    let (end, overflow) = start.addingReportingOverflow(size)
    return overflow ? nil : start..<end
  }

  /// Looks, when it is time.
  mutating func advance(to cycles: UInt64) {
    guard cycles >= next else { return }
    if transfer.block != nil || transfer.search() {
      transfer.poll()
      next = cycles + clock.ticks(in: Self.period)
    } else {
      pause = min(pause * 2, UInt64.max / 4)
      next = cycles + pause
    }
  }

  /// The core falls asleep, wakes, or stands at a breakpoint.
  func pollNow() { if transfer.block != nil { transfer.poll() } }

  /// The run is over.
  func finish() { if transfer.search() { transfer.poll() } }
}
