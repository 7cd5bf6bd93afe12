public import Units

/// What software may do to a register or to some of its bits.
public enum RegisterAccess: String, CaseIterable, Hashable, Sendable {
  case readOnly = "read-only"
  case writeOnly = "write-only"
  case readWrite = "read-write"
  /// Only the first write after a reset counts, and nothing can be read.
  case writeOnce
  case readWriteOnce = "read-writeOnce"

  public var isReadable: Bool { self != .writeOnly && self != .writeOnce }
  public var isWritable: Bool { self != .readOnly }
  public var isOnce: Bool { self == .writeOnce || self == .readWriteOnce }
}

/// What writing does where it is not simply kept.
public enum ModifiedWrite: String, CaseIterable, Hashable, Sendable {
  case oneToClear, oneToSet, oneToToggle, zeroToClear, zeroToSet, zeroToToggle
  /// Any write does it.
  case clear, set
  case modify
}

/// What reading does to what was read.
public enum ReadAction: String, CaseIterable, Hashable, Sendable {
  case clear, set, modify, modifyExternal
}

/// Some bits of a register under a name.
public struct RegisterField: Hashable, Sendable {
  public var name: String
  public var lowest: Int
  public var width: Int
  public var access: RegisterAccess
  public var modifiedWrite: ModifiedWrite?
  public var readAction: ReadAction?
  /// Names of its values.
  public var values: [EnumeratedValue] = []

  public struct EnumeratedValue: Hashable, Sendable {
    public var name: String
    public var value: UInt32

    public init(name: String, value: UInt32) { (self.name, self.value) = (name, value) }
  }

  public init(
    name: String, lowest: Int, width: Int, access: RegisterAccess = .readWrite,
    modifiedWrite: ModifiedWrite? = nil, readAction: ReadAction? = nil
  ) {
    (self.name, self.lowest, self.width, self.access) = (name, lowest, width, access)
    (self.modifiedWrite, self.readAction) = (modifiedWrite, readAction)
  }

  /// Its bits in the register.
  public var mask: UInt32 {
    guard lowest < 32 else { return 0 }
    return (width >= 32 ? .max : (1 << UInt32(width)) - 1) << UInt32(lowest)
  }
}

/// A register of a peripheral as its vendor's description lists it.
public struct Register: Hashable, Sendable {
  /// The peripheral's name in the list, an alias of the block's where several share an address.
  public var block: String
  public var name: String
  public var address: Address
  public var reset: UInt32
  /// Bits: 8, 16 or 32.
  public var width: Int
  public var access: RegisterAccess
  public var modifiedWrite: ModifiedWrite?
  public var readAction: ReadAction?
  /// Empty: nothing is known of its bits.
  public var fields: [RegisterField] = []
  /// Names of bits of which nothing else is known.
  public var bitNames: [RegisterField] = []

  public init(
    block: String, name: String, address: Address, reset: UInt32, width: Int = 32,
    access: RegisterAccess = .readWrite, fields: [RegisterField] = []
  ) {
    (self.block, self.name, self.address, self.reset) = (block, name, address, reset)
    (self.width, self.access, self.fields) = (width, access, fields)
  }

  public var isReadable: Bool { access.isReadable }
  public var isWritable: Bool { access.isWritable }
  /// `UART0.STATE`.
  public var path: String { "\(block).\(name)" }
  /// All of its bits.
  public var mask: UInt32 { width >= 32 ? .max : (1 << UInt32(width)) - 1 }

  /// What is known of its bits by name.
  public var namedFields: [RegisterField] { fields.isEmpty ? bitNames : fields }

  /// The field that alone holds these bits.
  public func field(holding mask: UInt32) -> RegisterField? {
    mask == 0 ? nil : namedFields.first { $0.mask & mask == mask }
  }
}
