public import Units

/// One decoded Thumb instruction: its class, its operands and what it does to flow and stack.
///
/// Reference: Armv7-M Architecture Reference Manual (DDI0403E), chapters A5 and A7.
@frozen public struct Instruction: Sendable, Hashable {
  /// Yes-or-no properties.
  @frozen public struct Traits: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let readsFlags = Traits(rawValue: 1 << 0)
    public static let writesFlags = Traits(rawValue: 1 << 1)
    public static let inIfThenBlock = Traits(rawValue: 1 << 2)
    public static let call = Traits(rawValue: 1 << 3)
    public static let returnCandidate = Traits(rawValue: 1 << 4)
    public static let movesStackUnpredictably = Traits(rawValue: 1 << 5)
    public static let directTarget = Traits(rawValue: 1 << 6)
    public static let doublePrecision = Traits(rawValue: 1 << 7)
    /// A fused multiply-accumulate (VFMA), as opposed to a chained one (VMLA).
    public static let fused = Traits(rawValue: 1 << 8)
    /// An ALU operand goes through the shifter first.
    public static let shiftsOperand = Traits(rawValue: 1 << 9)
    /// A load sign-extends.
    public static let signExtends = Traits(rawValue: 1 << 10)
    /// A narrow encoding that sets flags outside an IT block and leaves them alone inside one.
    public static let flagsOutsideIfThen = Traits(rawValue: 1 << 11)
  }

  public var address: Address
  /// The first halfword, or both with the first in the upper half.
  public var encoding: UInt32
  /// Bytes: 2 or 4.
  public var size: UInt8
  public var kind: InstructionKind
  public var condition: Condition
  public var traits: Traits
  /// Core registers read and written, a bit each; bit 15 is the PC.
  public var reads: UInt16
  public var writes: UInt16
  /// Single-precision registers read and written, a bit each; D*n* is bits 2*n* and 2*n*+1.
  public var floatReads: UInt32
  public var floatWrites: UInt32
  /// The access to data memory; `count` is 0 where there is none.
  public var memory: MemoryOperand
  /// The destination of a direct branch, where `hasDirectTarget`.
  public var target: Address
  /// What is added to SP, when it is known from the encoding alone.
  public var stackChange: Int32

  @inlinable public init(address: Address, encoding: UInt32, size: UInt8) {
    self.address = address
    self.encoding = encoding
    self.size = size
    kind = .undefined
    condition = .al
    traits = []
    reads = 0
    writes = 0
    floatReads = 0
    floatWrites = 0
    memory = .none
    target = Address(0)
    stackChange = 0
  }
}

extension Instruction {
  @inlinable public var isWide: Bool { size == 4 }
  /// The address of the instruction that follows in memory.
  @inlinable public var end: Address { address + UInt32(size) }
  /// Executes only when a condition holds: an IT block's, or a conditional branch's own.
  @inlinable public var isConditional: Bool {
    condition.rawValue < 14 || kind == .compareBranch
  }
  @inlinable public var isInIfThenBlock: Bool { traits.contains(.inIfThenBlock) }
  @inlinable public var readsFlags: Bool { traits.contains(.readsFlags) }
  @inlinable public var writesFlags: Bool { traits.contains(.writesFlags) }
  @inlinable public var writesPC: Bool { writes & 0x8000 != 0 }
  @inlinable public var isCall: Bool { traits.contains(.call) }
  /// `bx lr`, `mov pc, lr`, and every load of PC from the top of the stack.
  @inlinable public var isReturnCandidate: Bool { traits.contains(.returnCandidate) }
  @inlinable public var hasDirectTarget: Bool { traits.contains(.directTarget) }
  @inlinable public var movesStackUnpredictably: Bool {
    traits.contains(.movesStackUnpredictably)
  }
  @inlinable public var isDoublePrecision: Bool { traits.contains(.doublePrecision) }
  /// Sits in the upper halfword of a word.
  @inlinable public var isAtOddHalfword: Bool { address.value & 2 != 0 }

  /// What the PC counts as where it is the base of an address: rounded down to a word.
  @inlinable public var baseOfLiterals: UInt32 { (address.value &+ 4) & ~3 }
  /// Where an access beside the code begins; that of a table, if it has an index.
  @inlinable public var literalAddress: UInt32 {
    memory.address(base: baseOfLiterals, index: 0)
  }

  /// Registers whose value forms a memory address.
  @inlinable public var addressRegisters: UInt16 {
    guard memory.count > 0 else { return 0 }
    let index: UInt16 = memory.hasIndex ? 1 << UInt16(memory.index) : 0
    return (1 << UInt16(memory.base)) | index
  }
}

/// The data memory that an instruction addresses.
@frozen public struct MemoryOperand: Sendable, Hashable {
  /// When the offset is added to the base, and whether the sum is written back.
  @frozen public enum Indexing: UInt8, Sendable, Hashable { case offset, preIndexed, postIndexed }

  /// No register.
  public static let noRegister: UInt8 = 0xFF
  /// No access.
  public static let none = MemoryOperand()

  /// The base register; 15 is the PC rounded down to a word.
  public var base: UInt8
  /// The index register, shifted left by `shift`, or `noRegister`.
  public var index: UInt8
  public var shift: UInt8
  public var indexing: Indexing
  /// Bytes of one transfer.
  public var transferSize: UInt8
  /// Transfers: registers moved, a doubleword counting as two.
  public var count: UInt8
  /// What is added to the base: before the access, except when post-indexed.
  ///
  /// A multiple transfer's first (lowest) address is base + offset; its write-back is
  /// `writebackChange`.
  public var offset: Int32
  /// What the base grows by when it is written back.
  public var writebackChange: Int32

  @inlinable public init() {
    base = MemoryOperand.noRegister
    index = MemoryOperand.noRegister
    shift = 0
    indexing = .offset
    transferSize = 0
    count = 0
    offset = 0
    writebackChange = 0
  }

  @inlinable public init(
    base: UInt8, offset: Int32, size: UInt8, count: UInt8 = 1, indexing: Indexing = .offset
  ) {
    self.init()
    self.base = base
    self.indexing = indexing
    self.offset = offset
    transferSize = size
    self.count = count
    writebackChange = indexing == .offset ? 0 : offset
  }

  @inlinable public init(base: UInt8, index: UInt8, shift: UInt8, size: UInt8) {
    self.init()
    self.base = base
    self.index = index
    self.shift = shift
    transferSize = size
    count = 1
  }

  @inlinable public var hasIndex: Bool { index != MemoryOperand.noRegister }
  @inlinable public var writesBack: Bool { indexing != .offset }
  /// Bytes moved altogether.
  @inlinable public var byteCount: Int { Int(transferSize) * Int(count) }

  /// The lowest address accessed, from the registers' values before the instruction.
  @inlinable public func address(base: UInt32, index: UInt32) -> UInt32 {
    if hasIndex { return base &+ (index << UInt32(shift)) }
    return indexing == .postIndexed ? base : base &+ UInt32(bitPattern: offset)
  }
}
