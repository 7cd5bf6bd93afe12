public import Units

/// The Thumb decoder: halfwords to `Instruction`, for Armv6-M and Armv7E-M with FPv4-SP or FPv5.
///
/// Encodings that a smaller core lacks are decoded all the same; what the engine executes is the
/// engine's business.
///
/// Reference: Armv7-M Architecture Reference Manual (DDI0403E), chapter A5 and appendix on FPv5.
///
/// Not modelled: Armv8-M additions other than load-acquire and store-release; MVE.
public enum Decoder {
  /// Whether a first halfword opens a 32-bit instruction.
  @inlinable public static func isWide(_ halfword: UInt16) -> Bool { halfword >= 0xE800 }

  /// One instruction outside an IT block; `second` is ignored when the first stands alone.
  public static func decode(
    _ halfword: UInt16, _ second: UInt16, at address: Address
  ) -> Instruction {
    guard isWide(halfword) else {
      var instruction = Instruction(address: address, encoding: UInt32(halfword), size: 2)
      decodeNarrow(UInt32(halfword), &instruction)
      return instruction
    }
    let encoding = UInt32(halfword) << 16 | UInt32(second)
    var instruction = Instruction(address: address, encoding: encoding, size: 4)
    decodeWide(UInt32(halfword), UInt32(second), &instruction)
    return instruction
  }

  /// The instructions of a straight run of bytes, each with the condition that an IT gives it.
  ///
  /// A trailing half of a wide instruction is undefined. `ifThenState` is ITSTATE at the first
  /// instruction, for a run that starts inside an IT block.
  public static func decodeBlock(
    bytes: [UInt8], at address: Address, ifThenState: UInt8 = 0
  ) -> [Instruction] {
    var result: [Instruction] = []
    result.reserveCapacity(bytes.count / 2)
    var state = UInt32(ifThenState)
    var place = 0
    func halfword(_ index: Int) -> UInt16 {
      UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
    }
    while place + 1 < bytes.count {
      let first = halfword(place)
      let here = address + UInt32(truncatingIfNeeded: place)
      var instruction: Instruction
      if isWide(first), place + 3 >= bytes.count {
        instruction = Instruction(address: here, encoding: UInt32(first), size: 2)
      } else {
        instruction = decode(first, isWide(first) ? halfword(place + 2) : 0, at: here)
      }
      if state & 0xF != 0 {
        instruction.condition(by: state)
        state = state & 7 == 0 ? 0 : (state & 0xE0) | (state << 1 & 0x1F)
      } else if instruction.kind == .ifThen {
        state = instruction.encoding & 0xFF
      }
      place += Int(instruction.size)
      result.append(instruction)
    }
    return result
  }
}

extension Instruction {
  /// Gives an instruction of an IT block its condition: it reads flags, and a narrow encoding no
  /// longer sets them.
  mutating func condition(by state: UInt32) {
    condition = Condition(rawValue: UInt8(state >> 4)) ?? .al
    traits.insert(.inIfThenBlock)
    if condition.rawValue < 14 { traits.insert(.readsFlags) }
    if traits.contains(.flagsOutsideIfThen) {
      traits.remove([.writesFlags, .flagsOutsideIfThen])
    }
  }

  mutating func read(_ register: UInt32) { reads |= 1 << UInt16(register) }
  mutating func write(_ register: UInt32) { writes |= 1 << UInt16(register) }

  mutating func branch(by offset: Int32) {
    traits.insert(.directTarget)
    target = address + 4 + UInt32(bitPattern: offset)
    writes |= 0x8000
  }

  /// Notes that an ALU result goes to SP or PC.
  mutating func noteSpecialDestination(_ register: UInt32) {
    if register == 13 { traits.insert(.movesStackUnpredictably) }
  }

  /// Records the write-back of the base register, and of the stack pointer if it is the base.
  mutating func noteWriteback() {
    guard memory.writesBack else { return }
    writes |= 1 << UInt16(memory.base)
    if memory.base == 13 { stackChange = memory.writebackChange }
  }
}

/// The low `bits` bits of a value as a signed number.
func signExtend(_ value: UInt32, bits: UInt32) -> Int32 {
  Int32(bitPattern: value << (32 - bits)) >> Int32(32 - bits)
}

/// A field of an encoding: `bits` bits from bit `low` up.
func field(_ encoding: UInt32, _ low: UInt32, _ bits: UInt32) -> UInt32 {
  (encoding >> low) & ((1 << bits) - 1)
}
