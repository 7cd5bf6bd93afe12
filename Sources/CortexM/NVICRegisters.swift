import Units

/// The NVIC's registers as the private peripheral bus reaches them: a bit for each interrupt to enable, pend and
/// tell, and a byte for the priority of each exception.
///
/// Reference: Arm DDI 0403E.e, B3.4.
extension CortexM {
  enum Bank {
    case setEnable(Int)
    case clearEnable(Int)
    case setPending(Int)
    case clearPending(Int)
    case active(Int)
    case priority(Int)
  }

  func bank(_ address: UInt32) -> Bank? {
    guard address >= 0xe000_e100, address < 0xe000_e800 else { return nil }
    let index = Int(address & 0x7f) / 4
    switch address {
    case 0xe000_e100..<0xe000_e140: return .setEnable(index)
    case 0xe000_e180..<0xe000_e1c0: return .clearEnable(index)
    case 0xe000_e200..<0xe000_e240: return .setPending(index)
    case 0xe000_e280..<0xe000_e2c0: return .clearPending(index)
    case 0xe000_e300..<0xe000_e340: return .active(index)
    case 0xe000_e400..<0xe000_e800:
      return .priority(NVIC.firstInterrupt + Int(address - 0xe000_e400))
    default: return nil
    }
  }

  func readBank(_ bank: Bank) -> UInt32 {
    switch bank {
    case .setEnable(let n), .clearEnable(let n): nvic.enabled.interrupts(n)
    case .setPending(let n), .clearPending(let n): nvic.pending.interrupts(n)
    case .active(let n): nvic.active.interrupts(n)
    case .priority(let first): readPriorities(first: first)
    }
  }

  func writeBank(_ bank: Bank, _ value: UInt32) {
    switch bank {
    case .setEnable(let n): forEachBit(n, value) { nvic.setEnabled($0, true) }
    case .clearEnable(let n): forEachBit(n, value) { nvic.setEnabled($0, false) }
    case .setPending(let n): forEachBit(n, value) { pend($0) }
    case .clearPending(let n): forEachBit(n, value) { nvic.clearPending($0) }
    case .active: break
    case .priority(let first): writePriorities(first: first, value)
    }
    recheck()
  }

  private func forEachBit(_ n: Int, _ value: UInt32, _ body: (Int) -> Void) {
    for bit in 0..<32 where value >> UInt32(bit) & 1 != 0 {
      let number = NVIC.firstInterrupt + n * 32 + bit
      if number < nvic.count { body(number) }
    }
  }

  func readPriorities(first: Int) -> UInt32 {
    (0..<4).reduce(0) { word, lane in
      let number = first + lane
      let priority = number < nvic.count ? nvic.priorities[number] : 0
      return word | UInt32(priority) << UInt32(lane * 8)
    }
  }

  func writePriorities(first: Int, _ value: UInt32) {
    for lane in 0..<4 where hasPriority(first + lane) {
      nvic.setPriority(first + lane, UInt8(truncatingIfNeeded: value >> UInt32(lane * 8)))
    }
    recheck()
  }
}
