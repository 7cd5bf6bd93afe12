import Simulation
import Units

/// The reset and clock controller of the STM32H7A3, H7B3 and H7B0: a core prescaler (CDCPRE) in front of
/// AHB's, four peripheral buses, three fractional PLLs.
///
/// Reference: RM0455 8; register and bit positions: ST's stm32h7a3xx.h; DS13195 for start-up times
/// (from memory).
/// Not modelled: see `STM32RCC`; the autonomous and low-power clock gates (they hold), CKGAENR's AXI
/// clock gating.
enum STM32H7RCC {
  private static let control: UInt32 = 0x00
  private static let configuration: UInt32 = 0x10
  private static let first: UInt32 = 0x18
  private static let second: UInt32 = 0x1c
  private static let smart: UInt32 = 0x20
  private static let pllSource: UInt32 = 0x28
  private static let pllConfiguration: UInt32 = 0x2c

  static func make(_ context: PeripheralContext) -> STM32RCC { STM32RCC(context, layout) }

  private static var layout: STM32RCCLayout {
    STM32RCCLayout(
      resets: resets,
      sources: [
        .init(name: "hsi", register: 0, on: 0, ready: 2, startUp: .microseconds(2), flag: 2),
        .init(name: "csi", register: 0, on: 7, ready: 8, startUp: .microseconds(1), flag: 4),
        .init(name: "hsi48", register: 0, on: 12, ready: 13, startUp: .microseconds(3), flag: 5),
        .init(name: "hse", register: 0, on: 16, ready: 17, startUp: .milliseconds(2), flag: 3),
        .init(name: "lse", register: 0x70, on: 0, ready: 1, startUp: .seconds(2), flag: 1),
        .init(name: "lsi", register: 0x74, on: 0, ready: 1, startUp: .microseconds(80), flag: 0),
      ],
      plls: [
        .init(on: 24, ready: 25, flag: 6) { pll($0, 0) },
        .init(on: 26, ready: 27, flag: 7) { pll($0, 1) },
        .init(on: 28, ready: 29, flag: 8) { pll($0, 2) },
      ],
      control: control, configuration: configuration,
      systemClock: (0, 3, 3, ["hsi", "csi", "hse", "pll1-p"]),
      ahb: .init(shift: 0, width: 4, register: first),
      apb: [
        .init(shift: 4, width: 3, register: second), .init(shift: 8, width: 3, register: second),
        .init(shift: 4, width: 3, register: first), .init(shift: 4, width: 3, register: smart),
      ],
      selections: selections,
      enables: stride(from: UInt32(0x134), through: 0x154, by: 4).map { $0 }, resetDistance: 0xb8,
      interrupts: (0x60, 0x64, 0x68), backup: 0x70, status: 0x130,
      flags: .init(
        remove: 1 << 16, powerOn: 1 << 23 | 1 << 21 | 1 << 19, pin: 1 << 22,
        software: 1 << 24, independent: 1 << 26, window: 1 << 28, lowPower: 1 << 30),
      wake: { $0[configuration] >> 6 & 1 == 1 ? ("csi", "csi") : ("hsi", "hsi") },
      derived: derived, core: .init(shift: 8, width: 4, register: first),
      // RSR to APB4LPENR as the H743 has them, too: Zephyr's clock driver opens gates there on both.
      alias: (0xd0...0x11c, 0x60),
      // HSIDIVF, CPUCKRDY and CDCKRDY: what they report takes no time here.
      ones: [control: 1 << 5 | 1 << 14 | 1 << 15],
      timerFactor: { $0.bits(configuration, 15, 1) == 1 ? 4 : 2 },
      rtcDivider: { UInt64(max($0.bits(configuration, 8, 6), 1)) })
  }

  private static var resets: [UInt32: UInt32] {
    var resets: [UInt32: UInt32] = [:]
    for offset in stride(from: UInt32(0), through: 0x17c, by: 4) { resets[offset] = 0 }
    for offset: UInt32 in [0x14, 0x24, 0x48, 0x5c, 0x64, 0x68, 0x6c, 0x78, 0xac] {
      resets[offset] = nil
    }
    resets[0x00] = 0x25
    resets[0x04] = 0x4000_0000
    resets[0x0c] = 0x2000_0000
    // RTCAPBEN.
    resets[0x154] = 1 << 16
    resets[pllSource] = 0x0202_0200
    resets[pllConfiguration] = 0x01ff_0000
    for offset: UInt32 in [0x30, 0x38, 0x40] { resets[offset] = 0x0101_0280 }
    return resets
  }

  /// Reference: RM0455 8.7.19 to 8.7.22, CDCCIPR to SRDCCIPR.
  private static var selections: [STM32RCCLayout.Selection] {
    func select(_ clock: String, _ register: UInt32, _ shift: UInt32, _ sources: [String])
      -> STM32RCCLayout.Selection
    { .init(clock: clock, register: register, shift: shift, sources: sources) }
    func serial(_ bus: String) -> [String] { [bus, "pll2-q", "pll3-q", "hsi", "csi", "lse"] }
    func low(_ bus: String) -> [String] { [bus, "pll2-p", "pll3-r", "lse", "lsi", "per"] }
    let audio = ["pll1-q", "pll2-p", "pll3-p", "", "per"]
    return [
      select("usart234578", 0x54, 0, serial("pclk1")),
      select("usart16910", 0x54, 3, serial("pclk2")),
      select("lpuart1", 0x58, 0, serial("pclk4")),
      select("i2c123", 0x54, 12, ["pclk1", "pll3-r", "hsi", "csi"]),
      select("i2c4", 0x58, 8, ["pclk4", "pll3-r", "hsi", "csi"]),
      select("spi123", 0x50, 12, audio),
      select("spi45", 0x50, 16, ["pclk2", "pll2-q", "pll3-q", "hsi", "csi", "hse"]),
      select("spi6", 0x58, 28, ["pclk4", "pll2-q", "pll3-q", "hsi", "csi", "hse"]),
      select("lptim1", 0x54, 28, low("pclk1")), select("lptim2", 0x58, 10, low("pclk4")),
      select("lptim3", 0x58, 13, low("pclk4")),
      select("dfsdm1", 0x50, 24, ["pclk2", "sysclk"]),
      select("dfsdm1-audio", 0x50, 0, audio), select("sai1", 0x50, 0, audio),
      select("sai2", 0x50, 6, audio),
      select("rng", 0x54, 8, ["hsi48", "pll1-q", "lse", "lsi"]),
      select("adc", 0x58, 16, ["pll2-p", "pll3-r", "per"]),
    ]
  }

  private static func derived(_ rcc: STM32RCC, _ name: String) -> Hertz? {
    switch name {
    case "hsi":
      guard let hsi = rcc.oscillators["hsi"], hsi.isReady else { return nil }
      return hsi.frequency?.scaled(by: 1, over: 1 << UInt64(rcc.bits(control, 3, 2)))
    case "per":
      let sources = ["hsi", "csi", "hse", ""]
      return rcc.frequency(sources[rcc.bits(0x4c, 28, 2)])
    default: return nil
    }
  }

  /// Reference: RM0455 8.7.9 to 8.7.15. A divider M of 0 switches the PLL's input off.
  private static func pll(_ rcc: STM32RCC, _ index: UInt32) -> [(name: String, frequency: Hertz)]? {
    let source = ["hsi", "csi", "hse", ""][rcc.bits(pllSource, 0, 2)]
    let divider = rcc.bits(pllSource, 4 + 8 * index, 6)
    guard divider > 0, let input = rcc.frequency(source) else { return nil }
    let dividers = 0x30 + 8 * index
    return STM32FractionalPLL(
      name: "pll\(index + 1)", dividers: dividers, fraction: dividers + 4
    ).outputs(
      rcc, input: input, over: divider,
      usesFraction: rcc.bits(pllConfiguration, 4 * index, 1) == 1,
      isEnabled: (0..<3).map { rcc.bits(pllConfiguration, 16 + 3 * index + $0, 1) == 1 })
  }
}
