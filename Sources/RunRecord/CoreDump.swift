public import Units

/// What a core dump tells of a firmware that came to a bad end: registers, places and chains as plain
/// values, so that a saved run can be judged again.
public struct CoreDump: Codable, Sendable, Equatable {
  /// What made it worth a dump.
  public enum Reason: String, Codable, Sendable {
    case fault
    case lockUp = "lock-up"
    /// Exited with another status than 0.
    case exit
    /// Waits for what never comes.
    case spin
    /// The stack left its room, and the run went on.
    case stackOverflow = "stack-overflow"
    /// A limit or a script ended it.
    case stopped
  }

  public var reason: Reason
  /// When the registers were so.
  public var at: Instant
  /// "HardFault", "TIMER0", or "thread mode": where the core was.
  public var mode: String
  /// The core's registers by their architecture's names, in order.
  public var registers: [Register]
  /// The fault status registers that say something.
  public var status: [StatusRegister] = []
  /// Why the exception that handles it is not the fault's own; nil: it is.
  public var escalation: String?
  /// Where the core put the interrupted registers.
  public var stackedFrame: StackedFrame?
  public var instruction: Instruction?
  public var access: Access?
  /// Innermost first.
  public var frames: [Frame] = []
  public var stacks: [Stack] = []
  public var overflow: StackOverflow?
  /// Newest first.
  public var exceptions: [ExceptionEvent] = []
  /// Newest first.
  public var calls: [CallEvent] = []
  /// Faults that were being handled when this happened, newest first.
  public var earlier: [EarlierFault] = []
  public var spin: Spin?
  /// What a chip would do otherwise.
  public var notes: [String] = []

  public init(reason: Reason, at: Instant, mode: String, registers: [Register]) {
    (self.reason, self.at, self.mode, self.registers) = (reason, at, mode, registers)
  }

  public subscript(register: String) -> UInt32? {
    registers.first { $0.name == register }?.value
  }
}

extension CoreDump {
  public struct Register: Codable, Sendable, Equatable {
    public var name: String
    public var value: UInt32

    public init(_ name: String, _ value: UInt32) { (self.name, self.value) = (name, value) }
  }

  /// A fault status register and what its bits mean.
  public struct StatusRegister: Codable, Sendable, Equatable {
    public struct Bit: Codable, Sendable, Equatable {
      public var name: String
      public var meaning: String

      public init(_ name: String, _ meaning: String) {
        (self.name, self.meaning) = (name, meaning)
      }
    }
    public var name: String
    public var value: UInt32
    public var bits: [Bit]

    public init(_ name: String, _ value: UInt32, _ bits: [Bit] = []) {
      (self.name, self.value, self.bits) = (name, value, bits)
    }
  }

  public struct StackedFrame: Codable, Sendable, Equatable {
    public var address: Address
    /// "MSP" or "PSP".
    public var stack: String
    public var registers: [Register]

    public init(address: Address, stack: String, registers: [Register]) {
      (self.address, self.stack, self.registers) = (address, stack, registers)
    }
  }

  /// A place in the source.
  public struct Place: Codable, Sendable, Equatable {
    public var file: String
    public var line: Int

    public init(file: String, line: Int) { (self.file, self.line) = (file, line) }
  }

  /// The instruction at the program counter.
  public struct Instruction: Codable, Sendable, Equatable {
    public var address: Address
    /// As a listing shows them: `f8d3 2000`.
    public var bytes: String
    public var text: String
    public var source: Place?
    /// The values that it works on: "r3 = 0x60000004".
    public var operands: [Register] = []

    public init(address: Address, bytes: String, text: String, source: Place?) {
      (self.address, self.bytes, self.text, self.source) = (address, bytes, text, source)
    }
  }

  /// What the instruction tried.
  public struct Access: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable { case read, write, fetch }
    public var kind: Kind
    public var address: Address
    /// Bytes.
    public var size: Int
    /// What lies there, in words.
    public var place: String

    public init(kind: Kind, address: Address, size: Int, place: String) {
      (self.kind, self.address, self.size, self.place) = (kind, address, size, place)
    }
  }

  /// A function under way, or the exception that stands between two.
  public struct Frame: Codable, Sendable, Equatable {
    /// What tells how to get to its caller.
    public enum Source: String, Codable, Sendable {
      /// The debugger's tables.
      case callFrameInformation = "cfi"
      /// The exception index.
      case exceptionIndex = "exidx"
      /// A frame that the core stacked.
      case exceptionFrame = "exception"
      /// Read off the function's first instructions.
      case prologue
      /// The link register, in a function that has not saved it.
      case linkRegister = "link-register"
      /// A word of the stack that looks like a return address.
      case scan
      /// Nothing: the backtrace ends here.
      case none
    }

    public var programCounter: Address
    /// "[no symbol]" where none covers it; "<TIMER0>" for the frame that an exception stacked.
    public var function: String
    /// From the function's first instruction.
    public var offset: UInt32
    public var source: Place?
    /// Functions whose bodies the compiler put here, innermost first; `source` is the innermost's line.
    public var inlined: [Inlined] = []
    /// Bytes of stack.
    public var size: UInt32?
    public var unwoundBy: Source
    /// How many times it follows itself.
    public var count = 1

    public init(
      programCounter: Address, function: String, offset: UInt32, source: Place?,
      unwoundBy: Source
    ) {
      (self.programCounter, self.function, self.offset) = (programCounter, function, offset)
      (self.source, self.unwoundBy) = (source, unwoundBy)
    }

    public var isException: Bool { unwoundBy == .exceptionFrame }
    /// The names may be wrong: nothing but a guess says so.
    public var isGuess: Bool { unwoundBy == .scan }
  }

  /// An inlined function and where it is called.
  public struct Inlined: Codable, Sendable, Equatable {
    public var function: String
    public var call: Place?

    public init(function: String, call: Place?) { (self.function, self.call) = (function, call) }
  }

  public struct Stack: Codable, Sendable, Equatable {
    /// "main" or "process".
    public var name: String
    public var pointer: Address
    /// The lowest address that is its own; nil: nothing says so.
    public var limit: Address?
    /// One past its highest.
    public var top: Address?
    /// What says where it ends: a symbol, a section, a variable.
    public var limitedBy: String?
    /// Bytes, at its deepest.
    public var highWater: UInt64?

    public init(name: String, pointer: Address) { (self.name, self.pointer) = (name, pointer) }

    /// Bytes that the pointer lies below its limit.
    public var excess: UInt32? {
      limit.flatMap { $0 > pointer ? $0 - pointer : nil }
    }
  }

  /// When a stack first left its room, and who was under way.
  public struct StackOverflow: Codable, Sendable, Equatable {
    public var at: Instant
    public var programCounter: Address
    /// The lowest address that the function at the program counter reaches.
    public var reach: Address
    public var limit: Address
    /// What lies below the limit: a variable, the heap, nothing.
    public var into: String
    public var frames: [Frame]

    public init(
      at: Instant, programCounter: Address, reach: Address, limit: Address, into: String,
      frames: [Frame]
    ) {
      (self.at, self.programCounter, self.reach) = (at, programCounter, reach)
      (self.limit, self.into, self.frames) = (limit, into, frames)
    }
  }

  public struct ExceptionEvent: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable {
      case entry
      case exit = "return"
    }
    public var kind: Kind
    public var name: String
    public var at: Instant
    /// What was interrupted, or what goes on; nil: another exception came right behind.
    public var programCounter: Address?

    public init(kind: Kind, name: String, at: Instant, programCounter: Address?) {
      (self.kind, self.name, self.at, self.programCounter) = (kind, name, at, programCounter)
    }
  }

  /// Control came into a function, by a call or back from one.
  public struct CallEvent: Codable, Sendable, Equatable {
    public var function: String
    public var at: Instant

    public init(function: String, at: Instant) { (self.function, self.at) = (function, at) }
  }

  public struct EarlierFault: Codable, Sendable, Equatable {
    public var exception: String
    public var cause: String
    public var programCounter: Address
    public var place: String
    public var at: Instant

    public init(
      exception: String, cause: String, programCounter: Address, place: String, at: Instant
    ) {
      (self.exception, self.cause, self.programCounter) = (exception, cause, programCounter)
      (self.place, self.at) = (place, at)
    }
  }

  /// A loop that nothing ends.
  public struct Spin: Codable, Sendable, Equatable {
    public var function: String
    public var programCounter: Address
    public var source: Place?
    /// The register or variable that it reads; nil: it reads none, or several.
    public var target: String?
    public var address: Address?
    /// The bits that it looks at; nil: the whole.
    public var mask: UInt32?
    /// What it waits for, in words: "bit 0 to be set".
    public var awaits: String
    /// What it read last.
    public var value: UInt32?
    /// What makes a register read as awaited, as `--hold` takes it: "RCC.CR.HSERDY=1".
    public var hold: String?
    public var since: Instant
    public var rounds: UInt64

    public init(
      function: String, programCounter: Address, source: Place?, awaits: String, since: Instant,
      rounds: UInt64
    ) {
      (self.function, self.programCounter, self.source) = (function, programCounter, source)
      (self.awaits, self.since, self.rounds) = (awaits, since, rounds)
    }
  }
}
