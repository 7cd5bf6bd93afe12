internal import CUnicorn
public import Units

/// What the engine itself says of each access to data memory: several times slower than following
/// addresses, and what tests hold that against.
extension Engine {
  /// Tells of every load and store of code, in order. Call it once, before anything runs.
  public func observeAccesses(
    _ observer: @escaping (_ address: Address, _ bytes: Int, _ isStore: Bool) -> Void
  ) throws(EngineError) {
    accessObserver = observer
    var hook = uc_hook()
    try check(
      thumbprint_hook_memory_access(
        handle, &hook, accessHook, UnsafeMutableRawPointer(state)), "hook accesses")
  }

  /// Look-ups and misses of a memory's data cache so far.
  public func dataCacheMisses(ofMemory number: Int) -> UInt64 {
    state.pointee.paths.items[number].pointee.data?.pointee.misses ?? 0
  }
}

private func accessHook(
  _ uc: OpaquePointer?, _ type: uc_mem_type, _ address: UInt64, _ size: Int32, _ value: Int64,
  _ user: UnsafeMutableRawPointer?
) -> Bool {
  let state = user.unsafelyUnwrapped.assumingMemoryBound(to: HotState.self)
  engine(of: state).accessObserver(
    Address(UInt32(truncatingIfNeeded: address)), Int(size), type == UC_MEM_WRITE)
  // A callback inside an IT block would make the next block conditional (unicorn issue 2309).
  var thumb: UInt32 = 0x0100_0000
  uc_reg_write(uc, Int32(UC_ARM_REG_EPSR.rawValue), &thumb)
  return true
}
