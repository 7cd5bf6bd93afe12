/// One of the two interpolators in an RP2040's SIO: two lanes that shift, mask, extend and add.
///
/// The first can blend between its bases, the second can clamp its lane 0 between them.
///
/// Reference: RP2040 datasheet 2.3.1.6.
struct RP2040Interpolator {
  enum Kind { case blending, clamping }

  private enum Control {
    static let isSigned: UInt32 = 1 << 15
    static let crossInput: UInt32 = 1 << 16
    static let crossResult: UInt32 = 1 << 17
    static let addRaw: UInt32 = 1 << 18
    static let blend: UInt32 = 1 << 21
    static let clamp: UInt32 = 1 << 22
  }

  private struct Results {
    var lanes: (UInt32, UInt32)
    var full: UInt32
    var overflows: (Bool, Bool)
  }

  private let kind: Kind
  private var accumulators: (UInt32, UInt32) = (0, 0)
  private var bases: (UInt32, UInt32, UInt32) = (0, 0, 0)
  private var controls: (UInt32, UInt32) = (0, 0)

  init(_ kind: Kind) { self.kind = kind }

  mutating func read(_ offset: UInt32) -> UInt32? {
    let results = results
    switch offset {
    case 0x00: return accumulators.0
    case 0x04: return accumulators.1
    case 0x08: return bases.0
    case 0x0c: return bases.1
    case 0x10: return bases.2
    case 0x14, 0x18, 0x1c:
      let crosses = (isSet(Control.crossResult, 0), isSet(Control.crossResult, 1))
      accumulators = (
        crosses.0 ? results.lanes.1 : results.lanes.0, crosses.1 ? results.lanes.0 : results.lanes.1
      )
      return peek(results, offset - 0x14)
    case 0x20, 0x24, 0x28: return peek(results, offset - 0x20)
    case 0x2c:
      let (first, second) = results.overflows
      let flags: UInt32 = (first ? 1 << 23 : 0) | (second ? 1 << 24 : 0)
      return controls.0 | flags | (first || second ? 1 << 25 : 0)
    case 0x30: return controls.1
    case 0x34: return shifted(0).value
    case 0x38: return shifted(1).value
    default: return offset == 0x3c ? 0 : nil
    }
  }

  /// The bus sees two bits of each lane forced.
  private func peek(_ results: Results, _ place: UInt32) -> UInt32 {
    switch place {
    case 0: results.lanes.0 | (controls.0 >> 19 & 3) << 28
    case 4: results.lanes.1 | (controls.1 >> 19 & 3) << 28
    default: results.full
    }
  }

  private func isSet(_ bit: UInt32, _ lane: Int) -> Bool {
    (lane == 0 ? controls.0 : controls.1) & bit != 0
  }

  /// What goes into a lane's shifter.
  private func input(_ lane: Int) -> UInt32 {
    (lane == 0) != isSet(Control.crossInput, lane) ? accumulators.0 : accumulators.1
  }

  mutating func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: accumulators.0 = value
    case 0x04: accumulators.1 = value
    case 0x08: bases.0 = value
    case 0x0c: bases.1 = value
    case 0x10: bases.2 = value
    case 0x2c: controls.0 = value & (kind == .blending ? 0x3f_ffff : 0x5f_ffff)
    case 0x30: controls.1 = value & 0x1f_ffff
    case 0x34: accumulators.0 &+= value & 0xff_ffff
    case 0x38: accumulators.1 &+= value & 0xff_ffff
    case 0x3c: setBases(value)
    default: return offset < 0x3c
    }
    return true
  }

  /// Both halves at once, extended as their lanes are; in blend mode as lane 1 is.
  private mutating func setBases(_ value: UInt32) {
    func half(_ bits: UInt32, _ control: UInt32) -> UInt32 {
      control & Control.isSigned != 0
        ? UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: bits))) : bits & 0xffff
    }
    bases.0 = half(value, isBlending ? controls.1 : controls.0)
    bases.1 = half(value >> 16, controls.1)
  }

  private var isBlending: Bool { kind == .blending && isSet(Control.blend, 0) }

  /// A lane's input after shifter, mask and sign extension, and whether the mask took ones off its top.
  private func shifted(_ lane: Int) -> (value: UInt32, overflows: Bool) {
    let control = lane == 0 ? controls.0 : controls.1
    let shifted = input(lane) >> (control & 0x1f)
    let (low, high) = (control >> 5 & 0x1f, control >> 10 & 0x1f)
    let upTo: UInt32 = high == 31 ? .max : 1 << (high + 1) - 1
    let masked = shifted & upTo & ~(1 << low - 1)
    let isNegative = isSet(Control.isSigned, lane) && masked >> high & 1 == 1
    return (isNegative ? masked | ~upTo : masked, shifted & ~upTo != 0)
  }

  private var results: Results {
    let (first, second) = (shifted(0), shifted(1))
    var lanes = (
      bases.0 &+ (isSet(Control.addRaw, 0) ? input(0) : first.value),
      bases.1 &+ (isSet(Control.addRaw, 1) ? input(1) : second.value)
    )
    var full = bases.2 &+ first.value &+ second.value
    if isBlending {
      let fraction = Int64(second.value & 0xff)
      let isSigned = isSet(Control.isSigned, 1)
      func wide(_ value: UInt32) -> Int64 {
        isSigned ? Int64(Int32(bitPattern: value)) : Int64(value)
      }
      let blend = wide(bases.0) + ((wide(bases.1) - wide(bases.0)) * fraction) >> 8
      lanes = (UInt32(fraction), UInt32(truncatingIfNeeded: blend))
      full = bases.2 &+ first.value
    } else if kind == .clamping && isSet(Control.clamp, 0) {
      let value = first.value
      if isSet(Control.isSigned, 0) {
        let (low, high) = (Int32(bitPattern: bases.0), Int32(bitPattern: bases.1))
        lanes.0 = UInt32(bitPattern: min(max(Int32(bitPattern: value), low), max(low, high)))
      } else {
        lanes.0 = min(max(value, bases.0), max(bases.0, bases.1))
      }
    }
    return Results(lanes: lanes, full: full, overflows: (first.overflows, second.overflows))
  }
}
