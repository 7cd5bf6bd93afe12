internal import CUnicorn
public import Units

/// An integer divide of the firmware, whose cost depends on what it divides.
public struct Division: Sendable, Hashable {
  public var address: Address
  public var dividend: CoreRegister
  public var divisor: CoreRegister
  public var isSigned: Bool

  public init(
    address: Address, dividend: CoreRegister, divisor: CoreRegister, isSigned: Bool
  ) {
    self.address = address
    self.dividend = dividend
    self.divisor = divisor
    self.isSigned = isSigned
  }
}

/// What the engine's callback reads of a divide: both registers, and whom to tell.
struct WatchedDivision {
  let state: UnsafeMutablePointer<HotState>
  let division: Division
}

extension Engine {
  /// Looks at the operands of each of these instructions before it runs, and charges its block what they
  /// make it cost beyond what the block was described with. Blocks without one pay nothing.
  ///
  /// To be called before anything runs. `cost`: cycles, perhaps negative, of dividend, divisor and sign.
  public func watch(
    divisions: [Division], cost: @escaping (UInt32, UInt32, Bool) -> Int64
  ) throws(EngineError) {
    divisionCost = cost
    let memory = UnsafeMutablePointer<WatchedDivision>.allocate(capacity: divisions.count)
    watchedDivisions.append(memory)
    for (index, division) in divisions.enumerated() {
      (memory + index).initialize(to: WatchedDivision(state: state, division: division))
      var hook = uc_hook()
      try check(
        thumbprint_hook_instruction(
          handle, &hook, divisionHook, memory + index, UInt64(division.address.value)),
        "hook a divide")
    }
  }
}

private func divisionHook(
  _ uc: OpaquePointer?, _ address: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) {
  let watched = user.unsafelyUnwrapped.assumingMemoryBound(to: WatchedDivision.self)
  let state = watched.pointee.state
  let engine = engine(of: state)
  let division = watched.pointee.division
  let difference = engine.divisionCost(
    engine[division.dividend], engine[division.divisor], division.isSigned)
  // The rest of the block is later, or earlier, by as much.
  state.pointee.cycles &+= UInt64(bitPattern: difference)
  state.pointee.blockStart &+= UInt64(bitPattern: difference)
  state.pointee.previous.pointee.divideCycles &+= difference
}
