import Engine
import FirmwareImage
import RunRecord
import Units

/// Walks a stack from a set of registers to where everything began: frame by frame by the image's
/// tables, through the frames that exceptions stacked.
///
/// What lies on the stack may be anything: every step must lead up the stack, and their number is
/// bounded.
///
/// Reference: Arm DDI 0403E.e, B1.5.6 (exception frames), B1.5.8 (EXC_RETURN).
struct Backtrace {
  /// One frame, without names.
  struct Step {
    var programCounter: Address
    /// The address whose function and line it is: within the call, for a caller.
    var lookup: Address
    var size: UInt32?
    var source = CoreDump.Frame.Source.none
    /// The exception that stacked a frame here.
    var exception: Int?
    var count = 1
  }

  private static let longest = 65_536
  private static let distinct = 64
  private static let largestFrame: UInt32 = 1 << 20

  let image: FirmwareImage
  let unwinding: Unwinding
  let word: (Address) -> UInt32?
  let bytes: (Address, Int) -> [UInt8]?
  private(set) var steps: [Step] = []
  private var registers: [UInt32] = []
  private var processStack: UInt32 = 0
  private var exception = 0
  /// The program counter is an instruction's own, not one behind a call.
  private var isExact = true
  private var rules: [Address: FrameRule?] = [:]

  init(_ image: FirmwareImage, _ unwinding: Unwinding, _ engine: Engine) {
    (self.image, self.unwinding) = (image, unwinding)
    word = { engine.word(at: $0) }
    bytes = { engine.bytes(at: $0, count: $1) }
  }

  /// Innermost first; `isEntering`: an exception has stacked its frame, but its handler has not begun.
  /// A step that repeats itself, as recursion does, is one with a count.
  static func steps(
    from start: RegisterSnapshot, isEntering: Bool = false, _ image: FirmwareImage,
    _ unwinding: Unwinding, _ engine: Engine
  ) -> [Step] {
    var walk = Backtrace(image, unwinding, engine)
    walk.registers = start.core
    walk.processStack = start.psp
    walk.exception = start.exception
    if isEntering, !walk.unstack(start.core[14]) { return walk.steps }
    for _ in 0..<longest {
      guard walk.steps.count < distinct, walk.step() else { break }
    }
    return walk.steps
  }

  private var lookup: Address {
    Address(isExact ? registers[15] : registers[15] &- 2)
  }

  /// Notes the present frame and goes to its caller; false at the end.
  private mutating func step() -> Bool {
    var step = Step(programCounter: Address(registers[15]), lookup: lookup)
    guard let caller = caller(&step) else {
      note(step)
      return false
    }
    note(step)
    registers = caller
    let link = caller[15]
    if Self.isExceptionReturn(link) { return unstack(link) }
    guard link & 1 == 1, isCode(Address(link & ~1)) else { return false }
    registers[15] = link & ~1
    isExact = false
    return true
  }

  private mutating func note(_ step: Step) {
    if let last = steps.last, last.programCounter == step.programCounter, last.size == step.size,
      last.exception == step.exception, last.source == step.source
    {
      steps[steps.count - 1].count += 1
    } else {
      steps.append(step)
    }
  }

  /// Bits 1 and 5 … 31 of EXC_RETURN are fixed, but Armv8-M uses 5 and 6.
  static func isExceptionReturn(_ value: UInt32) -> Bool {
    value & 0xffff_ff82 == 0xffff_ff80
  }

  private func isCode(_ address: Address) -> Bool {
    image.functionID(at: address) != nil
      || image.sections.contains {
        $0.isExecutable && $0.range.contains(UInt64(address.value))
      }
  }

  // MARK: Callers

  /// The caller's registers, its program counter as the return address; nil where nothing tells.
  private mutating func caller(_ step: inout Step) -> [UInt32]? {
    guard isCode(lookup) else {
      // A jump into nothing: the link register says where from.
      guard isExact, steps.isEmpty || steps.last?.exception != nil else { return nil }
      step.source = .linkRegister
      step.size = 0
      var caller = registers
      caller[15] = registers[14]
      return caller
    }
    if let rule = rule(), let caller = apply(rule, &step) { return caller }
    return image.hasSymbols ? nil : scan(&step)
  }

  private mutating func rule() -> FrameRule? {
    if !isExact, let known = rules[lookup] { return known }
    let found = findRule()
    if !isExact { rules[lookup] = found }
    return found
  }

  private func findRule() -> FrameRule? {
    if let rule = unwinding.callFrame(at: lookup) { return rule }
    let table = unwinding.exceptionFrame(at: lookup)
    if !isExact, let table { return table }
    guard let function = image.function(at: lookup),
      let code = bytes(
        function.address, Int(min(function.size, lookup - function.address + 2, 128)))
    else { return table }
    return PrologueFrame.rule(code, of: function.address, at: Address(registers[15]))
  }

  private func apply(_ rule: FrameRule, _ step: inout Step) -> [UInt32]? {
    guard rule.base < 16 else { return nil }
    let end = registers[Int(rule.base)] &+ UInt32(bitPattern: rule.offset)
    let size = end &- registers[13]
    guard size <= Self.largestFrame, end & 3 == 0 else { return nil }
    var caller = registers
    caller[13] = end
    for (register, saved) in rule.saved where register < 16 {
      switch saved {
      case .undefined: continue
      case .atOffset(let offset):
        guard let value = word(Address(end &+ UInt32(bitPattern: offset))) else { return nil }
        caller[Int(register)] = value
      case .offset(let offset): caller[Int(register)] = end &+ UInt32(bitPattern: offset)
      case .register(let other):
        if other < 16 { caller[Int(register)] = registers[Int(other)] }
      }
    }
    let isSaved = rule.saved[rule.returnRegister] != nil
    if rule.saved[rule.returnRegister] == .undefined { return nil }
    // Behind a call the link register is the callee's: a function that keeps nothing never returns.
    if !isSaved && !isExact { return nil }
    caller[15] = caller[Int(rule.returnRegister)]
    step.size = size
    step.source =
      switch rule.source {
      case .callFrameInformation: .callFrameInformation
      case .exceptionIndex: .exceptionIndex
      case .prologue: isSaved ? .prologue : .linkRegister
      }
    return caller
  }

  /// No symbols, no tables: the next word of the stack that a call could have left.
  private func scan(_ step: inout Step) -> [UInt32]? {
    for offset in stride(from: UInt32(0), to: 1024, by: 4) {
      let place = registers[13] &+ offset
      guard let value = word(Address(place)) else { return nil }
      guard Self.isExceptionReturn(value) || isBehindCall(value) else { continue }
      var caller = registers
      caller[13] = place &+ 4
      caller[15] = value
      step.size = offset + 4
      step.source = .scan
      return caller
    }
    return nil
  }

  /// Behind BL or BLX.
  private func isBehindCall(_ value: UInt32) -> Bool {
    guard value & 1 == 1, isCode(Address(value & ~1)),
      let code = bytes(Address((value & ~1) &- 4), 4)
    else { return false }
    let first = UInt16(code[0]) | UInt16(code[1]) << 8
    let second = UInt16(code[2]) | UInt16(code[3]) << 8
    return second & 0xff87 == 0x4780 || first & 0xf800 == 0xf000 && second & 0xd000 == 0xd000
  }

  // MARK: Exception frames

  /// Goes from a handler to what it interrupted.
  private mutating func unstack(_ link: UInt32) -> Bool {
    let frame = Address(link & 4 != 0 ? processStack : registers[13])
    let words = (0..<8).compactMap { word(frame + UInt32($0) * 4) }
    guard words.count == 8, frame.value & 3 == 0 else { return false }
    let size: UInt32 = (link & 0x10 == 0 ? 104 : 32) + (words[7] & 1 << 9 != 0 ? 4 : 0)
    var step = Step(programCounter: Address(words[6] & ~1), lookup: Address(words[6] & ~1))
    step.size = size
    step.source = .exceptionFrame
    step.exception = exception
    note(step)
    for (index, register) in [0, 1, 2, 3, 12, 14].enumerated() {
      registers[register] = words[index]
    }
    registers[15] = words[6] & ~1
    registers[13] = frame.value &+ size
    exception = Int(words[7] & 0x1ff)
    isExact = true
    return true
  }
}
