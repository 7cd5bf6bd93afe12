/// A number that follows from the core registers at the start of a block: base + index << shift + offset.
public struct RegisterSum: Sendable, Hashable {
  /// Number of a core register, `none`, or `firstDerived` and above: a value that the block makes.
  public var base: UInt8
  public var index: UInt8
  public var shift: UInt8
  public var offset: UInt32

  /// Counts as zero.
  public static let none: UInt8 = 15
  public static let firstDerived: UInt8 = 16
  /// Values that a block makes and goes on to use in addresses, at most.
  public static let derivedCapacity = 64
  static let values = Int(firstDerived) + derivedCapacity

  public init(
    base: UInt8 = none, index: UInt8 = none, shift: UInt8 = 0, offset: UInt32 = 0
  ) {
    self.base = base
    self.index = index
    self.shift = shift
    self.offset = offset
  }

  /// Follows from nothing: it is the same each time.
  public var isConstant: Bool { base == Self.none && index == Self.none }
  /// Core registers, a bit each.
  var registers: UInt16 {
    func bit(_ number: UInt8) -> UInt16 { number < Self.none ? 1 << UInt16(number) : 0 }
    return bit(base) | bit(index)
  }

  @inline(__always)
  func value(_ values: UnsafeMutablePointer<UInt32>) -> UInt32 {
    values[Int(base)] &+ (values[Int(index)] &<< UInt32(shift)) &+ offset
  }
}

/// An access of a block to data memory.
public struct AccessProgram: Sendable, Hashable {
  public var address: RegisterSum
  /// Accesses to memory that it makes, one after another.
  public var transfers: UInt16
  public var bytes: UInt16
  public var isStore: Bool
  /// It runs under the data phase of the access before it.
  public var followsLoad: Bool
  /// Lower bits of the address that cost more cycles unless they are zero.
  public var alignmentMask: UInt8

  public init(
    address: RegisterSum, transfers: Int, bytes: Int, isStore: Bool = false,
    followsLoad: Bool = false, alignmentMask: UInt8 = 0
  ) {
    self.address = address
    self.alignmentMask = alignmentMask
    self.transfers = UInt16(clamping: transfers)
    self.followsLoad = followsLoad
    self.bytes = UInt16(clamping: bytes)
    self.isStore = isStore
  }
}

/// What a block stores, as far as a load of the same block may read it.
public struct StoreProgram: Sendable, Hashable {
  public var address: RegisterSum
  public var bytes: UInt8
  /// nil: not known.
  public var value: RegisterSum?

  public init(address: RegisterSum, bytes: UInt8, value: RegisterSum?) {
    self.address = address
    self.bytes = bytes
    self.value = value
  }
}

/// How a block accesses data memory.
public struct BlockAccessPrograms: Sendable {
  public var accesses: [AccessProgram] = []
  /// In the order in which they depend on each other; the first is `RegisterSum.firstDerived`.
  public var derived: [DerivedValue] = []
  public var stores: [StoreProgram] = []
  public var divisions: [DivisionProgram] = []
  public var overlaps: [LoadOverlap] = []
  /// Addresses that must be multiples of four, and the values that they need, as `derived` is of the rest.
  public var alignments: [RegisterSum] = []
  public var alignmentValues: [DerivedValue] = []
  /// By core register: how much more it is when the block is left than when it was entered; nil where
  /// that is not the same each time.
  public var changes: [UInt32?] = Array(repeating: nil, count: 15)
  /// The block branches to its own start.
  public var isLoop = false

  public init() {}
}
