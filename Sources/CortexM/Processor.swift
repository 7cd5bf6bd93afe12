public import Units

/// The core's registers and memory, as the exception model needs them. The engine stands behind it in
/// a run; a plain struct of registers does in a test.
public protocol Processor: AnyObject {
  subscript(register: CoreRegister) -> UInt32 { get set }
  /// S0 … S31.
  subscript(single index: Int) -> UInt32 { get set }
  /// A word of memory, whoever may access it; nil where nothing answers.
  func word(at address: Address) -> UInt32?
  /// False where nothing answers or the memory is read-only.
  func setWord(_ value: UInt32, at address: Address) -> Bool
  /// IPSR alone.
  func setExceptionNumber(_ number: UInt32)
  /// ITSTATE and the Thumb bit, as EPSR holds them.
  func setExecutionState(_ epsr: UInt32)
  /// N, Z, C, V, Q and GE, from an XPSR.
  func setApplicationFlags(_ xpsr: UInt32)

  /// Core clocks that a vector and then the first instruction of its handler are waited for.
  func waits(forVectorAt vector: Address, handler: Address) -> UInt32
  /// Lets core clocks pass, and what falls due in them happen.
  func charge(_ cycles: UInt32, for cause: ExceptionCost)
  /// The next use of the floating-point unit writes the reserved frame and takes so long.
  func reserveLazyStacking(_ cycles: UInt32)
  /// What a reserved frame would still take; 0 when it was written or none is reserved.
  var pendingLazyStacking: UInt32 { get }
  /// Brings the run back before its next block.
  func requestCheck()
  /// Whether something is pending that a change of the masks could let through.
  var hasPending: Bool { get set }
  /// The floating-point unit is switched off by CPACR.
  var floatingPointOff: Bool { get set }
  /// FPDSCR: what FPSCR holds when a floating-point context starts.
  var defaultStatus: UInt32 { get set }
  /// What the MPU allows has changed, or it was switched on or off.
  func protectionChanged(_ isEnabled: Bool)
  /// CCR's traps: integer division by zero, unaligned words and halfwords.
  func setTraps(division: Bool, unaligned: Bool)
  /// FPCCR.ASPEN: floating-point instructions set CONTROL.FPCA.
  func setAutomaticContext(_ isAutomatic: Bool)
  /// MSPLIM or PSPLIM; 0 where there is none.
  func stackLimit(process: Bool) -> UInt32
  func resetStackLimits()
  /// Makes a following STREX fail.
  func clearExclusiveMonitor()
}

/// What exception cycles were spent on.
public enum ExceptionCost: Sendable {
  case entry, tailChain, exceptionReturn
}

/// What a core can do and what its chip chose.
public struct CoreFeatures: Sendable {
  public enum Architecture: Sendable { case v6M, v7M, v8M }

  public var architecture: Architecture
  public var cpuid: UInt32
  /// Implemented bits of each priority field.
  public var priorityBits: Int
  public var interruptCount: Int
  public var hasFloatingPoint: Bool
  public var mpuRegions: Int
  /// The clock behind SysTick's CLKSOURCE 0; nil where the chip has none.
  public var systickReference: Hertz?
  public var interruptNames: [Int: String]
  /// VTOR; the Cortex-M0 has its vector table at address 0.
  public var hasVectorTableOffset: Bool
  /// What SYST_CALIB says of ten milliseconds; nil: nothing but what the reference makes of it.
  public var systickCalibration: SysTickCalibration?
  /// ID_PFR0 … ID_ISAR4, the words from 0xE000ED40.
  public var identification: [UInt32]
  /// Bits of ACTLR that hold what is written.
  public var auxiliaryControl: UInt32
  /// Registers of caches and tightly coupled memories: the Cortex-M7.
  public var hasMemorySystem: Bool
  /// The caches that they describe; nil: none, whatever is switched on.
  public var instructionCache: CacheShape?
  public var dataCache: CacheShape?
  /// The Security Extension of Armv8-M.
  public var hasSecurityExtension: Bool
  /// MVFR0 … MVFR2: what the floating-point unit can do.
  public var mediaFeatures: [UInt32]

  public init(
    architecture: Architecture, cpuid: UInt32, priorityBits: Int, interruptCount: Int,
    hasFloatingPoint: Bool, mpuRegions: Int = 8, systickReference: Hertz? = nil,
    interruptNames: [Int: String] = [:], hasVectorTableOffset: Bool = true,
    mediaFeatures: [UInt32] = [0x1011_0021, 0x1100_0011, 0],
    systickCalibration: SysTickCalibration? = nil, identification: [UInt32] = [],
    auxiliaryControl: UInt32 = 0, hasMemorySystem: Bool = false,
    hasSecurityExtension: Bool = true
  ) {
    self.architecture = architecture
    self.cpuid = cpuid
    self.priorityBits = priorityBits
    self.interruptCount = interruptCount
    self.hasFloatingPoint = hasFloatingPoint
    self.mpuRegions = mpuRegions
    self.systickReference = systickReference
    self.interruptNames = interruptNames
    self.hasVectorTableOffset = hasVectorTableOffset
    self.mediaFeatures = mediaFeatures
    self.systickCalibration = systickCalibration
    self.identification = identification
    self.auxiliaryControl = auxiliaryControl
    self.hasMemorySystem = hasMemorySystem
    self.hasSecurityExtension = architecture == .v8M && hasSecurityExtension
  }
}

/// The geometry of a first-level cache, lengths in bytes.
public struct CacheShape: Sendable, Hashable {
  public var size: UInt32
  public var line: UInt32
  public var ways: UInt32

  public init(size: UInt32, line: UInt32, ways: UInt32) {
    (self.size, self.line, self.ways) = (size, line, ways)
  }

  public var sets: UInt32 { size / line / ways }
}

/// What software does to the first-level caches.
public enum CacheMaintenance: Sendable, Hashable {
  /// CCR.IC and CCR.DC.
  case enable(instructions: Bool, data: Bool)
  case invalidateInstructions
  case invalidateInstructionsAt(Address)
  case invalidateDataAt(Address)
  case invalidateDataPlace(set: UInt32, way: UInt32)
}

/// SYST_CALIB as the chip's vendor wired it.
public struct SysTickCalibration: Sendable {
  /// The reload value for ten milliseconds; 0: unknown.
  public var tenMilliseconds: UInt32
  /// That value is not exact.
  public var isSkewed: Bool

  public init(tenMilliseconds: UInt32, isSkewed: Bool) {
    self.tenMilliseconds = tenMilliseconds
    self.isSkewed = isSkewed
  }
}

/// Core clocks that exceptions take, memory at no wait.
public struct ExceptionCycles: Sendable {
  /// From the end of the interrupted instruction to the handler's first.
  public var entry: UInt32
  public var exceptionReturn: UInt32
  public var tailChain: UInt32
  /// More for a floating-point frame: at entry when not lazy, else at the first use of the unit.
  public var floatingPointStacking: UInt32
  /// More for restoring a floating-point frame that was written.
  public var floatingPointUnstacking: UInt32
  /// Of the waits for the vector and the handler, those that pass while the frame is written.
  public var hiddenWaits: UInt32

  public init(
    entry: UInt32, exceptionReturn: UInt32, tailChain: UInt32, floatingPointStacking: UInt32,
    floatingPointUnstacking: UInt32, hiddenWaits: UInt32 = 0
  ) {
    self.entry = entry
    self.hiddenWaits = hiddenWaits
    self.exceptionReturn = exceptionReturn
    self.tailChain = tailChain
    self.floatingPointStacking = floatingPointStacking
    self.floatingPointUnstacking = floatingPointUnstacking
  }
}
