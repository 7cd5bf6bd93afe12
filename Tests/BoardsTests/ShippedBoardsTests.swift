import Documents
import FileSystem
import Registers
import Testing
import Trust
import Units

@testable import Boards

@Suite struct ShippedBoardsTests {
  static let boards = Files.names(in: packageRoot + "/Boards").filter { $0.hasSuffix(".yaml") }
    .map { String($0.dropLast(5)) }

  @Test func `boards are found by their names`() throws {
    #expect(
      try data().boardNames()
        == [
          "arduino-nano-33-ble-sense", "arduino-nano-33-ble-sense-rev2", "generic-m0",
          "generic-m0plus", "generic-m3", "generic-m33", "generic-m4", "generic-m7", "microbit",
          "mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "nrf52840-dk", "nucleo-f746zg",
          "nucleo-g0b1re", "nucleo-h7a3zi-q", "nucleo-l4r5zi", "nucleo-u575zi-q",
          "raspberry-pi-pico", "stm32f4-discovery", "stm32f746g-disco",
        ])
  }

  @Test(arguments: boards) func `every board loads and is named like its file`(name: String) throws
  {
    let board = try data().board(name)
    #expect(board.name == name)
    #expect(board.coreClock.value > Hertz(1))
    #expect(board.chip.memory(at: board.vectorTable.value) != nil)
  }

  @Test(arguments: boards) func `no two memories and no two blocks overlap`(name: String) throws {
    let chip = try data().board(name).chip
    var ranges = chip.memories.map {
      (UInt64($0.base.value), UInt64($0.base.value) + UInt64($0.size))
    }
    ranges += chip.blocks.map {
      (UInt64($0.base.value + $0.first), UInt64($0.base.value + $0.size))
    }
    ranges.sort { $0.0 < $1.0 }
    for (a, b) in zip(ranges, ranges.dropFirst()) { #expect(a.1 <= b.0) }
  }

  @Test(arguments: boards) func `every register lies in its block`(name: String) throws {
    let chip = try data().board(name).chip
    let registers = try chip.registers()
    if chip.name == "nrf52840" { #expect(registers.count > 2000) }
    for block in chip.blocks {
      for offset in stride(from: UInt32(0), to: block.size, by: 4) {
        guard let register = registers[block.base + offset] else { continue }
        #expect(block.isNamed(register.block) || !block.contains(register.address))
      }
    }
  }

  static let stm32s = [
    "stm32f4-discovery", "nucleo-f746zg", "nucleo-g0b1re", "nucleo-h7a3zi-q", "nucleo-l4r5zi",
    "nucleo-u575zi-q",
  ]

  /// What start-up code and drivers wait for.
  @Test(arguments: stm32s) func `an STM32's status bits have their vendor's names`(name: String)
    throws
  {
    let registers = try data().board(name).chip.registers()
    let control = registers.register("RCC.CR") ?? registers.register("RCC.RCC_CR")
    #expect(control?.field(holding: 1 << 17)?.name == "HSERDY")
    let status = registers.registers.filter { $0.name == "ISR" || $0.name.hasSuffix("SR") }
    #expect(status.filter { !$0.namedFields.isEmpty }.count >= 12)
  }

  @Test(
    arguments: [
      ("stm32f4-discovery", ["ccm"]), ("nucleo-f746zg", ["itcm"]),
      ("nucleo-h7a3zi-q", ["itcm", "dtcm"]), ("nucleo-l4r5zi", []),
    ] as [(String, [String])])
  func `memories that no DMA reaches are marked`(name: String, memories: [String]) throws {
    let chip = try data().board(name).chip
    #expect(chip.memories.filter(\.isCoreOnly).map(\.name) == memories)
  }
}
