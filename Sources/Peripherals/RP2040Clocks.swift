import Simulation
import Units

/// CLOCKS of an RP2040: ten clocks, each of a source and a divider, and a counter of frequencies.
///
/// It sets the core's clock (clk_sys) and `clk-ref`, `clk-peri`, `clk-usb`, `clk-adc` and `clk-rtc`. A
/// clock whose source does not run stops; the core's then goes on as it was, which is a finding.
///
/// Reference: RP2040 datasheet 2.15.
/// Not modelled: clock inputs and outputs on pins, resuscitation, phase and duty cycle, the cycles that a
/// change takes; a count of the frequency counter is there at once.
final class RP2040Clocks: Peripheral {
  private enum Clock: UInt32, CaseIterable {
    case out0, out1, out2, out3, reference, system, peripheral, usb, converter, realTime

    /// What the rest of the chip calls it.
    var name: String? {
      switch self {
      case .out0, .out1, .out2, .out3: nil
      case .reference: "clk-ref"
      case .system: "core"
      case .peripheral: "clk-peri"
      case .usb: "clk-usb"
      case .converter: "clk-adc"
      case .realTime: "clk-rtc"
      }
    }

    /// Sources of the auxiliary multiplexer in order; an empty name is a pin.
    var auxiliary: [String] {
      switch self {
      case .out0, .out1, .out2, .out3:
        [
          "pll-sys", "", "", "pll-usb", "rosc", "xosc", "core", "clk-usb", "clk-adc", "clk-rtc",
          "clk-ref",
        ]
      case .reference: ["pll-usb", "", ""]
      case .system: ["pll-sys", "pll-usb", "rosc", "xosc", "", ""]
      case .peripheral: ["core", "pll-sys", "pll-usb", "rosc", "xosc", "", ""]
      case .usb, .converter, .realTime: ["pll-usb", "pll-sys", "rosc", "xosc", "", ""]
      }
    }
  }

  private enum Counter {
    static let source: UInt32 = 0x94
    static let status: UInt32 = 0x98
    static let result: UInt32 = 0x9c
    /// What its source can be, in order.
    static let sources = [
      "", "pll-sys", "pll-usb", "rosc", "rosc", "xosc", "", "", "clk-ref", "core", "clk-peri",
      "clk-usb", "clk-adc", "clk-rtc",
    ]
  }

  private static let resets: [UInt32: UInt32] = {
    var values: [UInt32: UInt32] = [0x78: 0xff, 0xbc: 0, 0xc0: 0]
    for index in 0..<10 as Range<UInt32> {
      values[12 * index] = 0
      values[12 * index + 4] = 0x100
    }
    for offset in stride(from: UInt32(0x80), through: 0x94, by: 4) { values[offset] = 0 }
    values[0x88] = 0x1ff_ffff
    for offset in stride(from: UInt32(0xa0), through: 0xac, by: 4) { values[offset] = .max }
    return values
  }()

  private let fabric: Fabric
  private let sources: RP2040Sources
  private var held = RP2040HeldRegisters(resets)
  private var frequencies: [Clock: Hertz] = [:]
  private var counted: UInt32 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    sources = fabric.service(RP2040Sources.init)
    sources.observe { [unowned self] in follow() }
    follow()
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset < 0x78 && offset % 12 == 8 { return selected(offset / 12) }
    switch offset {
    case 0x7c, 0xb8, 0xc4: return 0
    case Counter.status: return 1 << 4
    case Counter.result: return counted
    case 0xb0, 0xb4: return held[offset - 0x10]
    default: return held[offset]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard held.write(offset, value) else { return offset <= 0xc4 && offset & 3 == 0 }
    if offset == Counter.source { count(Int(value & 0xff)) }
    if offset < 0x78 { follow() }
    return true
  }

  /// One bit for the source in use; clocks without a glitchless multiplexer show 1.
  private func selected(_ index: UInt32) -> UInt32 {
    switch Clock(rawValue: index) {
    case .reference: 1 << ((held[12 * index] ?? 0) & 3)
    case .system: 1 << ((held[12 * index] ?? 0) & 1)
    default: 1
    }
  }

  private func frequency(_ name: String) -> Hertz? {
    if let clock = Clock.allCases.first(where: { $0.name == name }) { return frequencies[clock] }
    return sources[name]
  }

  private func source(of clock: Clock) -> String {
    let control = held[12 * clock.rawValue] ?? 0
    let auxiliary = { (shift: UInt32, mask: UInt32) -> String in
      let index = Int(control >> shift & mask)
      return clock.auxiliary.indices.contains(index) ? clock.auxiliary[index] : ""
    }
    switch clock {
    case .reference: return ["rosc", auxiliary(5, 3), "xosc", ""][Int(control & 3)]
    case .system: return control & 1 == 0 ? "clk-ref" : auxiliary(5, 7)
    case .out0, .out1, .out2, .out3: return auxiliary(5, 15)
    default: return auxiliary(5, 7)
    }
  }

  private func isOn(_ clock: Clock) -> Bool {
    if clock == .reference || clock == .system { return true }
    return (held[12 * clock.rawValue] ?? 0) >> 10 & 3 == 2
  }

  private func divided(_ frequency: Hertz, _ clock: Clock) -> Hertz {
    let divider = held[12 * clock.rawValue + 4] ?? 0x100
    switch clock {
    case .peripheral: return frequency
    case .reference:
      return frequency.scaled(by: 1, over: UInt64(divider >> 8 & 3 == 0 ? 4 : divider >> 8 & 3))
    default:
      // Sixteen bits of the integer and eight of the fraction; none is the largest.
      let steps = divider >> 8 == 0 ? UInt64(1 << 24) : UInt64(divider)
      return frequency.scaled(by: 256, over: steps)
    }
  }

  private func follow() {
    let now = fabric.scheduler.now
    // Each has what it may be made of before it in this order.
    let order: [Clock] = [
      .reference, .system, .peripheral, .usb, .converter, .realTime, .out0, .out1, .out2, .out3,
    ]
    for clock in order {
      let made = isOn(clock) ? frequency(source(of: clock)).map { divided($0, clock) } : nil
      if clock == .system && made == nil {
        fabric.findings.note(
          "no-clock", "CLOCKS.CLK_SYS_CTRL",
          "its source '\(source(of: clock))' does not run; silicon would stop, here it goes on")
        continue
      }
      frequencies[clock] = made
      guard let name = clock.name else { continue }
      if let made {
        fabric.clock(name).change(to: made, at: now)
      } else {
        fabric.clock(name).stop(at: now)
      }
    }
  }

  /// Kilohertz with five bits of fraction.
  private func count(_ index: Int) {
    guard Counter.sources.indices.contains(index),
      let rate = frequency(Counter.sources[index])
    else {
      counted = 0
      return
    }
    counted = UInt32(
      truncatingIfNeeded: rate.numerator * 32 / (rate.denominator * 1000))
  }

  func reset() {
    held.reset()
    counted = 0
    follow()
  }
}
