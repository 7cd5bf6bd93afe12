import Simulation
import Units

/// The reset and clock controller of the STM32L4+.
///
/// Reference: RM0432 6 (register map 6.4.33), DS12023 6.3.8 for start-up times (from memory).
/// Not modelled: see `STM32RCC`; MSI's lock to LSE (MSIPLLEN) leaves its nominal frequency.
enum STM32L4RCC {
  private static let control: UInt32 = 0x00
  private static let status: UInt32 = 0x94
  /// MSI's ranges. Reference: RM0432 6.4.1, MSIRANGE.
  private static let ranges: [UInt64] = [
    100_000, 200_000, 400_000, 800_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000,
    24_000_000, 32_000_000, 48_000_000,
  ]

  /// SAI1SEL and SAI2SEL. Reference: RM0432 6.4.34.
  private static let audioSources = [
    "sai1-pll-p", "sai2-pll-p", "pll-p", "", "hsi", "", "", "",
  ]

  static func make(_ context: PeripheralContext) -> STM32RCC { STM32RCC(context, layout) }

  private static var layout: STM32RCCLayout {
    let uart = ["pclk1", "sysclk", "hsi", "lse"]
    let i2c = ["pclk1", "sysclk", "hsi"]
    let low = ["pclk1", "lsi", "hsi", "lse"]
    func select(_ clock: String, _ shift: UInt32, _ sources: [String], _ register: UInt32 = 0x88)
      -> STM32RCCLayout.Selection
    { .init(clock: clock, register: register, shift: shift, sources: sources) }
    return STM32RCCLayout(
      resets: [
        0x00: 0x63, 0x04: 0x1000_0000, 0x08: 0, 0x0c: 0x1000, 0x10: 0x1000, 0x14: 0x1000, 0x18: 0,
        0x28: 0, 0x2c: 0, 0x30: 0, 0x38: 0, 0x3c: 0, 0x40: 0, 0x48: 0x100, 0x4c: 0, 0x50: 0,
        0x58: 0x400, 0x5c: 0, 0x60: 0, 0x68: 0x11303, 0x6c: 0x53_2ff, 0x70: 0x101,
        0x78: 0xf2fe_ca3f, 0x7c: 0x25, 0x80: 0x167_7c01, 0x88: 0, 0x90: 0, 0x94: 0x600, 0x98: 0,
        0x9c: 0,
      ],
      sources: [
        .init(name: "msi", register: 0, on: 0, ready: 1, startUp: .microseconds(10), flag: 2),
        .init(name: "hsi", register: 0, on: 8, ready: 10, startUp: .microseconds(1), flag: 3),
        .init(name: "hse", register: 0, on: 16, ready: 17, startUp: .milliseconds(2), flag: 4),
        .init(name: "lse", register: 0x90, on: 0, ready: 1, startUp: .seconds(2), flag: 1),
        .init(name: "lsi", register: 0x94, on: 0, ready: 1, startUp: .microseconds(80), flag: 0),
        .init(name: "hsi48", register: 0x98, on: 0, ready: 1, startUp: .microseconds(3), flag: 10),
      ],
      plls: [
        .init(on: 24, ready: 25, flag: 5) { pll($0, 0x0c, "") },
        .init(on: 26, ready: 27, flag: 6) { pll($0, 0x10, "sai1-") },
        .init(on: 28, ready: 29, flag: 7) { pll($0, 0x14, "sai2-") },
      ],
      control: control, configuration: 0x08,
      systemClock: (0, 2, 2, ["msi", "hsi", "hse", "pll-r"]),
      ahb: .init(shift: 4, width: 4), apb: [.init(shift: 8, width: 3), .init(shift: 11, width: 3)],
      selections: [
        select("usart1", 0, ["pclk2", "sysclk", "hsi", "lse"]), select("usart2", 2, uart),
        select("usart3", 4, uart), select("uart4", 6, uart), select("uart5", 8, uart),
        select("lpuart1", 10, uart), select("i2c1", 12, i2c), select("i2c2", 14, i2c),
        select("i2c3", 16, i2c), select("i2c4", 0, i2c, 0x9c), select("lptim1", 18, low),
        select("lptim2", 20, low),
        select("clk48", 26, ["hsi48", "sai1-pll-q", "pll-q", "msi"]),
        select("adc", 28, ["", "sai1-pll-r", "", "sysclk"]),
        select("sai1", 5, audioSources, 0x9c), select("sai2", 8, audioSources, 0x9c),
        select("dfsdm1", 2, ["pclk2", "sysclk"], 0x9c),
        select("dfsdm1-audio", 3, ["sai1", "hsi", "msi"], 0x9c),
      ],
      enables: [0x48, 0x4c, 0x50, 0x58, 0x5c, 0x60], resetDistance: 0x20,
      interrupts: (0x18, 0x1c, 0x20), backup: 0x90, status: status,
      flags: .init(
        remove: 1 << 23, powerOn: 1 << 27, pin: 1 << 26, software: 1 << 28, independent: 1 << 29,
        window: 1 << 30, lowPower: 1 << 31),
      wake: { $0[0x08] >> 15 & 1 == 1 ? ("hsi", "hsi") : ("msi", "msi") },
      derive: deriveMSI,
      derived: { rcc, name in
        name == "sai1" ? rcc.frequency(audioSources[rcc.bits(0x9c, 5, 3)]) : nil
      })
  }

  private static func deriveMSI(_ rcc: STM32RCC) {
    let isSelected = rcc[control] >> 3 & 1 == 1
    let range = isSelected ? rcc.bits(control, 4, 4) : rcc.bits(status, 8, 4)
    if ranges.indices.contains(range) { rcc.oscillators["msi"]?.frequency = Hertz(ranges[range]) }
  }

  /// Reference: RM0432 6.4.4. The dividers by M and the source are those of PLLCFGR, but SAI's M.
  private static func pll(
    _ rcc: STM32RCC, _ register: UInt32, _ prefix: String
  ) -> [(name: String, frequency: Hertz)]? {
    let source = ["", "msi", "hsi", "hse"][rcc.bits(0x0c, 0, 2)]
    guard let input = rcc.frequency(source) else { return nil }
    let multiplier = UInt64(max(rcc.bits(register, 8, 7), 1))
    let vco = input.scaled(by: multiplier, over: UInt64(rcc.bits(register, 4, 4) + 1))
    let p = rcc.bits(register, 27, 5)
    let dividers: [(String, UInt32, Int)] = [
      ("p", 16, p >= 2 ? p : rcc.bits(register, 17, 1) == 1 ? 17 : 7),
      ("q", 20, 2 * (rcc.bits(register, 21, 2) + 1)),
      ("r", 24, 2 * (rcc.bits(register, 25, 2) + 1)),
    ]
    return dividers.filter { rcc.bits(register, $0.1, 1) == 1 }.map {
      ("\(prefix)pll-\($0.0)", vco.scaled(by: 1, over: UInt64($0.2)))
    }
  }
}
