internal import CUnicorn
public import Units

#if canImport(Glibc)
  import Glibc
#endif

/// A part of the address space that the engine knows.
struct Region {
  let start: UInt32
  let size: UInt32
  /// Host memory behind it; nil for devices.
  let bytes: UnsafeMutableRawPointer?
  let isOwner: Bool
  let isWritable: Bool

  @inline(__always)
  func contains(_ address: UInt32) -> Bool { address &- start < size }

  func unmap() {
    if let bytes { munmap(bytes, Int(size)) }
  }
}

extension Engine {
  /// Maps `size` bytes of fresh zeroed memory. Sizes and addresses are multiples of 1 KiB.
  public func mapMemory(
    at start: Address, size: UInt32, isWritable: Bool
  ) throws(EngineError) {
    guard
      let bytes = mmap(
        nil, Int(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      bytes != MAP_FAILED
    else { throw .refused(operation: "map \(start)", reason: "out of memory") }
    try map(
      Region(
        start: start.value, size: size, bytes: bytes, isOwner: true, isWritable: isWritable))
  }

  /// Maps the memory at `original` a second time.
  public func mapAlias(of original: Address, at start: Address, size: UInt32) throws(EngineError) {
    guard let region = regions.first(where: { $0.contains(original.value) }),
      let bytes = region.bytes
    else { throw .refused(operation: "map \(start)", reason: "nothing to alias at \(original)") }
    try map(
      Region(
        start: start.value, size: size, bytes: bytes + Int(original.value - region.start),
        isOwner: false, isWritable: region.isWritable))
  }

  private func map(_ region: Region) throws(EngineError) {
    // Without a virtual TLB every writable page counts as code: the engine finds out for itself.
    let permissions: UInt32 = region.isWritable ? 7 : 5
    try check(
      thumbprint_map_host(
        handle, UInt64(region.start), UInt64(region.size), permissions, region.bytes),
      "map \(Address(region.start))")
    regions.append(region)
    if let bytes = region.bytes { state.pointee.memories.add(region.start, region.size, bytes) }
  }

  /// Sends accesses to a range to `devices`.
  public func mapDevices(at start: Address, size: UInt32) throws(EngineError) {
    let window = DeviceWindow(engine: self, start: start.value)
    windows.append(window)
    try check(
      thumbprint_map_device(
        handle, UInt64(start.value), UInt64(size), deviceRead, deviceWrite,
        Unmanaged.passUnretained(window).toOpaque()), "map devices at \(start)")
    regions.append(
      Region(
        start: start.value, size: size, bytes: nil, isOwner: false, isWritable: true))
  }

  func region(of address: UInt32) -> Region? { regions.first { $0.contains(address) } }

  /// `count` bytes of memory; nil where some of them are no memory.
  public func bytes(at address: Address, count: Int) -> [UInt8]? {
    guard let pointer = pointer(to: address, count: count) else { return nil }
    return Array(UnsafeRawBufferPointer(start: pointer, count: count))
  }

  /// Writes memory, read-only memory included; false where some of it is no memory.
  public func store(_ bytes: [UInt8], at address: Address) -> Bool {
    guard let pointer = pointer(to: address, count: bytes.count) else { return false }
    bytes.withUnsafeBytes { source in
      if let base = source.baseAddress { pointer.copyMemory(from: base, byteCount: bytes.count) }
    }
    if executedPages.contains(where: {
      $0 >= address.value >> 10 && $0 <= (address.value &+ UInt32(max(bytes.count, 1) - 1)) >> 10
    }) {
      _ = thumbprint_remove_cache(
        handle, UInt64(address.value), UInt64(address.value) + UInt64(bytes.count))
    }
    return true
  }

  /// Changes memory, read-only memory included; code that was there is read anew.
  public func reprogram(_ bytes: [UInt8], at address: Address) -> Bool {
    guard store(bytes, at: address) else { return false }
    _ = thumbprint_remove_cache(
      handle, UInt64(address.value), UInt64(address.value) + UInt64(bytes.count))
    return true
  }

  /// Sets a range of memory to one value, before the run.
  public func fill(_ value: UInt8, at address: Address, count: Int) {
    if let pointer = pointer(to: address, count: count) { memset(pointer, Int32(value), count) }
  }

  public func word(at address: Address) -> UInt32? {
    guard let pointer = pointer(to: address, count: 4) else { return nil }
    return pointer.loadUnaligned(as: UInt32.self)
  }

  public func setWord(_ value: UInt32, at address: Address) -> Bool {
    guard let pointer = pointer(to: address, count: 4),
      region(of: address.value)?.isWritable == true
    else { return false }
    pointer.storeBytes(of: value, as: UInt32.self)
    return true
  }

  /// Whether a bus master may write there.
  public func isWritable(_ address: Address, count: Int) -> Bool {
    pointer(to: address, count: count) != nil && region(of: address.value)?.isWritable == true
  }

  func pointer(to address: Address, count: Int) -> UnsafeMutableRawPointer? {
    guard count >= 0, let region = region(of: address.value), let bytes = region.bytes,
      UInt64(address.value - region.start) + UInt64(count) <= UInt64(region.size)
    else { return nil }
    return bytes + Int(address.value - region.start)
  }
}

/// The user pointer of one mapped range of devices.
final class DeviceWindow {
  unowned let engine: Engine
  let start: UInt32

  init(engine: Engine, start: UInt32) {
    self.engine = engine
    self.start = start
  }
}

private func deviceRead(
  _ uc: OpaquePointer?, _ offset: UInt64, _ size: UInt32, _ user: UnsafeMutableRawPointer?
) -> UInt64 {
  let window = Unmanaged<DeviceWindow>.fromOpaque(user.unsafelyUnwrapped).takeUnretainedValue()
  let address = window.start &+ UInt32(truncatingIfNeeded: offset)
  return UInt64(window.engine.devices?.read(address, width: size) ?? 0)
}

private func deviceWrite(
  _ uc: OpaquePointer?, _ offset: UInt64, _ size: UInt32, _ value: UInt64,
  _ user: UnsafeMutableRawPointer?
) {
  let window = Unmanaged<DeviceWindow>.fromOpaque(user.unsafelyUnwrapped).takeUnretainedValue()
  let address = window.start &+ UInt32(truncatingIfNeeded: offset)
  window.engine.devices?.write(
    address, width: size, value: UInt32(truncatingIfNeeded: value))
}
