public import Units

/// What one layer of a network cost over the run: its function with all that it calls.
public struct NetworkLayer: Sendable, Equatable {
  public var index: Int
  /// As its function says: `conv_2d`.
  public var operatorName: String
  public var calls: UInt64
  public var cycles: UInt64
  /// What the core drew in `cycles`; nil without a power table.
  public var joules: Joules?

  /// The layers by the names of generated functions, `deepcraft_layer_03_conv_2d`, in their order.
  static func layers(of rows: [Profile.Row], active: UInt64, _ joules: Joules?) -> [NetworkLayer] {
    var layers: [NetworkLayer] = []
    for row in rows where row.kind == .function {
      guard let (index, name) = parse(row.name) else { continue }
      let share = joules.map { total in
        active == 0
          ? Joules.zero
          : Joules(
            femtojoules: Int64(
              clamping: Int128(total.femtojoules) * Int128(row.inclusiveCycles) / Int128(active)))
      }
      layers.append(
        NetworkLayer(
          index: index, operatorName: name, calls: row.calls, cycles: row.inclusiveCycles,
          joules: share))
    }
    return layers.sorted { ($0.index, $0.operatorName) < ($1.index, $1.operatorName) }
  }

  private static func parse(_ symbol: String) -> (Int, String)? {
    let prefix = "deepcraft_layer_"
    guard symbol.hasPrefix(prefix) else { return nil }
    let rest = symbol.dropFirst(prefix.count)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let name = rest.dropFirst(digits.count)
    guard let index = Int(digits), name.first == "_", name.count > 1 else { return nil }
    return (index, String(name.dropFirst()))
  }
}
