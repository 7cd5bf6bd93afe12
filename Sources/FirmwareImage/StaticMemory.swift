import CElfutils
public import Units

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

extension FirmwareImage {
  /// Bytes of RAM that the linker gave to variables: `.data`, `.bss`, `.noinit`, code run from RAM.
  ///
  /// The sum of the allocated sections in RAM, without placeholders that only reserve room for heap or
  /// stack (`.heap`, `.stack_dummy`, `._user_heap_stack`: a zero-fill section whose name says so):
  /// those are measured by their high-water marks. `isRAM` says which addresses are RAM on the board;
  /// without it a section counts as RAM when it is zero-filled, runs elsewhere than it is loaded, or is
  /// writable and no constructor table.
  public func staticRAM(isRAM: ((Address) -> Bool)? = nil) -> UInt64 {
    var sum: UInt64 = 0
    for section in sections where section.isAllocated && !section.reservesHeapOrStack {
      // Thread-local zero-fill is a template; each thread's copy lies elsewhere.
      if section.isThreadLocal && section.isZeroFill { continue }
      if isRAM?(section.address) ?? section.looksLikeRAM { sum += UInt64(section.size) }
    }
    return sum
  }
}

extension Section {
  /// Only room for heap or stack.
  public var reservesHeapOrStack: Bool {
    guard isZeroFill || loadAddress == nil else { return false }
    let name = self.name.lowercased()
    // `.bss.ucHeap`: a variable to which the linker script gave a section of its own.
    if [".bss.", ".noinit."].contains(where: name.hasPrefix) { return false }
    return name.contains("heap") || name.contains("stack")
  }

  fileprivate var looksLikeRAM: Bool {
    if isZeroFill { return true }
    if let loadAddress, loadAddress != address { return true }
    return isWritable
      && ![SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY].contains(Int32(bitPattern: type))
  }
}
