import Simulation
import Units

/// The reset and clock controller of the STM32G0.
///
/// Reference: RM0444 5 (register map 5.4.25), DS13560 5.3.8 for start-up times (from memory).
/// Not modelled: see `STM32RCC`.
enum STM32G0RCC {
  static func make(_ context: PeripheralContext) -> STM32RCC { STM32RCC(context, layout) }

  private static var layout: STM32RCCLayout {
    let uart = ["pclk1", "sysclk", "hsi", "lse"]
    let i2c = ["pclk1", "sysclk", "hsi"]
    let low = ["pclk1", "lsi", "hsi", "lse"]
    func select(_ clock: String, _ shift: UInt32, _ sources: [String]) -> STM32RCCLayout.Selection {
      .init(clock: clock, register: 0x54, shift: shift, sources: sources)
    }
    return STM32RCCLayout(
      resets: [
        0x00: 0x500, 0x04: 0x4000, 0x08: 0, 0x0c: 0x1000, 0x14: 0, 0x18: 0, 0x24: 0, 0x28: 0,
        0x2c: 0, 0x30: 0, 0x34: 0, 0x38: 0x100, 0x3c: 0, 0x40: 0, 0x44: 0x3f, 0x48: 0x5_1303,
        0x4c: 0xffff_ffb7, 0x50: 0x17_d801, 0x54: 0, 0x58: 0, 0x5c: 0, 0x60: 0,
      ],
      sources: [
        .init(name: "hsi", register: 0, on: 8, ready: 10, startUp: .microseconds(1), flag: 3),
        .init(name: "hse", register: 0, on: 16, ready: 17, startUp: .milliseconds(2), flag: 4),
        .init(name: "hsi48", register: 0, on: 22, ready: 23, startUp: .microseconds(3), flag: 2),
        .init(name: "lse", register: 0x5c, on: 0, ready: 1, startUp: .seconds(2), flag: 1),
        .init(name: "lsi", register: 0x60, on: 0, ready: 1, startUp: .microseconds(80), flag: 0),
      ],
      plls: [.init(on: 24, ready: 25, flag: 5, decode: pll)],
      control: 0x00, configuration: 0x08,
      systemClock: (0, 3, 3, ["hsi-sys", "hse", "pll-r", "lsi", "lse"]),
      ahb: .init(shift: 8, width: 4), apb: [.init(shift: 12, width: 3)],
      selections: [
        select("usart1", 0, uart), select("usart2", 2, uart), select("usart3", 4, uart),
        select("lpuart2", 8, uart), select("lpuart1", 10, uart), select("i2c1", 12, i2c),
        select("i2c2", 14, i2c), select("lptim1", 18, low), select("lptim2", 20, low),
        select("adc", 30, ["sysclk", "pll-p", "hsi"]),
        select("rng", 26, ["", "hsi", "sysclk", "pll-q"]),
      ],
      enables: [0x34, 0x38, 0x3c, 0x40], resetDistance: 0x10,
      interrupts: (0x18, 0x1c, 0x20), backup: 0x5c, status: 0x60,
      flags: .init(
        remove: 1 << 23, powerOn: 1 << 27, pin: 1 << 26, software: 1 << 28, independent: 1 << 29,
        window: 1 << 30, lowPower: 1 << 31),
      wake: { _ in ("hsi-sys", "hsi") },
      derived: { rcc, name in
        guard name == "hsi-sys" else { return nil }
        return rcc.frequency("hsi")?.scaled(by: 1, over: 1 << UInt64(rcc.bits(0x00, 11, 3)))
      })
  }

  /// Reference: RM0444 5.4.4.
  private static func pll(_ rcc: STM32RCC) -> [(name: String, frequency: Hertz)]? {
    let source = ["", "", "hsi", "hse"][rcc.bits(0x0c, 0, 2)]
    guard let input = rcc.frequency(source) else { return nil }
    let multiplier = UInt64(max(rcc.bits(0x0c, 8, 7), 1))
    let vco = input.scaled(by: multiplier, over: UInt64(rcc.bits(0x0c, 4, 3) + 1))
    let dividers: [(String, UInt32, Int)] = [
      ("p", 16, rcc.bits(0x0c, 17, 5) + 1), ("q", 24, rcc.bits(0x0c, 25, 3) + 1),
      ("r", 28, rcc.bits(0x0c, 29, 3) + 1),
    ]
    return dividers.filter { rcc.bits(0x0c, $0.1, 1) == 1 }.map {
      ("pll-\($0.0)", vco.scaled(by: 1, over: UInt64($0.2)))
    }
  }
}
