public import Units

/// The memory and the core that a firmware is linked for.
public struct FirmwareTarget: Hashable, Sendable {
  /// A stretch of memory.
  public struct Region: Hashable, Sendable {
    public let origin: Address
    /// In bytes.
    public let length: UInt32

    public init(origin: Address, length: UInt32) {
      self.origin = origin
      self.length = length
    }
  }

  /// Where the application starts, which a boot loader may have moved.
  public let flash: Region
  public let ram: Region
  /// What the compiler must know of the core.
  public let coreFlags: [String]

  public init(
    flash: Region, ram: Region, coreFlags: [String] = FirmwareTarget.cortexM4F
  ) {
    self.flash = flash
    self.ram = ram
    self.coreFlags = coreFlags
  }

  /// A Cortex-M4 with its single-precision unit.
  public static let cortexM4F = [
    "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16",
  ]

  /// At least this much is left for the stack.
  static let leastStack = 2048

  var linkerScript: String {
    """
    /* Vectors, code and constants in flash; data, zeroed data, then the stack from the top. */
    MEMORY
    {
      FLASH (rx) : ORIGIN = \(flash.origin), LENGTH = \(hexadecimal(flash.length))
      RAM (rwx) : ORIGIN = \(ram.origin), LENGTH = \(hexadecimal(ram.length))
    }
    ENTRY(Reset_Handler)
    SECTIONS
    {
      .isr_vector : { KEEP(*(.isr_vector)) } > FLASH
      .text : { *(.text*) *(.rodata*) . = ALIGN(4); } > FLASH
      .ARM.exidx : { *(.ARM.exidx*) } > FLASH
      .data : { data_start = .; *(.data*) . = ALIGN(4); data_end = .; } > RAM AT > FLASH
      data_source = LOADADDR(.data);
      .bss (NOLOAD) : { bss_start = .; *(.bss*) *(COMMON) . = ALIGN(4); bss_end = .; } > RAM
      stack_top = ORIGIN(RAM) + LENGTH(RAM);
      ASSERT(stack_top - bss_end >= \(FirmwareTarget.leastStack), "no room is left for the stack")
    }

    """
  }
}
