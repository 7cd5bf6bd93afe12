internal import CUnicorn

/// Which registers and derived values some numbers of a block need, in memory that costs no reference.
struct ValuePlan {
  /// The registers as the engine numbers them, and where their values go.
  let registers: UnsafeMutableBufferPointer<Int32>
  let targets: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  private(set) var registerCount = 0
  /// The derived values, in order; `neededCount` of them.
  let needed: UnsafeMutableBufferPointer<UInt8>
  private(set) var neededCount = 0
  /// The registers, a bit each.
  private(set) var mask: UInt16 = 0

  init(derivedCount: Int) {
    registers = .allocate(capacity: 15)
    targets = .allocate(capacity: 15)
    needed = .allocate(capacity: derivedCount)
  }

  /// Chooses what `sums` need.
  mutating func choose(
    _ sums: some Sequence<RegisterSum>, _ derived: UnsafeMutableBufferPointer<DerivedValue>,
    _ stores: UnsafeMutableBufferPointer<StoreProgram>, _ values: UnsafeMutablePointer<UInt32>
  ) {
    var (core, derivedMask) = (UInt16(0), UInt64(0))
    func need(_ sum: RegisterSum) {
      core |= sum.registers
      derivedMask |= sum.derivedValues
    }
    for sum in sums { need(sum) }
    // A value depends on earlier ones; a load on what stores before it may have written.
    for index in derived.indices.reversed() where derivedMask >> UInt64(index) & 1 != 0 {
      need(derived[index].first)
      need(derived[index].second)
      guard derived[index].isLoad else { continue }
      for store in stores[..<Int(derived[index].detail)] {
        for sum in [store.address, store.value].compactMap(\.self) where !sum.follows(index) {
          need(sum)
        }
      }
    }
    mask = core
    registerCount = 0
    for number in 0..<15 where core & 1 << UInt16(number) != 0 {
      registers[registerCount] = BlockAccesses.identifier(number)
      targets[registerCount] = UnsafeMutableRawPointer(values + number)
      registerCount += 1
    }
    neededCount = 0
    for index in derived.indices where derivedMask >> UInt64(index) & 1 != 0 {
      needed[neededCount] = UInt8(index)
      neededCount += 1
    }
  }

  /// Reads the registers.
  @inline(__always)
  func read(_ uc: OpaquePointer?) {
    if registerCount > 2 {
      uc_reg_read_batch(uc, registers.baseAddress, targets.baseAddress, Int32(registerCount))
      return
    }
    for index in 0..<registerCount { uc_reg_read(uc, registers[index], targets[index]) }
  }

  func destroy() {
    registers.deallocate()
    targets.deallocate()
    needed.deallocate()
  }
}
