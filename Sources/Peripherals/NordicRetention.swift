import Simulation
import Units

/// RAM[n].POWER of a Nordic chip: which sections are supplied, and which stay so in System OFF.
///
/// Bit s of a register supplies section s in System ON, bit 16 + s in System OFF. RAM0 to RAM7 have two
/// sections of 4 KiB, RAM8 six of 32 KiB. A section that loses its supply holds 0xA5 in every byte
/// afterwards: a program that counts on it shows. Power states of consumer `ram`: `on`, and in System
/// OFF `retained-0k` to `retained-256k` by 32 KiB, rounded up.
///
/// Reference: nRF52840 Product Specification v1.7, 5.3.1.4 and 5.3.8 (RAM[n].POWER), 4.2 Memory.
final class NordicRetention {
  private static let lost: UInt8 = 0xa5

  private let fabric: Fabric
  /// Made when the chip first switches itself off.
  private var consumer: PowerConsumer?
  private var registers = [UInt32](repeating: 0xffff, count: 9)
  private var isOff = false

  init(_ fabric: Fabric) {
    self.fabric = fabric
  }

  subscript(register: Int) -> UInt32 {
    get { registers[register] }
    set {
      let removed = registers[register] & ~newValue
      registers[register] = newValue
      for section in 0..<Self.sections(register) where removed >> UInt32(section) & 1 == 1 {
        lose(register, section)
      }
    }
  }

  func switchOff() {
    isOff = true
    var kibibytes = 0
    for (register, section) in Self.all where isRetained(register, section) {
      kibibytes += Self.size(register) / 1_024
    }
    consumer = fabric.power.consumer("ram", initial: "on")
    consumer?.enter("retained-\((kibibytes + 31) / 32 * 32)k")
  }

  /// A reset supplies all of RAM again; what System OFF did not retain is gone.
  func reset() {
    if isOff {
      for (register, section) in Self.all where !isRetained(register, section) {
        lose(register, section)
      }
    }
    isOff = false
    registers = Array(repeating: 0xffff, count: 9)
    consumer?.enter("on")
  }

  private static func sections(_ register: Int) -> Int { register < 8 ? 2 : 6 }

  private static func size(_ register: Int) -> Int { register < 8 ? 4_096 : 32_768 }

  private static var all: [(Int, Int)] {
    (0..<9).flatMap { register in (0..<sections(register)).map { (register, $0) } }
  }

  private func isRetained(_ register: Int, _ section: Int) -> Bool {
    registers[register] >> UInt32(16 + section) & 1 == 1
  }

  private func lose(_ register: Int, _ section: Int) {
    let size = Self.size(register)
    let base = 0x2000_0000 + UInt32(register * 0x2000 + section * size)
    _ = fabric.memory.write(Address(base), [UInt8](repeating: Self.lost, count: size))
  }
}
