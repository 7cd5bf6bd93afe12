/// Runs the instructions of one entry of call frame information up to an address.
///
/// Reference: DWARF Debugging Information Format, version 5, section 6.4.2; GNU extensions
/// `DW_CFA_GNU_args_size` and `DW_CFA_GNU_negative_offset_extended`.
struct CallFrameProgram {
  private struct Row {
    var base: UInt8 = 13
    var offset: Int64 = 0
    var saved: [UInt8: FrameRule.Saved] = [:]
    /// Needs an expression: nothing can be said.
    var isUnknown = false
  }

  private let entry: CallFrameTable.Entry
  private let address: UInt32
  private var location: UInt64
  private var row = Row()
  private var initial = Row()
  private var remembered: [Row] = []

  init(_ entry: CallFrameTable.Entry, until address: UInt32) {
    (self.entry, self.address) = (entry, address)
    location = UInt64(entry.start)
  }

  mutating func run() -> FrameRule? {
    guard execute(entry.common.instructions, isInitial: true) else { return nil }
    initial = row
    guard execute(entry.instructions, isInitial: false), !row.isUnknown,
      let offset = Int32(exactly: row.offset)
    else { return nil }
    return FrameRule(
      base: row.base, offset: offset, saved: row.saved,
      returnRegister: entry.common.returnRegister, source: .callFrameInformation)
  }

  /// False when an instruction is malformed or unknown.
  private mutating func execute(_ program: ByteCursor, isInitial: Bool) -> Bool {
    var program = program
    while let opcode = program.byte() {
      let operand = UInt64(opcode & 0x3f)
      switch opcode >> 6 {
      case 1: advance(operand)
      case 2:
        guard let offset = program.uleb() else { return false }
        save(operand, signed(offset))
      case 3: restore(operand)
      default: guard extended(opcode, &program) else { return false }
      }
      if !isInitial && location > UInt64(address) { return true }
    }
    return true
  }

  private mutating func extended(_ opcode: UInt8, _ program: inout ByteCursor) -> Bool {
    switch opcode {
    case 0x00: return true
    case 0x01: return take(program.number(4)) { $0.location = $1 & ~1 }
    case 0x02: return take(program.number(1)) { $0.advance($1) }
    case 0x03: return take(program.number(2)) { $0.advance($1) }
    case 0x04: return take(program.number(4)) { $0.advance($1) }
    case 0x0a: remember()
    case 0x0b: if let last = remembered.popLast() { row = last }
    case 0x06: return take(program.uleb()) { $0.restore($1) }
    case 0x07: return take(program.uleb()) { $0.set($1, .undefined) }
    case 0x08: return take(program.uleb()) { $0.set($1, nil) }
    case 0x0d: return take(program.uleb()) { $0.row.base = UInt8(clamping: $1) }
    case 0x0e: return take(program.uleb()) { $0.row.offset = $0.signed($1) }
    case 0x13: return take(program.sleb()) { $0.row.offset = $0.scaled($1) }
    case 0x0f: return skipExpression(&program, isFrame: true, register: nil)
    case 0x10, 0x16:
      guard let register = program.uleb() else { return false }
      return skipExpression(&program, isFrame: false, register: register)
    case 0x2e: return program.uleb() != nil
    default: return pair(opcode, &program)
    }
    return true
  }

  /// Instructions of two operands.
  private mutating func pair(_ opcode: UInt8, _ program: inout ByteCursor) -> Bool {
    guard let first = program.uleb() else { return false }
    switch opcode {
    case 0x05: return take(program.uleb()) { $0.save(first, $0.signed($1)) }
    case 0x09:
      return take(program.uleb()) { $0.set(first, .register(UInt8(clamping: $1))) }
    case 0x0c:
      return take(program.uleb()) {
        $0.row = $0.based(first, $0.signed($1))
      }
    case 0x11: return take(program.sleb()) { $0.save(first, $1) }
    case 0x12: return take(program.sleb()) { $0.row = $0.based(first, $0.scaled($1)) }
    case 0x14: return take(program.uleb()) { $0.setValue(first, $0.signed($1)) }
    case 0x15: return take(program.sleb()) { $0.setValue(first, $1) }
    case 0x2f: return take(program.uleb()) { $0.save(first, 0 &- $0.signed($1)) }
    default: return false
    }
  }

  private mutating func take<Value>(
    _ value: Value?, _ use: (inout CallFrameProgram, Value) -> Void
  ) -> Bool {
    guard let value else { return false }
    use(&self, value)
    return true
  }

  private mutating func advance(_ delta: UInt64) {
    location = location &+ delta &* entry.common.codeAlignment
  }

  private mutating func remember() {
    if remembered.count < 64 { remembered.append(row) }
  }

  private func signed(_ value: UInt64) -> Int64 { Int64(truncatingIfNeeded: value) }
  private func scaled(_ value: Int64) -> Int64 { value &* entry.common.dataAlignment }

  private func based(_ register: UInt64, _ offset: Int64) -> Row {
    var row = row
    (row.base, row.offset, row.isUnknown) = (UInt8(clamping: register), offset, false)
    return row
  }

  /// Only core registers matter; what was saved of the floating-point unit is not followed.
  private mutating func set(_ register: UInt64, _ rule: FrameRule.Saved?) {
    if register < 16 { row.saved[UInt8(register)] = rule }
  }

  private mutating func save(_ register: UInt64, _ factored: Int64) {
    guard let offset = Int32(exactly: scaled(factored)) else { return set(register, .undefined) }
    set(register, .atOffset(offset))
  }

  private mutating func setValue(_ register: UInt64, _ factored: Int64) {
    guard let offset = Int32(exactly: scaled(factored)) else { return set(register, .undefined) }
    set(register, .offset(offset))
  }

  private mutating func restore(_ register: UInt64) {
    if register < 16 { row.saved[UInt8(register)] = initial.saved[UInt8(register)] }
  }

  private mutating func skipExpression(
    _ program: inout ByteCursor, isFrame: Bool, register: UInt64?
  ) -> Bool {
    guard let length = program.uleb(), program.skip(length) else { return false }
    if isFrame { row.isUnknown = true }
    if let register { set(register, .undefined) }
    return true
  }
}
