/// The gain of the PDM interface in steps of 0.5 dB, as exact integers.
///
/// Reference: nRF52840 Product Specification v1.7, 6.15.7 GAINL, GAINR: 0x00 is -20 dB, 0x28 is 0 dB,
/// 0x50 is +20 dB. The factors are 10^((n - 40) / 40) in 16.16 fixed point, rounded to nearest.
enum PDMGain {
  /// `sample` at that register value, rounded half up and saturated.
  static func apply(_ register: UInt32, to sample: Int16) -> Int16 {
    let factor = factors[Int(min(register, 0x50))]
    let scaled = (Int64(sample) * factor + 0x8000) >> 16
    return Int16(clamping: scaled)
  }

  private static let factors: [Int64] = [
    6554, 6942, 7353, 7789, 8250, 8739, 9257, 9806,
    10387, 11002, 11654, 12345, 13076, 13851, 14672, 15541,
    16462, 17437, 18471, 19565, 20724, 21952, 23253, 24631,
    26090, 27636, 29274, 31008, 32846, 34792, 36854, 39037,
    41350, 43801, 46396, 49145, 52057, 55142, 58409, 61870,
    65536, 69419, 73533, 77890, 82505, 87394, 92572, 98057,
    103868, 110022, 116541, 123447, 130762, 138510, 146717, 155410,
    164619, 174373, 184706, 195650, 207243, 219523, 232531, 246309,
    260904, 276363, 292739, 310084, 328458, 347920, 368536, 390373,
    413504, 438006, 463959, 491451, 520571, 551417, 584090, 618700,
    655360,
  ]
}
