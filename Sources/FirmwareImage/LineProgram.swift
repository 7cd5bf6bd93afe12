/// The rows of one compilation unit's line number program: which line each address was compiled from.
///
/// libdw sorts all rows of a unit by address and forgets where a sequence began; functions that the
/// linker discarded then shadow what really lies at address 0. So the program is run here, sequence by
/// sequence, and those of discarded code are left out.
///
/// Reference: DWARF Debugging Information Format, version 5, section 6.2 (versions 2 to 4 alike).
struct LineProgram {
  struct Row: Hashable {
    var address: UInt32
    var file: UInt32
    /// 0 from here on: no line.
    var line: UInt32
  }

  private var cursor: ByteCursor
  private let minimumInstructionLength: UInt64
  private let lineBase: Int64
  private let lineRange: UInt64
  private let opcodeBase: UInt8
  private let operandCounts: [UInt8]

  /// Reads the header at `offset` of `.debug_line`; nil when it is malformed or of another version.
  init?(_ section: [UInt8], offset: UInt64) {
    var all = ByteCursor(section)
    guard all.skip(offset), let length = all.number(4), var unit = all.part(length),
      let version = unit.number(2), 2...5 ~= version
    else { return nil }
    if version == 5 {
      guard let addressSize = unit.byte(), addressSize == 4, unit.byte() == 0 else { return nil }
    }
    guard let headerLength = unit.number(4) else { return nil }
    var program = unit
    guard program.skip(headerLength), let minimum = unit.byte() else { return nil }
    // Maximum operations of a VLIW instruction: 1 on Arm.
    if version >= 4 { guard unit.byte() != nil else { return nil } }
    guard unit.byte() != nil, let base = unit.byte(), let range = unit.byte(), range > 0,
      let opcodeBase = unit.byte(), opcodeBase > 0, unit.count >= Int(opcodeBase) - 1
    else { return nil }
    cursor = program
    minimumInstructionLength = UInt64(minimum)
    lineBase = Int64(Int8(bitPattern: base))
    lineRange = UInt64(range)
    self.opcodeBase = opcodeBase
    operandCounts = (1..<opcodeBase).map { _ in unit.byte() ?? 0 }
  }

  /// Rows by address; a row of line 0 ends each sequence. `isLive` tells code from discarded code by
  /// the address of a sequence's first row.
  mutating func rows(isLive: (UInt32) -> Bool) -> [Row] {
    var sequences: [[Row]] = []
    while var sequence = nextSequence() {
      guard let first = sequence.first, isLive(first.address) else { continue }
      for index in sequence.indices.dropLast().dropFirst() where sequence[index].line == 0 {
        // Code without a line of its own belongs to what comes before it.
        sequence[index].line = sequence[index - 1].line
        sequence[index].file = sequence[index - 1].file
      }
      sequences.append(sequence)
    }
    sequences.sort { $0[0].address < $1[0].address }
    return sequences.flatMap { $0 }
  }

  /// The registers of the line number state machine.
  private struct State {
    var address: UInt64 = 0
    var file: UInt64 = 1
    var line: Int64 = 1

    var row: Row {
      Row(
        address: UInt32(truncatingIfNeeded: address), file: UInt32(clamping: file),
        line: UInt32(clamping: line))
    }
  }

  /// Runs up to the next end of a sequence; nil at the end of the program.
  private mutating func nextSequence() -> [Row]? {
    var state = State()
    var rows: [Row] = []
    while let opcode = cursor.byte() {
      if opcode >= opcodeBase {
        let adjusted = UInt64(opcode - opcodeBase)
        advance(&state, adjusted / lineRange)
        state.line &+= lineBase + Int64(adjusted % lineRange)
        append(state.row, &rows)
        continue
      }
      if opcode == 0 {
        guard let isEnd = extended(&state) else { return nil }
        if isEnd {
          var row = state.row
          row.line = 0
          append(row, &rows)
          return rows
        }
        continue
      }
      if opcode == 1 {
        append(state.row, &rows)
        continue
      }
      guard standard(opcode, &state) else { return nil }
    }
    return nil
  }

  /// Addresses within a sequence only grow; a later row of the same address replaces the earlier.
  private func append(_ row: Row, _ rows: inout [Row]) {
    if let last = rows.last {
      if row.address < last.address { return }
      if row.address == last.address { rows.removeLast() }
    }
    rows.append(row)
  }

  private func advance(_ state: inout State, _ operations: UInt64) {
    state.address = (state.address &+ operations &* minimumInstructionLength) & 0xffff_ffff
  }

  private mutating func standard(_ opcode: UInt8, _ state: inout State) -> Bool {
    switch opcode {
    case 2:  // DW_LNS_advance_pc
      guard let operand = cursor.uleb() else { return false }
      advance(&state, operand)
    case 3:  // DW_LNS_advance_line
      guard let operand = cursor.sleb() else { return false }
      state.line &+= operand
    case 4:  // DW_LNS_set_file
      guard let operand = cursor.uleb() else { return false }
      state.file = operand
    case 8:  // DW_LNS_const_add_pc
      advance(&state, UInt64(255 - opcodeBase) / lineRange)
    case 9:  // DW_LNS_fixed_advance_pc
      guard let operand = cursor.number(2) else { return false }
      state.address = (state.address &+ operand) & 0xffff_ffff
    default:
      let count = operandCounts[Int(opcode) - 1]
      for _ in 0..<count where cursor.uleb() == nil { return false }
    }
    return true
  }

  /// True at the end of a sequence; nil when the program is malformed.
  private mutating func extended(_ state: inout State) -> Bool? {
    guard let length = cursor.uleb(), var operation = cursor.part(length) else { return nil }
    switch operation.byte() {
    case 1: return true  // DW_LNE_end_sequence
    case 2:  // DW_LNE_set_address
      guard let address = operation.number(4) else { return nil }
      state.address = address
    case nil: return nil
    default: break
    }
    return false
  }
}
