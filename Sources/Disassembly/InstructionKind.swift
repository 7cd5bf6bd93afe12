/// What a Thumb instruction asks of the core: the classes that timing and control-flow tables
/// are written in.
@frozen public enum InstructionKind: UInt8, Sendable, Hashable, CaseIterable {
  // Integer arithmetic.
  case alu, shift, multiply, multiplyAccumulate, longMultiply, longMultiplyAccumulate, divide
  case saturating, simd
  // Memory.
  case load, store, loadMultiple, storeMultiple, loadDouble, storeDouble
  case loadExclusive, storeExclusive, clearExclusive, preload
  // Control flow.
  case branch, conditionalBranch, compareBranch, call, branchExchange, tableBranch, ifThen
  // System.
  case changeProcessorState, writeSpecial, readSpecial, barrier, supervisorCall, breakpoint
  case waitForInterrupt, waitForEvent, sendEvent, hint, coprocessor
  // Floating point.
  case fpAlu, fpMultiply, fpMultiplyAccumulate, fpDivide, fpSquareRoot, fpMove
  case fpLoad, fpStore, fpLoadMultiple, fpStoreMultiple, fpSystem
  // No instruction of Armv6-M or Armv7E-M.
  case undefined

  /// True for what the floating-point unit executes, its loads and stores included.
  @inlinable public var isFloatingPoint: Bool {
    rawValue >= InstructionKind.fpAlu.rawValue && rawValue <= InstructionKind.fpSystem.rawValue
  }

  /// True when data memory is read.
  @inlinable public var loads: Bool {
    switch self {
    case .load, .loadMultiple, .loadDouble, .loadExclusive, .fpLoad, .fpLoadMultiple, .tableBranch:
      true
    default: false
    }
  }

  /// True when data memory is written.
  @inlinable public var stores: Bool {
    switch self {
    case .store, .storeMultiple, .storeDouble, .storeExclusive, .fpStore, .fpStoreMultiple: true
    default: false
    }
  }
}

/// The condition field of an instruction: `al` where it has none.
@frozen public enum Condition: UInt8, Sendable, Hashable {
  case eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le, al, nv

  /// Whether an instruction so conditioned executes under the given flags.
  @inlinable public func holds(n: Bool, z: Bool, c: Bool, v: Bool) -> Bool {
    let base =
      switch rawValue >> 1 {
      case 0: z
      case 1: c
      case 2: n
      case 3: v
      case 4: c && !z
      case 5: n == v
      case 6: n == v && !z
      default: true
      }
    return rawValue & 1 == 1 && rawValue < 14 ? !base : base
  }
}
