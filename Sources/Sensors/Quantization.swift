/// `value` in counts of a 16-bit output register: rounded to nearest, ties to even, saturated at
/// the ends of the range. Not a number gives 0.
func register16(_ value: Double) -> Int16 {
  if value >= 32_767 { return .max }
  if value <= -32_768 { return .min }
  if value.isNaN { return 0 }
  // At this magnitude a unit in the last place is 1, so that the addition itself rounds as IEEE 754
  // does; `rounded()` would draw in libm.
  let shift = 0x1.8p52
  return Int16((value + shift) - shift)
}

/// The same for 24 bits: what `value` is in counts, saturated at the ends of the range.
func register24(_ value: Double) -> Int32 {
  if value >= 8_388_607 { return 8_388_607 }
  if value <= -8_388_608 { return -8_388_608 }
  if value.isNaN { return 0 }
  let shift = 0x1.8p52
  return Int32((value + shift) - shift)
}

extension Int64 {
  /// The whole number nearest to `value`, ties to even, within +-2^50; not a number gives 0.
  init(rounded value: Double) {
    let limit = 0x1p50
    if value.isNaN {
      self = 0
    } else {
      let shift = 0x1.8p52
      self = Int64((Swift.min(Swift.max(value, -limit), limit) + shift) - shift)
    }
  }
}
