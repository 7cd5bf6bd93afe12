/// What the converters of one STM32 family do otherwise than another's: fields, times, triggers, inputs.
///
/// Reference: RM0444 15, RM0432 21, RM0455 and RM0456, analog-to-digital converters; positions and codes:
/// ST's stm32h7xx_ll_adc.h and stm32u5xx_ll_adc.h.
struct STM32ADCFamily {
  /// Channels by CHSELR, two sampling times for all of them, a control register of its own.
  let isSmall: Bool
  /// Bits of a result by the code in CFGR; 0 where there is no such code.
  let resolutions: [UInt32]
  let resolutionShift: UInt32
  /// Half cycles of the sampling time by its code.
  let sampling: [UInt64]
  /// Half cycles from sampling to the result of so many bits.
  let conversion: @Sendable (_ bits: UInt32) -> UInt64
  /// Cycles of a calibration.
  let calibration: UInt64
  /// EXTSEL, and the timer whose TRGO each value is.
  let trigger: (shift: UInt32, mask: UInt32, timers: [Int: Int])
  /// Channels of the internal reference and of the temperature sensor.
  let reference: Int
  let temperature: Int
  /// Its clock is divided by this before CCR's prescaler.
  var divider: UInt64 = 1
  /// CKMODE in CCR, or in the small ones' CFGR2, may take the bus clock.
  var hasBusClock = true
  /// SCANDIR of the small ones.
  var backwards: UInt32 = 2
  /// CCRDY: a change of the channels takes effect.
  var tellsConfiguration = false
  /// LDORDY: the regulator is ready.
  var tellsRegulator = false
  /// ALIGN; nil: LSHIFT in CFGR2.
  var alignment: UInt32?
  /// Registers that do not start at 0.
  var resets: [UInt32: UInt32] = [:]

  /// By a chip's parameter `family`: 0 the G0, 2 the H7, 3 the U5's ADC1, 4 its ADC4, else the L4.
  static func named(_ number: Int?) -> STM32ADCFamily {
    switch number {
    case 0: g0
    case 2: h7
    case 3: u5
    case 4: u5Small
    default: l4
    }
  }

  private static let timers = [4: 3, 7: 8, 9: 1, 11: 2, 12: 4, 13: 6, 14: 15]
  private static let thresholds: [UInt32: UInt32] = [0x20: 0xfff_0000, 0x24: 0xfff_0000]

  private static let g0 = STM32ADCFamily(
    isSmall: true, resolutions: [12, 10, 8, 6], resolutionShift: 3,
    sampling: [3, 7, 15, 25, 39, 79, 159, 321], conversion: { UInt64($0) * 2 + 1 },
    calibration: 82, trigger: (6, 7, [0: 1, 2: 2, 3: 3, 4: 15, 5: 6, 6: 4]),
    reference: 13, temperature: 12, tellsConfiguration: true, alignment: 5,
    resets: thresholds.merging([0x2c: 0xfff_0000]) { $1 })

  private static let l4 = STM32ADCFamily(
    isSmall: false, resolutions: [12, 10, 8, 6], resolutionShift: 3,
    sampling: [5, 13, 25, 49, 95, 185, 495, 1281], conversion: { UInt64($0) * 2 + 1 },
    calibration: 116, trigger: (6, 0xf, timers), reference: 0, temperature: 17, alignment: 15,
    resets: thresholds)

  /// Reference: RM0455, timing: 16 bits take 8.5 cycles; the calibration's length is assumed.
  private static let h7 = STM32ADCFamily(
    isSmall: false, resolutions: [16, 14, 12, 10, 8, 14, 12, 8], resolutionShift: 2,
    sampling: [3, 5, 17, 33, 65, 129, 775, 1621], conversion: { UInt64($0) + 1 },
    calibration: 16_384, trigger: (5, 0x1f, timers), reference: 19, temperature: 18, divider: 2,
    tellsRegulator: true,
    resets: [0x24: 0x3ff_ffff, 0xb4: 0x3ff_ffff, 0xbc: 0x3ff_ffff])

  /// Reference: RM0456, timing: 14 bits take 17 cycles; the calibration's length is assumed.
  private static let u5 = STM32ADCFamily(
    isSmall: false, resolutions: [14, 12, 10, 8], resolutionShift: 2,
    sampling: [10, 12, 24, 40, 72, 136, 782, 1628], conversion: { UInt64($0) * 2 + 6 },
    calibration: 31_125, trigger: (5, 0x1f, timers), reference: 0, temperature: 19,
    hasBusClock: false, tellsRegulator: true,
    resets: [0xac: 0x1ff_ffff, 0xb4: 0x1ff_ffff, 0xbc: 0x1ff_ffff])

  private static let u5Small = STM32ADCFamily(
    isSmall: true, resolutions: [12, 10, 8, 6], resolutionShift: 2,
    sampling: [3, 7, 15, 25, 39, 79, 159, 1629], conversion: { UInt64($0) * 2 + 1 },
    calibration: 82, trigger: (6, 7, [0: 1, 2: 2, 3: 15, 4: 6]), reference: 0, temperature: 13,
    hasBusClock: false, backwards: 4, tellsRegulator: true, alignment: 5,
    resets: thresholds.merging([0x2c: 0xfff_0000]) { $1 })
}
