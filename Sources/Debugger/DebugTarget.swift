public import Units

/// A machine as a debugger sees it while it stands still: registers, memory and where to stop.
public protocol DebugTarget: AnyObject {
  var layout: TargetLayout { get }
  subscript(register: CoreRegister) -> UInt32 { get set }
  /// S0 … S31.
  subscript(single index: Int) -> UInt32 { get set }
  /// As many bytes from `address` on as can be read, at most `count`.
  func read(_ address: Address, count: Int) -> [UInt8]
  /// Writes memory, flash included; false where some of it cannot be written.
  func write(_ bytes: [UInt8], at address: Address) -> Bool
  /// Addresses of instructions before which to stop.
  var breakpoints: [Address] { get set }
  /// Data whose accesses stop the core behind the instruction.
  var watchpoints: [Watchpoint] { get set }
  /// The answer to a `monitor` command; nil: there is none of that name.
  func monitor(_ command: String) -> String?
}

/// What a core and its chip have.
public struct TargetLayout: Sendable {
  /// BASEPRI and FAULTMASK: all but Armv6-M.
  public var hasMainlineMasks: Bool
  public var hasFloatingPoint: Bool
  public var memories: [TargetMemory]

  public init(hasMainlineMasks: Bool, hasFloatingPoint: Bool, memories: [TargetMemory]) {
    self.hasMainlineMasks = hasMainlineMasks
    self.hasFloatingPoint = hasFloatingPoint
    self.memories = memories
  }
}

/// A range of the target's address space.
public struct TargetMemory: Sendable {
  public enum Kind: String, Sendable { case flash, ram, rom }
  public var kind: Kind
  public var start: Address
  public var size: UInt32

  public init(kind: Kind, start: Address, size: UInt32) {
    (self.kind, self.start, self.size) = (kind, start, size)
  }
}

/// Data that a debugger watches.
public struct Watchpoint: Hashable, Sendable {
  /// The raw value is the Z packet's type.
  public enum Kind: Int, Sendable {
    case write = 2
    case read = 3
    case access = 4
  }
  public var kind: Kind
  public var start: Address
  public var size: UInt32

  public init(kind: Kind, start: Address, size: UInt32) {
    (self.kind, self.start, self.size) = (kind, start, size)
  }

  /// Whether an access of `count` bytes at `address` touches it.
  public func isTouched(at address: Address, count: UInt32, isWrite: Bool) -> Bool {
    guard kind == .access || (kind == .write) == isWrite else { return false }
    return address - start < size || start - address < count
  }
}

/// Why the core stands still.
public enum StopReason: Hashable, Sendable {
  /// At its first instruction, or after a step.
  case step
  case breakpoint
  /// A BKPT of the firmware's own; the program counter is at it.
  case breakpointInstruction
  case watchpoint(Watchpoint)
  case interrupted
  /// The firmware cannot go on: it faulted or locked up.
  case fault
}

/// How the core goes on.
public enum Resumption: Hashable, Sendable {
  case run
  /// One instruction.
  case step
  /// Step while the program counter is in here.
  case stepRange(from: Address, to: Address)
  /// Without the debugger.
  case detach
  /// Not at all.
  case kill
}

/// What a machine needs of a debugger.
public protocol DebugHost: AnyObject {
  /// Tells why the machine stopped and answers until it is to go on.
  func converse(_ reason: StopReason, with target: any DebugTarget) -> Resumption
  /// Whether the user asks a running machine to stop. Cheap enough to be asked every millisecond.
  func wantsStop() -> Bool
  /// The run is over.
  func ended(exitCode: UInt8)
}
