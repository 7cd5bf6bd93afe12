import Disassembly
import Engine
import FirmwareImage
import Timing
import Units

extension BlockAnalysis {
  /// Lets the engine charge each divide of the image for its operands, where the core's divider is known.
  ///
  /// Not called yet: with such callbacks libunicorn 2.0.1 faults behind them on a Cortex-M3, and both engines
  /// must agree. Until then a divide costs what is expected of it, with the divider's range in the band.
  func watchDivisions(_ engine: Engine) throws(MachineError) {
    guard let divider = timing.divider, let image else { return }
    let divisions = image.segments.filter(\.isExecutable).flatMap {
      Division.all(in: $0.bytes, at: $0.address)
    }
    do {
      try engine.watch(divisions: divisions) {
        divider.difference(dividend: $0, divisor: $1, isSigned: $2)
      }
    } catch { throw .engine("\(error)") }
  }
}

extension Division {
  /// The unconditional UDIV and SDIV of a piece of code; constants that look like one never run.
  fileprivate static func all(in bytes: ArraySlice<UInt8>, at start: Address) -> [Division] {
    var divisions: [Division] = []
    var position = bytes.startIndex
    while position + 4 <= bytes.endIndex {
      // Both begin with 0xfb90 or 0xfbb0, in little-endian halfwords.
      if bytes[position + 1] == 0xfb, bytes[position] & 0xd0 == 0x90 {
        let first = UInt32(bytes[position])
        let second = UInt32(bytes[position + 2]) | UInt32(bytes[position + 3]) << 8
        if second & 0xf0f0 == 0xf0f0,
          let dividend = CoreRegister(rawValue: Int(first & 15)),
          let divisor = CoreRegister(rawValue: Int(second & 15))
        {
          divisions.append(
            Division(
              address: start + UInt32(position - bytes.startIndex), dividend: dividend,
              divisor: divisor, isSigned: first & 0x20 == 0))
        }
      }
      position += 2
    }
    return divisions
  }
}
