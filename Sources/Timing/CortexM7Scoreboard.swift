import Disassembly

/// Where in the pipeline an operand is wanted, counted in cycles after issue.
///
/// Reference: LLVM ARMScheduleM7.td (EX1 addresses and shifts, EX2 arithmetic, EX3 accumulation, EX4
/// data to be stored); jnk0le, cortex_m7.md.
enum CortexM7Operand {
  /// EX1: the base of an address; an index; an operand that is shifted, reversed or extracted.
  case base, index, shifted
  /// EX2: a factor and what is combined with a shifted operand, which cannot take a load's data as
  /// early as the plain ALU can; the plain ALU.
  case factor, besideShifted, arithmetic
  /// EX3: the accumulator of a multiplication.
  case accumulator
  /// EX4: data to be stored.
  case stored

  var stage: UInt32 {
    switch self {
    case .base, .index, .shifted: 0
    case .factor, .besideShifted, .arithmetic: 1
    case .accumulator: 2
    case .stored: 3
    }
  }
}

/// From which cycle each kind of operand can take a register's newest value.
struct CortexM7Availability {
  var base: UInt32 = 0
  var index: UInt32 = 0
  var shifted: UInt32 = 0
  var factor: UInt32 = 0
  var late: UInt32 = 0

  init() {}

  /// Forwarded to everyone from one cycle on.
  init(from cycle: UInt32) {
    base = cycle
    index = cycle
    shifted = cycle
    factor = cycle
    late = cycle
  }

  subscript(operand: CortexM7Operand) -> UInt32 {
    switch operand {
    case .base: base
    case .index: index
    case .shifted: shifted
    case .factor, .besideShifted: factor
    case .arithmetic, .accumulator, .stored: late
    }
  }
}

/// The Cortex-M7's registers in flight.
struct CortexM7Scoreboard {
  private var registers = InlineArray<16, CortexM7Availability>(repeating: CortexM7Availability())
  /// Registers last written under a condition, and which.
  private var conditional: UInt16 = 0
  private var condition = Condition.al

  /// The first cycle in which an instruction that wants these registers may issue.
  func issue(_ mask: UInt16, as operand: CortexM7Operand, under: Condition) -> UInt32 {
    var earliest: UInt32 = 0
    var rest = mask & 0x7FFF
    while rest != 0 {
      let register = rest.trailingZeroBitCount
      var ready = registers[register][operand]
      // A value that may not have been written is forwarded a cycle later.
      if conditional & 1 << UInt16(register) != 0 && condition.rawValue | 1 != under.rawValue | 1 {
        ready += 1
      }
      earliest = max(earliest, ready - min(ready, operand.stage))
      rest &= rest - 1
    }
    return earliest
  }

  mutating func set(_ mask: UInt16, _ availability: CortexM7Availability, under: Condition) {
    for register in 0..<15 where mask & 1 << UInt16(register) != 0 {
      registers[register] = availability
    }
    if under == .al {
      conditional &= ~mask
    } else {
      if under != condition { conditional = 0 }
      conditional |= mask
      condition = under
    }
  }
}
