import Simulation
import Units

/// The reset and clock controller of the STM32F4, and of the STM32F7 with its kernel clock choices.
///
/// Reference: RM0090 7.3, RM0385 5.3; start-up times of DS8626 5.3.8 and 5.3.9 (from memory).
/// Not modelled: see `STM32RCC`; the interrupts of ready bits (CIR holds).
enum STM32F4RCC {
  static func make(_ context: PeripheralContext) -> STM32RCC {
    STM32RCC(context, layout(hasKernelClocks: context.parameters["kernel-clocks"] == 1))
  }

  private static func layout(hasKernelClocks: Bool) -> STM32RCCLayout {
    STM32RCCLayout(
      resets: resets(hasKernelClocks),
      sources: [
        .init(name: "hsi", register: 0, on: 0, ready: 1, startUp: .microseconds(2), flag: 2),
        .init(name: "hse", register: 0, on: 16, ready: 17, startUp: .milliseconds(2), flag: 3),
        .init(name: "lse", register: 0x70, on: 0, ready: 1, startUp: .seconds(2), flag: 1),
        .init(name: "lsi", register: 0x74, on: 0, ready: 1, startUp: .microseconds(15), flag: 0),
      ],
      plls: [
        .init(on: 24, ready: 25, flag: 4) { pll($0, 0x04, "") },
        .init(on: 26, ready: 27, flag: 5) { pll($0, 0x84, "i2s-") },
        .init(on: 28, ready: 29, flag: 6) { pll($0, 0x88, "sai-") },
      ],
      control: 0x00, configuration: 0x08,
      systemClock: (0, 2, 2, ["hsi", "hse", "pll-p"]),
      ahb: .init(shift: 4, width: 4),
      apb: [.init(shift: 10, width: 3), .init(shift: 13, width: 3)],
      selections: [audioSelection] + (hasKernelClocks ? selections : []),
      enables: [0x30, 0x34, 0x38, 0x40, 0x44], resetDistance: 0x20,
      interrupts: (0x1000, 0x1004, 0x1008), backup: 0x70, status: 0x74,
      flags: .init(
        remove: 1 << 24, powerOn: 1 << 27 | 1 << 25, pin: 1 << 26, software: 1 << 28,
        independent: 1 << 29, window: 1 << 30, lowPower: 1 << 31),
      wake: { _ in ("hsi", "hsi") },
      derived: { rcc, name in hasKernelClocks ? audioDividers(rcc, name) : nil },
      // TIMPRE in the F7's DCKCFGR1.
      timerFactor: { hasKernelClocks && $0.bits(0x8c, 24, 1) == 1 ? 4 : 2 })
  }

  /// PLLSAIDIVQ and PLLI2SDIVQ. Reference: RM0385 5.3.25.
  private static func audioDividers(_ rcc: STM32RCC, _ name: String) -> Hertz? {
    switch name {
    case "sai-divided":
      rcc.frequency("sai-pll-q")?.scaled(by: 1, over: UInt64(rcc.bits(0x8c, 8, 5)) + 1)
    case "i2s-divided":
      rcc.frequency("i2s-pll-q")?.scaled(by: 1, over: UInt64(rcc.bits(0x8c, 0, 5)) + 1)
    default: nil
    }
  }

  private static func resets(_ hasKernelClocks: Bool) -> [UInt32: UInt32] {
    var resets: [UInt32: UInt32] = [
      0x00: 0x83, 0x04: 0x2400_3010, 0x08: 0, 0x0c: 0, 0x10: 0, 0x14: 0, 0x18: 0, 0x20: 0, 0x24: 0,
      0x30: 0x10_0000, 0x34: 0, 0x38: 0, 0x40: 0, 0x44: 0, 0x50: 0x7e67_91ff, 0x54: 0xf1,
      0x58: 1, 0x60: 0x36fe_c9ff, 0x64: 0x7_5f33, 0x70: 0, 0x74: 0, 0x80: 0, 0x84: 0x2000_3000,
      0x88: 0x2400_3000,
    ]
    if hasKernelClocks {
      resets[0x8c] = 0
      resets[0x90] = 0
      resets[0x40] = 0x400
    }
    return resets
  }

  /// I2SSRC.
  private static var audioSelection: STM32RCCLayout.Selection {
    .init(clock: "i2s", register: 0x08, shift: 23, sources: ["i2s-pll-r", ""])
  }

  private static var selections: [STM32RCCLayout.Selection] {
    let first = ["pclk1", "sysclk", "hsi", "lse"]
    let second = ["pclk2", "sysclk", "hsi", "lse"]
    let uarts = ["usart1", "usart2", "usart3", "uart4", "uart5", "usart6", "uart7", "uart8"]
    var all = uarts.enumerated().map { index, name in
      STM32RCCLayout.Selection(
        clock: name, register: 0x90, shift: UInt32(2 * index),
        sources: index == 0 || index == 5 ? second : first)
    }
    for index in 0..<4 {
      all.append(
        .init(
          clock: "i2c\(index + 1)", register: 0x90, shift: UInt32(16 + 2 * index),
          sources: ["pclk1", "sysclk", "hsi"]))
    }
    for (clock, shift) in [("sai1", UInt32(20)), ("sai2", 22)] {
      all.append(
        .init(
          clock: clock, register: 0x8c, shift: shift, sources: ["sai-divided", "i2s-divided", ""]))
    }
    all.append(
      .init(clock: "lptim1", register: 0x90, shift: 24, sources: ["pclk1", "lsi", "hsi", "lse"]))
    return all
  }

  /// The source and the divider by M are those of PLLCFGR for all.
  private static func pll(
    _ rcc: STM32RCC, _ register: UInt32, _ prefix: String
  ) -> [(name: String, frequency: Hertz)]? {
    guard let input = rcc.frequency(rcc.bits(0x04, 22, 1) == 1 ? "hse" : "hsi") else { return nil }
    let multiplier = UInt64(max(rcc.bits(register, 6, 9), 1))
    let vco = input.scaled(by: multiplier, over: UInt64(max(rcc.bits(0x04, 0, 6), 1)))
    return [
      ("\(prefix)pll-p", vco.scaled(by: 1, over: UInt64(2 * (rcc.bits(register, 16, 2) + 1)))),
      ("\(prefix)pll-q", vco.scaled(by: 1, over: UInt64(max(rcc.bits(register, 24, 4), 2)))),
      ("\(prefix)pll-r", vco.scaled(by: 1, over: UInt64(max(rcc.bits(register, 28, 3), 2)))),
    ]
  }
}
