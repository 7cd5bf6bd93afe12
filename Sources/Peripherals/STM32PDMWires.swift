import Simulation

/// The data wires into an STM32's block of digital filters, and the clock it gives the microphones on
/// them: `DFSDM1.2` is wire 2, `DFSDM1` wire 0.
struct STM32PDMWires {
  private let name: String
  private let fabric: Fabric
  private var clocked: Set<Int> = []

  init(_ name: String, _ fabric: Fabric) {
    self.name = name
    self.fabric = fabric
  }

  private func input(_ wire: Int) -> PDMInput {
    fabric.pdm(wire == 0 ? name : "\(name).\(wire)")
  }

  /// Who sends before the clock's falling edge, else before its rising one.
  func microphone(_ wire: Int, atFallingEdge: Bool) -> (any PDMSource)? {
    atFallingEdge ? input(wire).right : input(wire).left
  }

  /// The microphones on these wires get a clock, the others none.
  mutating func clock(_ wires: Set<Int>) {
    for wire in clocked.symmetricDifference(wires).sorted() {
      let input = input(wire)
      input.left?.clock(running: wires.contains(wire))
      input.right?.clock(running: wires.contains(wire))
    }
    clocked = wires
  }
}

/// A sinc filter: its order, of which 0 is FastSinc, and its decimation.
struct SincFilter {
  let order: Int
  let ratio: UInt64

  /// What full scale becomes; it wraps beyond 64 bits.
  private var gain: UInt64 {
    order == 0 ? 2 &* ratio &* ratio : (0..<order).reduce(1) { gain, _ in gain &* ratio }
  }

  /// A sample that somebody else decimated, in this filter's scale, `count` of them added up in a
  /// register of so many bits. What does not fit there wraps, as in the filter.
  func scaled(_ sample: Int16, count: UInt64 = 1, bits: Int) -> Int64 {
    let value = (Int64(sample) &* Int64(truncatingIfNeeded: gain &* count)) >> 15
    let unused = Int64.bitWidth - bits
    return (value << unused) >> unused
  }
}
