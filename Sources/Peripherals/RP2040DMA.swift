import Simulation
import Units

/// The DMA controller of an RP2040: twelve channels that copy bytes, halfwords or words between memory and
/// devices, paced by a request or a timer, chained, with rings and a checksum of what passes.
///
/// A transfer takes one cycle of clk_sys, of one channel after another; a paced one comes a cycle after its
/// request. Its interrupt lines are IRQ 0 and 1.
///
/// Reference: RP2040 datasheet 2.5.
/// Not modelled: priorities, what it waits for the bus, credits beyond one request, the debug registers, parity
/// checksums.
final class RP2040DMA: Peripheral {
  private static let count = 12
  private static let permanent = 63
  /// Transfers without a pace that are made in one go.
  private static let burst: UInt32 = 32
  /// What each request number is wired to.
  private static let requests: [Int: String] = [
    16: "SPI0_TX", 17: "SPI0_RX", 18: "SPI1_TX", 19: "SPI1_RX", 20: "UART0_TX", 21: "UART0_RX",
    22: "UART1_TX", 23: "UART1_RX", 32: "I2C0_TX", 33: "I2C0_RX", 34: "I2C1_TX", 35: "I2C1_RX",
    36: "ADC", 37: "XIP_STREAM",
  ]

  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let incrementRead: UInt32 = 1 << 4
    static let incrementWrite: UInt32 = 1 << 5
    static let ringIsWrite: UInt32 = 1 << 10
    static let quiet: UInt32 = 1 << 21
    static let swap: UInt32 = 1 << 22
    static let sniff: UInt32 = 1 << 23
    static let busy: UInt32 = 1 << 24
    static let errors: UInt32 = 0xe000_0000
    static let writable: UInt32 = 0x00ff_ffff
  }

  private struct Channel {
    var read: UInt32 = 0
    var write: UInt32 = 0
    var reload: UInt32 = 0
    var remaining: UInt32 = 0
    var control: UInt32 = 0
    var isBusy = false

    var request: Int { Int(control >> 15 & 0x3f) }
    var size: Int { 1 << Int(min(control >> 2 & 3, 2)) }
  }

  /// What the four views of a channel's registers hold, in their order.
  private enum Field { case read, write, count, control }
  private static let views: [[Field]] = [
    [.read, .write, .count, .control], [.control, .read, .write, .count],
    [.control, .count, .read, .write], [.control, .write, .count, .read],
  ]

  private let fabric: Fabric
  private let port: BusPort
  private let lines: [InterruptLine]
  private let requestLines: DMARequests
  private var channels = [Channel](repeating: Channel(), count: count)
  private var pending: UInt32 = 0
  private var enabled: [UInt32] = [0, 0]
  private var forced: [UInt32] = [0, 0]
  private var timers = [UInt32](repeating: 0, count: 4)
  private var sniffControl: UInt32 = 0
  private var sniffed: UInt32 = 0
  private var events: [Event] = []

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    port = BusPort(fabric: context.fabric)
    lines = context.interrupts
    requestLines = fabric.service(DMARequests.init)
    events = (0..<Self.count).map { index in
      fabric.scheduler.event("\(context.name) channel \(index)") { [unowned self] in step(index) }
    }
    for (number, name) in Self.requests {
      requestLines.line(name).observer = { [unowned self] in requested(number) }
    }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    if offset < 0x300 {
      let channel = channels[Int(offset / 0x40)]
      switch Self.views[Int(offset >> 4 & 3)][Int(offset >> 2 & 3)] {
      case .read: return channel.read
      case .write: return channel.write
      case .count: return channel.remaining
      case .control: return channel.control | (channel.isBusy ? Control.busy : 0)
      }
    }
    switch offset {
    case 0x400: return pending
    case 0x404, 0x414: return enabled[offset == 0x404 ? 0 : 1]
    case 0x408, 0x418: return forced[offset == 0x408 ? 0 : 1]
    case 0x40c, 0x41c: return status(offset == 0x40c ? 0 : 1)
    case 0x420..<0x430: return timers[Int(offset - 0x420) / 4]
    case 0x430, 0x440, 0x444: return 0
    case 0x434: return sniffControl
    case 0x438: return sniffOutput
    case 0x448: return UInt32(Self.count)
    default: return nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset < 0x300 {
      writeChannel(Int(offset / 0x40), offset, value)
      return true
    }
    switch offset {
    case 0x400, 0x40c, 0x41c: pending &= ~value
    case 0x404, 0x414: enabled[offset == 0x404 ? 0 : 1] = value & 0xfff
    case 0x408, 0x418: forced[offset == 0x408 ? 0 : 1] = value & 0xfff
    case 0x420..<0x430: timers[Int(offset - 0x420) / 4] = value
    case 0x430:
      for index in channels.indices where value >> UInt32(index) & 1 == 1 { trigger(index) }
    case 0x434: sniffControl = value & 0xfff
    case 0x438: sniffed = value
    case 0x444: for index in channels.indices where value >> UInt32(index) & 1 == 1 { stop(index) }
    default: return offset == 0x440 || offset == 0x448
    }
    drive()
    return true
  }

  private func writeChannel(_ index: Int, _ offset: UInt32, _ value: UInt32) {
    switch Self.views[Int(offset >> 4 & 3)][Int(offset >> 2 & 3)] {
    case .read: channels[index].read = value
    case .write: channels[index].write = value
    case .count: channels[index].reload = value
    case .control:
      let errors = channels[index].control & Control.errors & ~value
      channels[index].control = value & Control.writable | errors
      if value & Control.enable != 0 { plan(index) } else { events[index].cancel() }
    }
    guard offset & 0xc == 0xc else { return }
    // A trigger of zero ends a chain.
    if value == 0 {
      if channels[index].control & Control.quiet != 0 { raise(index) }
    } else {
      trigger(index)
    }
  }

  // MARK: Transfers

  private func trigger(_ index: Int) {
    guard channels[index].control & Control.enable != 0, !channels[index].isBusy else { return }
    channels[index].remaining = channels[index].reload
    channels[index].isBusy = true
    if channels[index].remaining == 0 { finish(index) } else { plan(index) }
  }

  private func stop(_ index: Int) {
    events[index].cancel()
    channels[index].isBusy = false
    channels[index].remaining = 0
  }

  /// When the next transfer of a channel comes; without a pace the next few, one a cycle.
  private func plan(_ index: Int) {
    let channel = channels[index]
    guard channel.isBusy, channel.control & Control.enable != 0 else { return }
    switch channel.request {
    case Self.permanent:
      events[index].schedule(
        after: fabric.coreClock.duration(ofTicks: UInt64(min(channel.remaining, Self.burst))))
    case 59...62:
      let timer = timers[channel.request - 59]
      let (up, down) = (UInt64(timer >> 16), UInt64(timer & 0xffff))
      guard up > 0, down > 0 else { return events[index].cancel() }
      let cycles = max((down + up - 1) / up, 1)
      events[index].schedule(after: fabric.coreClock.duration(ofTicks: cycles))
    default:
      guard isRequested(channel.request) else { return }
      events[index].schedule(after: fabric.coreClock.duration(ofTicks: 1))
    }
  }

  private func isRequested(_ number: Int) -> Bool {
    Self.requests[number].map { requestLines.line($0).isActive } ?? false
  }

  private func requested(_ number: Int) {
    for index in channels.indices where channels[index].request == number { plan(index) }
  }

  private func step(_ index: Int) {
    guard channels[index].isBusy else { return }
    let request = channels[index].request
    let isPaced = request != Self.permanent && request < 59
    // Another may have taken what was asked for.
    if isPaced && !isRequested(request) { return }
    let count = request == Self.permanent ? min(channels[index].remaining, Self.burst) : 1
    for _ in 0..<count {
      guard transfer(index) else { return }
    }
    if channels[index].remaining == 0 { finish(index) } else { plan(index) }
    if isPaced, let name = Self.requests[request] { requestLines.line(name).served() }
  }

  /// Moves one item; false where nothing answers, which ends the channel.
  private func transfer(_ index: Int) -> Bool {
    let channel = channels[index]
    guard let value = port.read(channel.read, channel.size) else { return fail(index, 1 << 30) }
    if channel.control & Control.sniff != 0 && Int(sniffControl >> 1 & 0xf) == index {
      sniff(value, channel.size)
    }
    guard port.write(channel.write, swapped(value, channel), channel.size) else {
      return fail(index, 1 << 29)
    }
    let step = UInt32(channel.size)
    channels[index].remaining -= 1
    let ring = channel.control >> 6 & 0xf
    let ringsWrite = channel.control & Control.ringIsWrite != 0
    if channel.control & Control.incrementRead != 0 {
      channels[index].read = advanced(channel.read, step, ringsWrite ? 0 : ring)
    }
    if channel.control & Control.incrementWrite != 0 {
      channels[index].write = advanced(channel.write, step, ringsWrite ? ring : 0)
    }
    return true
  }

  private func swapped(_ value: UInt32, _ channel: Channel) -> UInt32 {
    guard channel.control & Control.swap != 0, channel.size > 1 else { return value }
    return value.byteSwapped >> (channel.size == 2 ? 16 : 0)
  }

  private func advanced(_ address: UInt32, _ step: UInt32, _ ring: UInt32) -> UInt32 {
    guard ring > 0 else { return address &+ step }
    let mask = UInt32(1) << ring - 1
    return address & ~mask | (address &+ step) & mask
  }

  private func fail(_ index: Int, _ error: UInt32) -> Bool {
    channels[index].control |= error | 1 << 31
    fabric.findings.note(
      "dma-error", "DMA channel \(index)",
      error == 1 << 30 ? "reads where nothing answers" : "writes where nothing answers")
    channels[index].isBusy = false
    return false
  }

  private func finish(_ index: Int) {
    channels[index].isBusy = false
    if channels[index].control & Control.quiet == 0 { raise(index) }
    let next = Int(channels[index].control >> 11 & 0xf)
    if next != index && next < Self.count { trigger(next) }
  }

  private func raise(_ index: Int) {
    pending |= 1 << UInt32(index)
    drive()
  }

  private func status(_ line: Int) -> UInt32 { pending & enabled[line] | forced[line] }

  private func drive() {
    for (number, line) in lines.prefix(2).enumerated() { line.set(status(number) != 0) }
  }

  // MARK: The checksum

  /// CALC: CRC-32, CRC-16-CCITT, each also bit-reversed, and a sum.
  private func sniff(_ value: UInt32, _ size: Int) {
    guard sniffControl & 1 == 1 else { return }
    let kind = sniffControl >> 5 & 0xf
    if kind == 0xf {
      sniffed &+= value
      return
    }
    for place in 0..<UInt32(size) {
      var byte = UInt8(truncatingIfNeeded: value >> (8 * place))
      if kind & 1 == 1 { byte = UInt8(reversed(UInt32(byte)) >> 24) }
      if kind < 2 {
        sniffed ^= UInt32(byte) << 24
        for _ in 0..<8 { sniffed = sniffed << 1 ^ (sniffed >> 31 == 1 ? 0x04c1_1db7 : 0) }
      } else if kind < 4 {
        sniffed ^= UInt32(byte) << 8
        for _ in 0..<8 { sniffed = (sniffed << 1 ^ (sniffed >> 15 & 1 == 1 ? 0x1021 : 0)) & 0xffff }
      }
    }
  }

  private var sniffOutput: UInt32 {
    let value = sniffControl >> 10 & 1 == 1 ? reversed(sniffed) : sniffed
    return sniffControl >> 11 & 1 == 1 ? ~value : value
  }

  private func reversed(_ value: UInt32) -> UInt32 {
    (0..<32 as Range<UInt32>).reduce(0) { $0 << 1 | value >> $1 & 1 }
  }

  func reset() {
    for event in events { event.cancel() }
    channels = [Channel](repeating: Channel(), count: Self.count)
    for index in channels.indices { channels[index].control = UInt32(index) << 11 }
    (pending, enabled, forced) = (0, [0, 0], [0, 0])
    timers = [0, 0, 0, 0]
    (sniffControl, sniffed) = (0, 0)
    drive()
  }
}
