/// A second-order sigma-delta modulator: the bits whose density is the value, its error pushed up
/// in frequency.
///
/// Reference: R. Schreier, G. Temes, "Understanding Delta-Sigma Data Converters" (IEEE, 2005),
/// chapter 3.
/// Not modelled: a part's own noise, idle tones and overload; beyond nine tenths of full scale the
/// integrators are held within bounds, which bends the density.
struct SigmaDelta {
  private static let fullScale: Int64 = 32_768
  private static let bound = 8 * fullScale

  private var first: Int64 = 0
  private var second: Int64 = 0

  /// The next bit for a value of int16 full scale.
  mutating func next(_ value: Int64) -> Bool {
    let bit = second >= 0
    let feedback = bit ? Self.fullScale : -Self.fullScale
    first = max(-Self.bound, min(Self.bound, first + value - feedback))
    second = max(-Self.bound, min(Self.bound, second + first - 2 * feedback))
    return bit
  }
}
