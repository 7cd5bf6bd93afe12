import Simulation
import Units

/// The reset and clock controller of the STM32U5.
///
/// Reference: RM0456 11 (register map 11.8.63), DS13086 5.3.8 for start-up times (from memory).
/// Not modelled: see `STM32RCC`; MSI's lock to LSE (MSIPLLEN) leaves its nominal frequency, buses' own
/// gates (AHB1DIS and their kin hold), the secure and privileged marks (SECCFGR, PRIVCFGR hold).
enum STM32U5RCC {
  private static let control: UInt32 = 0x00
  private static let calibration: UInt32 = 0x08
  private static let backup: UInt32 = 0xf0
  private static let status: UInt32 = 0xf4
  /// MSI's ranges. Reference: RM0456 11.8.3, MSISRANGE.
  private static let ranges: [Hertz] = [
    48_000_000, 24_000_000, 16_000_000, 12_000_000, 4_000_000, 2_000_000, 1_330_000, 1_000_000,
    3_072_000, 1_536_000, 1_024_000, 768_000, 400_000, 200_000, 133_000, 100_000,
  ].map { Hertz($0) }

  static func make(_ context: PeripheralContext) -> STM32RCC { STM32RCC(context, layout) }

  private static var layout: STM32RCCLayout {
    STM32RCCLayout(
      resets: resets,
      sources: [
        .init(name: "msi", register: 0, on: 0, ready: 2, startUp: .microseconds(5), flag: 2),
        .init(name: "msik", register: 0, on: 4, ready: 5, startUp: .microseconds(5), flag: 11),
        .init(name: "hsi", register: 0, on: 8, ready: 10, startUp: .microseconds(1), flag: 3),
        .init(name: "hsi48", register: 0, on: 12, ready: 13, startUp: .microseconds(3), flag: 5),
        .init(name: "shsi", register: 0, on: 14, ready: 15, startUp: .microseconds(3), flag: 12),
        .init(name: "hse", register: 0, on: 16, ready: 17, startUp: .milliseconds(2), flag: 4),
        .init(name: "lse", register: backup, on: 0, ready: 1, startUp: .seconds(2), flag: 1),
        .init(
          name: "lsi", register: backup, on: 26, ready: 27, startUp: .microseconds(80), flag: 0),
      ],
      plls: [
        .init(on: 24, ready: 25, flag: 6) { pll($0, "pll1", 0x28, 0x34) },
        .init(on: 26, ready: 27, flag: 7) { pll($0, "pll2", 0x2c, 0x3c) },
        .init(on: 28, ready: 29, flag: 8) { pll($0, "pll3", 0x30, 0x44) },
      ],
      control: control, configuration: 0x1c,
      systemClock: (0, 2, 2, ["msi", "hsi", "hse", "pll1-r"]),
      ahb: .init(shift: 0, width: 4, register: 0x20),
      apb: [
        .init(shift: 4, width: 3, register: 0x20), .init(shift: 8, width: 3, register: 0x20),
        .init(shift: 4, width: 3, register: 0x24),
      ],
      selections: selections,
      enables: [0x88, 0x8c, 0x90, 0x94, 0x9c, 0xa0, 0xa4, 0xa8], resetDistance: 0x28,
      interrupts: (0x50, 0x54, 0x58), backup: backup, status: status,
      flags: .init(
        remove: 1 << 23, powerOn: 1 << 27, pin: 1 << 26, software: 1 << 28, independent: 1 << 29,
        window: 1 << 30, lowPower: 1 << 31),
      wake: { $0[0x1c] >> 4 & 1 == 1 ? ("hsi", "hsi") : ("msi", "msi") },
      derive: deriveMSI, derived: derived,
      repeats: [(backup, 7, 11)], systick: systick)
  }

  private static var resets: [UInt32: UInt32] {
    var resets: [UInt32: UInt32] = [
      0x00: 0x35, 0x08: 0x4400_0000, 0x0c: 0x8_4210, 0x10: 0x10_0000, 0x20: 0x6000,
      0x34: 0x0101_0280, 0x3c: 0x0101_0280, 0x44: 0x0101_0280, 0x88: 0xd020_0100,
      0x8c: 0xc000_0000, 0x90: 0x8000_0000, 0x94: 0x8000_0000, 0xf4: 0x4400,
    ]
    for offset: UInt32 in [
      0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x38, 0x40, 0x48, 0x50, 0x60, 0x64, 0x68, 0x6c, 0x74,
      0x78, 0x7c, 0x80, 0x9c, 0xa0, 0xa4, 0xa8, 0xd8, 0xe0, 0xe4, 0xe8, 0xf0, 0x110, 0x114,
    ] { resets[offset] = 0 }
    for offset: UInt32 in [0xb0, 0xb4, 0xb8, 0xbc, 0xc4, 0xc8, 0xcc, 0xd0] {
      resets[offset] = 0xffff_ffff
    }
    return resets
  }

  /// Reference: RM0456 11.8.47 to 11.8.49, CCIPR1 to CCIPR3.
  private static var selections: [STM32RCCLayout.Selection] {
    func select(_ clock: String, _ register: UInt32, _ shift: UInt32, _ sources: [String])
      -> STM32RCCLayout.Selection
    { .init(clock: clock, register: register, shift: shift, sources: sources) }
    func serial(_ bus: String) -> [String] { [bus, "sysclk", "hsi", "lse"] }
    func fast(_ bus: String) -> [String] { [bus, "sysclk", "hsi", "msik"] }
    let low = ["msik", "lsi", "hsi", "lse"]
    let filter = ["hclk", "pll1-p", "pll3-q", "", "msik"]
    let audio = ["pll2-p", "pll3-p", "pll1-p", "", "hsi"]
    return [
      select("usart1", 0xe0, 0, serial("pclk2")), select("usart2", 0xe0, 2, serial("pclk1")),
      select("usart3", 0xe0, 4, serial("pclk1")), select("uart4", 0xe0, 6, serial("pclk1")),
      select("uart5", 0xe0, 8, serial("pclk1")), select("i2c1", 0xe0, 10, fast("pclk1")),
      select("i2c2", 0xe0, 12, fast("pclk1")), select("i2c4", 0xe0, 14, fast("pclk1")),
      select("spi2", 0xe0, 16, fast("pclk1")),
      select("lptim2", 0xe0, 18, ["pclk1", "lsi", "hsi", "lse"]),
      select("spi1", 0xe0, 20, fast("pclk2")),
      select("clk48", 0xe0, 26, ["hsi48", "pll2-q", "pll1-q", "msik"]),
      select("mdf1", 0xe4, 0, filter), select("adf1", 0xe8, 16, filter),
      select("sai1", 0xe4, 5, audio), select("sai2", 0xe4, 8, audio),
      select("rng", 0xe4, 12, ["hsi48", "hsi48-half", "hsi"]),
      select("lpuart1", 0xe8, 0, ["pclk3", "sysclk", "hsi", "lse", "msik"]),
      select("spi3", 0xe8, 3, fast("pclk3")), select("i2c3", 0xe8, 6, fast("pclk3")),
      select("lptim34", 0xe8, 8, low), select("lptim1", 0xe8, 10, low),
      select("adc", 0xe8, 12, ["hclk", "sysclk", "pll2-r", "hse", "hsi", "msik"]),
    ]
  }

  private static func deriveMSI(_ rcc: STM32RCC) {
    // MSIRGSEL: the ranges are ICSCR1's, else those that CSR keeps for after Standby.
    let isSelected = rcc[calibration] >> 23 & 1 == 1
    let system = isSelected ? rcc.bits(calibration, 28, 4) : rcc.bits(status, 12, 4)
    let kernel = isSelected ? rcc.bits(calibration, 24, 4) : rcc.bits(status, 8, 4)
    rcc.oscillators["msi"]?.frequency = ranges[system]
    rcc.oscillators["msik"]?.frequency = ranges[kernel]
  }

  private static func derived(_ rcc: STM32RCC, _ name: String) -> Hertz? {
    switch name {
    case "hsi48-half": return rcc.frequency("hsi48")?.scaled(by: 1, over: 2)
    case "lsi":
      guard let lsi = rcc.oscillators["lsi"], lsi.isReady else { return nil }
      return lsi.frequency?.scaled(by: 1, over: rcc[backup] >> 28 & 1 == 1 ? 128 : 1)
    default: return nil
    }
  }

  /// Reference: RM0456 11.8.47, SYSTICKSEL.
  private static func systick(_ rcc: STM32RCC, _ core: Hertz) -> Hertz? {
    switch rcc.bits(0xe0, 22, 2) {
    case 1: rcc.frequency("lsi")
    case 2: rcc.frequency("lse")
    default: core.scaled(by: 1, over: 8)
    }
  }

  private static func pll(
    _ rcc: STM32RCC, _ name: String, _ register: UInt32, _ dividers: UInt32
  ) -> [(name: String, frequency: Hertz)]? {
    let source = ["", "msi", "hsi", "hse"][rcc.bits(register, 0, 2)]
    guard let input = rcc.frequency(source) else { return nil }
    return STM32FractionalPLL(name: name, dividers: dividers, fraction: dividers + 4).outputs(
      rcc, input: input, over: rcc.bits(register, 8, 4) + 1,
      usesFraction: rcc.bits(register, 4, 1) == 1,
      isEnabled: (16..<19).map { rcc.bits(register, $0, 1) == 1 })
  }
}
