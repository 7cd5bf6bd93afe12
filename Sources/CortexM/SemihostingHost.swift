public import Units

/// What semihosting calls reach: the target's memory, the host's console and clock.
public protocol SemihostingHost: AnyObject {
  var now: Instant { get }
  /// `count` bytes of memory; nil where some of them are no memory.
  func bytes(at address: Address, count: Int) -> [UInt8]?
  /// False where some of it is no memory that can be written; nothing is written then.
  func store(_ bytes: [UInt8], at address: Address) -> Bool
  func print(_ byte: UInt8)
}

/// The host's files that a firmware may use.
public protocol SemihostingFiles: AnyObject {
  func open(_ path: [UInt8], _ mode: SemihostingMode) throws(SemihostingError) -> Int32
  func close(_ file: Int32) throws(SemihostingError)
  /// At most `count` bytes; none at the end of the file.
  func read(_ file: Int32, count: Int) throws(SemihostingError) -> [UInt8]
  func write(_ file: Int32, _ bytes: [UInt8]) throws(SemihostingError)
  func seek(_ file: Int32, to position: UInt32) throws(SemihostingError)
  func length(_ file: Int32) throws(SemihostingError) -> UInt64
  func remove(_ path: [UInt8]) throws(SemihostingError)
  func rename(_ old: [UInt8], to new: [UInt8]) throws(SemihostingError)
}

/// The mode of SYS_OPEN: those of C's fopen, in their order, each without and with `b`.
public enum SemihostingMode: UInt32, Sendable {
  case read = 0
  case readUpdate = 2
  case write = 4
  case writeUpdate = 6
  case append = 8
  case appendUpdate = 10
}

/// Why the host refused; the number is what SYS_ERRNO tells.
public struct SemihostingError: Error, Hashable, Sendable {
  public let number: UInt32
  /// The path leads out of the directory that the user named.
  public let leadsOutside: Bool

  public init(number: UInt32, leadsOutside: Bool = false) {
    self.number = number
    self.leadsOutside = leadsOutside
  }

  // The numbers that Linux and the C libraries of the targets have in common.
  static let argumentsTooLong = SemihostingError(number: 7)
  static let badFile = SemihostingError(number: 9)
  static let noAccess = SemihostingError(number: 13)
  static let badAddress = SemihostingError(number: 14)
  static let invalid = SemihostingError(number: 22)
  static let tooManyFiles = SemihostingError(number: 24)
  static let notATerminal = SemihostingError(number: 25)
  static let tooLarge = SemihostingError(number: 27)
  static let noSeek = SemihostingError(number: 29)
}

/// What a run gives its firmware by semihosting.
public struct SemihostingSettings {
  /// The program's name and its arguments, one line.
  public var commandLine: [UInt8] = []
  /// Memory for heap and stack: the heap grows from its start, the stack from its end; nil where the
  /// C library must know by itself.
  public var heap: Range<UInt32>?
  /// Nil: every file is refused.
  public var files: (any SemihostingFiles)?

  public init() {}
}
