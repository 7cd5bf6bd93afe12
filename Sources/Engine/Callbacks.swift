internal import CUnicorn
import Units

/// A block was translated and runs next: if the firmware wrote code, this is when it shows.
func translationHook(
  _ uc: OpaquePointer?, _ current: UnsafeMutablePointer<uc_tb>?,
  _ previous: UnsafeMutablePointer<uc_tb>?, _ user: UnsafeMutableRawPointer?
) {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  state.pointee.enteringMask |= BlockTraits.inRAM.rawValue
}

func interruptHook(_ uc: OpaquePointer?, _ number: UInt32, _ user: UnsafeMutableRawPointer?) {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  state.pointee.stop = .interrupt
  state.pointee.interruptNumber = number
  uc_emu_stop(uc)
}

func invalidInstructionHook(_ uc: OpaquePointer?, _ user: UnsafeMutableRawPointer?) -> Bool {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  state.pointee.stop = .invalidInstruction
  return false
}

func memoryHook(
  _ uc: OpaquePointer?, _ type: uc_mem_type, _ address: UInt64, _ size: Int32, _ value: Int64,
  _ user: UnsafeMutableRawPointer?
) -> Bool {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  state.pointee.stop = .memory
  state.pointee.faultAddress = UInt32(truncatingIfNeeded: address)
  state.pointee.faultKind = Int32(type.rawValue)
  return false
}

func memoryFaultKind(_ type: Int32) -> MemoryFault.Kind {
  switch UInt32(type) {
  case UC_MEM_WRITE.rawValue, UC_MEM_WRITE_UNMAPPED.rawValue, UC_MEM_WRITE_PROT.rawValue: .write
  case UC_MEM_FETCH.rawValue, UC_MEM_FETCH_UNMAPPED.rawValue, UC_MEM_FETCH_PROT.rawValue: .fetch
  default: .read
  }
}

/// Fills the virtual TLB: memory that can be written counts as code only once it has been fetched,
/// because the engine watches every store to pages that may hold code.
func addressHook(
  _ uc: OpaquePointer?, _ address: UInt64, _ type: uc_mem_type,
  _ result: UnsafeMutablePointer<thumbprint_tlb_entry>?, _ user: UnsafeMutableRawPointer?
) -> Bool {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  let target = UInt32(truncatingIfNeeded: address)
  let engine = engine(of: state)
  if type != UC_MEM_FETCH {
    // Libunicorn 2.1.4 leaks the IT state out of this callback into the next block.
    var plain: UInt32 = 0x0100_0000
    uc_reg_write(uc, Int32(UC_ARM_REG_EPSR.rawValue), &plain)
  }
  let needed: Int32 = type == UC_MEM_FETCH ? 4 : type == UC_MEM_WRITE ? 2 : 1
  guard let memory = engine.permissions(of: target, isFetch: type == UC_MEM_FETCH),
    case let permissions = engine.allowed(memory, at: target, type),
    permissions & needed != 0
  else {
    state.pointee.stop = .memory
    state.pointee.faultAddress = target
    state.pointee.faultKind = Int32(type.rawValue)
    return false
  }
  result?.pointee.physical_address = address & ~0x3ff
  result?.pointee.permissions = permissions
  return true
}

extension Engine {
  /// What is left of the memory's permissions where the MPU is on.
  fileprivate func allowed(_ memory: Int32, at address: UInt32, _ type: uc_mem_type) -> Int32 {
    guard protects, address >> 10 != Self.scratch.value >> 10 else { return memory }
    if type != UC_MEM_FETCH && openPages.contains(address >> 10) { return memory }
    return memory & protection(address, type == UC_MEM_FETCH)
  }

  /// Read 1, write 2, execute 4; nil where nothing answers or the access is not allowed.
  func permissions(of address: UInt32, isFetch: Bool) -> Int32? {
    guard let region = region(of: address) else { return nil }
    if region.bytes == nil { return isFetch ? nil : 3 }
    if !region.isWritable { return 5 }
    let page = address >> 10
    if isFetch { executedPages.insert(page) }
    return executedPages.contains(page) ? 7 : 3
  }
}
