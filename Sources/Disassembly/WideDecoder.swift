/// The 32-bit encodings: dispatch, branches and system instructions.
///
/// Reference: DDI0403E A5.3.
extension Decoder {
  static func decodeWide(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    switch field(a, 11, 2) {
    case 1:
      switch a & 0x0640 {
      case 0x0000: wideMultiple(a, b, &i)
      case 0x0040: dualAndExclusive(a, b, &i)
      case 0x0200, 0x0240: shiftedRegister(a, b, &i)
      default: coprocessor(a, b, &i)
      }
    case 2:
      if b & 0x8000 != 0 {
        branchAndControl(a, b, &i)
      } else if a & 0x0200 == 0 {
        modifiedImmediate(a, b, &i)
      } else {
        plainImmediate(a, b, &i)
      }
    default:
      switch field(a, 8, 3) {
      case 0, 1: singleTransfer(a, b, &i)
      case 2: registerOperation(a, b, &i)
      case 3: multiplication(a, b, &i)
      default: coprocessor(a, b, &i)
      }
    }
  }

  private static func branchAndControl(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    let sign = field(a, 10, 1)
    let j1 = field(b, 13, 1)
    let j2 = field(b, 11, 1)
    if b & 0x1000 != 0 {
      let i1 = 1 ^ j1 ^ sign
      let i2 = 1 ^ j2 ^ sign
      let high = sign << 24 | i1 << 23 | i2 << 22 | field(a, 0, 10) << 12
      let link = b & 0x4000 != 0
      i.kind = link ? .call : .branch
      if link {
        i.write(14)
        i.traits.insert(.call)
      }
      i.branch(by: signExtend(high | field(b, 0, 11) << 1, bits: 25))
    } else if b & 0x4000 != 0 {
      i.kind = .undefined
    } else if field(a, 7, 3) != 7 {
      i.kind = .conditionalBranch
      i.condition = Condition(rawValue: UInt8(field(a, 6, 4))) ?? .al
      i.traits.insert(.readsFlags)
      let high = sign << 20 | j2 << 19 | j1 << 18 | field(a, 0, 6) << 12
      i.branch(by: signExtend(high | field(b, 0, 11) << 1, bits: 21))
    } else {
      control(a, b, &i)
    }
  }

  private static func control(_ a: UInt32, _ b: UInt32, _ i: inout Instruction) {
    switch field(a, 4, 7) {
    case 0x38, 0x39:
      i.kind = .writeSpecial
      i.read(field(a, 0, 4))
      switch field(b, 0, 8) {
      case 0...3: i.traits.insert(.writesFlags)
      case 8, 9:
        i.write(13)
        i.traits.insert(.movesStackUnpredictably)
      case 20: i.traits.insert(.movesStackUnpredictably)
      default: break
      }
    case 0x3A:
      if b & 0x0700 != 0 {
        i.kind = .changeProcessorState
      } else {
        i.kind = field(b, 4, 4) == 15 ? .hint : hint(field(b, 0, 8))
      }
    case 0x3B:
      switch field(b, 4, 4) {
      case 2: i.kind = .clearExclusive
      case 4, 5, 6: i.kind = .barrier
      default: i.kind = .undefined
      }
    case 0x3E, 0x3F:
      i.kind = .readSpecial
      i.write(field(b, 8, 4))
      let special = field(b, 0, 8)
      if special <= 3 { i.traits.insert(.readsFlags) }
      if special == 8 || special == 9 { i.read(13) }
    default: i.kind = .undefined
    }
  }
}
