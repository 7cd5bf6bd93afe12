internal import CUnicorn

/// Which registers and derived values some numbers of a block need, in memory that costs no reference.
struct ValuePlan {
  /// The registers as the engine numbers them, and where their values go.
  let registers: UnsafeMutablePointer<Int32>
  let targets: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// The derived values, in order; `neededCount` of them.
  let needed: UnsafeMutablePointer<UInt8>
  private var registersRead: UInt8 = 0
  private var valuesNeeded: UInt8 = 0
  /// The registers, a bit each.
  private(set) var mask: UInt16 = 0

  var registerCount: Int { Int(registersRead) }
  var neededCount: Int { Int(valuesNeeded) }

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
    var count = 0
    for number in 0..<15 where core & 1 << UInt16(number) != 0 {
      registers[count] = BlockAccesses.identifier(number)
      targets[count] = UnsafeMutableRawPointer(values + number)
      count += 1
    }
    registersRead = UInt8(count)
    count = 0
    for index in derived.indices where derivedMask >> UInt64(index) & 1 != 0 {
      needed[count] = UInt8(index)
      count += 1
    }
    valuesNeeded = UInt8(count)
  }

  /// Reads the registers.
  @inline(__always)
  func read(_ uc: OpaquePointer?) {
    if registersRead > 2 {
      uc_reg_read_batch(uc, registers, targets, Int32(registerCount))
      return
    }
    guard registersRead > 0 else { return }
    uc_reg_read(uc, registers[0], targets[0])
    if registersRead == 2 { uc_reg_read(uc, registers[1], targets[1]) }
  }

  func destroy() {
    registers.deallocate()
    targets.deallocate()
    needed.deallocate()
  }
}
