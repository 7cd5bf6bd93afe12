import Engine

/// What `AccessAddresses` knows of the values that a block handles.
extension AccessAddresses {
  /// What a register holds.
  enum Value {
    case sum(RegisterSum)
    /// One of `nodes`.
    case made(Int)
    case unknown

    static func constant(_ value: UInt32) -> Value { .sum(RegisterSum(offset: value)) }

    var constant: UInt32? {
      if case .sum(let sum) = self, sum.isConstant { return sum.offset }
      return nil
    }
  }

  /// A value that the block makes and that a later address may need.
  struct Node {
    var operation: DerivedValue.Operation
    var first: Value
    var second: Value = .constant(0)
    var detail = UInt8(0)
    /// What it is among the derived values, once an address needs it.
    var settled: RegisterSum?
  }

  /// A store, whose value may be that of a load.
  struct Store {
    var address: RegisterSum
    var bytes: UInt8
    var value: Value
  }

  /// What the flags compare, as far as the block sets them.
  struct Flags {
    var first: Value
    var second: Value
    var isWhole: Bool
  }
}
