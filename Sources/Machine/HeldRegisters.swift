import Boards
import Deployments
import Documents
import Simulation
import Units

/// Bits of device registers that read as the user told, whatever the device says.
struct HeldRegisters {
  private struct Hold {
    let name: String
    var mask: UInt32
    var value: UInt32
  }

  private var words: [UInt32: [Hold]] = [:]
  private let findings: FindingLog?

  /// None.
  init() { findings = nil }

  init(_ holds: [RegisterHold], _ chip: Chip, _ findings: FindingLog) throws(MachineError) {
    self.findings = findings
    for hold in holds {
      do throws(DocumentError) {
        let bits = try hold.bits(on: chip)
        words[bits.word.value, default: []].append(
          Hold(name: "\(hold.target)=\(hold.value)", mask: bits.mask, value: bits.value))
      } catch { throw .badInput(error.description) }
    }
  }

  var isEmpty: Bool { words.isEmpty }

  /// What a read of some bytes from `address` on gives instead of `value`.
  func applied(to value: UInt32, _ address: UInt32, _ width: AccessWidth) -> UInt32 {
    guard let holds = words[address & ~3] else { return value }
    let shift = (address & 3) * 8
    let lanes: UInt32 = width == .byte ? 0xff : width == .halfword ? 0xffff : .max
    var value = value
    for hold in holds where hold.mask >> shift & lanes != 0 {
      let mask = hold.mask >> shift & lanes
      value = value & ~mask | hold.value >> shift & mask
      findings?.note("held-register", hold.name, "reads as it was told, not as the chip would say")
    }
    return value
  }
}
