/// How the layers of two networks differ.
enum LayerChange {
  /// "layer 2 is depthwise_conv_2d instead of conv_2d"; nil: they are of the same kinds.
  static func text(_ comparison: Comparison) -> String? {
    let (base, head) = (comparison.base.layers, comparison.head.layers)
    if base.isEmpty || head.isEmpty { return nil }
    let (old, new) = (base.map(name), head.map(name))
    let gone = base.filter { !new.contains(name($0)) }
    let added = head.filter { !old.contains(name($0)) }
    switch (gone.first, added.first) {
    case (nil, nil): return nil
    case (let layer?, nil): return "layer \(layer.index), \(layer.operatorName), is gone"
    case (nil, let layer?): return "layer \(layer.index), \(layer.operatorName), is new"
    case (let layer?, let other?):
      if layer.index != other.index { return "\(base.count) -> \(head.count) layers" }
      return "layer \(other.index) is \(other.operatorName) instead of \(layer.operatorName)"
    }
  }

  private static func name(_ layer: ComparisonSide.Layer) -> String {
    "\(layer.index) \(layer.operatorName)"
  }

  /// The layer whose cycles differ most; nil: none does.
  static func largest(_ comparison: Comparison) -> String? {
    let pairs = zip(comparison.base.layers, comparison.head.layers)
    let moved = pairs.max { a, b in difference(a) < difference(b) }
    guard let moved, difference(moved) > 0, moved.0.cycles > 0 else { return nil }
    let percent =
      (Int128(moved.1.cycles) - Int128(moved.0.cycles)) * 100 / Int128(moved.0.cycles)
    return "layer \(moved.1.index), \(moved.1.operatorName), \(percent < 0 ? "" : "+")\(percent) %"
      + " cycles"
  }

  private static func difference(
    _ pair: (ComparisonSide.Layer, ComparisonSide.Layer)
  ) -> UInt64 {
    max(pair.0.cycles, pair.1.cycles) - min(pair.0.cycles, pair.1.cycles)
  }
}
