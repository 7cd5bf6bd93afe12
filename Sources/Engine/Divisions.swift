internal import CUnicorn

/// An integer division of a block, whose operands follow from the registers at the block's start.
public struct DivisionProgram: Sendable, Hashable {
  public var dividend: RegisterSum
  public var divisor: RegisterSum
  public var isSigned: Bool
  /// Its number among the block's instructions.
  public var instruction: UInt16

  public init(
    dividend: RegisterSum, divisor: RegisterSum, isSigned: Bool, instruction: UInt16
  ) {
    (self.dividend, self.divisor) = (dividend, divisor)
    (self.isSigned, self.instruction) = (isSigned, instruction)
  }
}

/// The divisions of a block, and what each cost when it ran last.
struct BlockDivisions {
  let programs: UnsafeMutableBufferPointer<DivisionProgram>
  /// Cycles beyond those that the block is described with.
  let cycles: UnsafeMutableBufferPointer<UInt32>
  var plan: ValuePlan

  init(_ source: BlockAccessPrograms, derived: UnsafeMutableBufferPointer<DerivedValue>) {
    programs = BlockAccesses.copy(source.divisions)
    cycles = BlockAccesses.copy(source.divisions.map { _ in 0 })
    plan = ValuePlan(derivedCount: derived.count)
  }

  func destroy() {
    programs.deallocate()
    cycles.deallocate()
    plan.destroy()
  }
}

/// Charges divisions for their operands, in blocks that hold some: no other block pays for that.
enum Divisions {
  /// Sets what the block that is about to run takes.
  static func charge(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) {
    guard let accesses = block.pointee.accesses else { return }
    let divisions = accesses.pointee.divisions
    // Loops of one block keep theirs from turn to turn.
    let values = state.pointee.scratchValues
    divisions.plan.read(uc)
    let unknown = DerivedValues.derive(state, accesses, divisions.plan, values)
    let divider = engine(of: state).divider
    var sum: UInt32 = 0
    for (index, program) in divisions.programs.enumerated() {
      let isKnown = !program.dividend.isUnknown(unknown) && !program.divisor.isUnknown(unknown)
      let cycles = divider(
        isKnown
          ? Engine.Division(
            dividend: program.dividend.value(values), divisor: program.divisor.value(values),
            isSigned: program.isSigned) : nil)
      divisions.cycles[index] = cycles
      sum &+= cycles
    }
    block.pointee.cycles =
      block.pointee.description.cycles &+ block.pointee.overlapCycles &+ sum
    block.pointee.divisionCycles &+= UInt64(sum)
  }
}

extension Engine {
  /// The operands of a division.
  public struct Division: Sendable {
    public let dividend: UInt32
    public let divisor: UInt32
    public let isSigned: Bool
  }

  /// Cycles that the block under way spent on divisions before one of its instructions, beyond those that it
  /// is described with.
  public func divisionCycles(beforeInstruction number: Int) -> UInt32 {
    guard let divisions = state.pointee.previous.pointee.accesses?.pointee.divisions else {
      return 0
    }
    return divisions.programs.indices.reduce(0) {
      Int(divisions.programs[$1].instruction) < number ? $0 + divisions.cycles[$1] : $0
    }
  }
}
