import Boards
import Documents
import FileSystem
import Foundation
import Registers
import Testing
import Trust
import Units

@Suite struct NRF52840Tests {
  private func chip() throws -> Chip { try data().board("nrf52840-dk").chip }

  @Test func `what is only remembered is assumed`() throws {
    let keys = try data().board("arduino-nano-33-ble-sense").assumptions.map(\.key)
    for key in ["cpu.states.run", "flash.wait-states", "flash.cache", "imu.states.power-down"] {
      #expect(keys.contains(key))
    }
    #expect(!keys.contains("hfclk.states.hfint"))
    #expect(!keys.contains("core.priority-bits"))
  }

  @Test func `blocks are found by every name that shares their registers`() throws {
    let chip = try chip()
    #expect(chip.block("SPIM0")?.name == "TWIM0")
    #expect(chip.block("POWER")?.type == "nordic-clock-power")
    #expect(chip.block("TIMER2")?.parameters == ["channels": 4])
    #expect(chip.block("TIMER3")?.parameters == ["channels": 6])
    #expect(chip.block("RTC0")?.parameters == ["channels": 3])
    #expect(chip.block("NVMC")?.interrupts == [])
    #expect(chip.block("NFCT")?.isModelled == false)
  }

  @Test func `an interrupt number is the identifier in the block's address`() throws {
    for block in try chip().blocks {
      for number in block.interrupts {
        #expect(Int(block.base.value >> 12) & 0xFF == number)
      }
    }
  }

  @Test func `interrupts are found by their own name in any order and by their block's`() throws {
    let chip = try chip()
    #expect(chip.interrupt("CLOCK_POWER") == 0)
    #expect(chip.interrupt("POWER_CLOCK") == 0)
    #expect(chip.interrupt("SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0") == 3)
    #expect(chip.interrupt("TWIM1") == 4)
    #expect(chip.interrupt("PDM") == 29)
    #expect(chip.interrupt("PPI") == nil)
    #expect(chip.interruptName(26) == "TIMER3")
    #expect(chip.interruptName(30) == "IRQ 30")
  }

  @Test func `registers have the vendor's reset values`() throws {
    let registers = try chip().registers()
    let prescaler = try #require(registers[Address(0x4000_8510)])
    #expect(prescaler.name == "PRESCALER")
    #expect(prescaler.reset == 4)
    #expect(prescaler.isWritable)
    #expect(registers[Address(0x4000_8000)]?.isReadable == false)
    #expect(registers[Address(0x1000_0100)]?.reset == 0x52840)
    #expect(registers[Address(0x4000_3524), "TWIM0"]?.name == "FREQUENCY")
    #expect(registers[Address(0x4000_8FFC)] == nil)
    #expect(try data().board("mps2-an386").chip.registers().count == 0)
  }

  @Test func `a sleeping chip with a fast timer on the crystal draws what its vendor measured`()
    throws
  {
    let power = try #require(try data().board("nrf52840-dk").power)
    func current(_ consumer: String, _ state: String) throws -> Int64 {
      try #require(power.consumer(consumer)?.state(state)).current.nanoamperes
    }
    // The specification's timer at 16 MHz on HFXO: 823 uA, CPU asleep.
    #expect(try current("hfclk", "hfxo") + current("pclk16m", "on") == 823_000)
    #expect(try current("hfclk", "hfint") + current("pclk16m", "on") == 595_000)
    #expect(power.consumer("hfclk")?.condition?.consumer == "cpu")
    #expect(EnergyScope.socAndSensors.includes(.sensors))
    #expect(!EnergyScope.soc.includes(.sensors))
  }

  static let facts =
    [
      ProcessInfo.processInfo.environment["THUMBPRINT_SHARED"],
      URL(filePath: packageRoot).deletingLastPathComponent().appending(path: "shared").path(),
    ].compactMap { $0.map { $0 + "/facts" } }.first { Files.exists($0 + "/boards.json") }

  @Test(.enabled(if: facts != nil, "no shared/facts/boards.json beside the package"))
  func `the script makes the same files again`() throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: copy) }
    let scripts = copy.appending(path: "Scripts")
    try FileManager.default.createDirectory(at: scripts, withIntermediateDirectories: true)
    let script = scripts.appending(path: "make-boards")
    for name in ["make-boards", "boards"] {
      try FileManager.default.copyItem(
        at: URL(filePath: packageRoot + "/Scripts/" + name), to: scripts.appending(path: name))
    }
    let process = try Process.run(script, arguments: [try #require(Self.facts)])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in [
      "Chips/nrf52840.yaml", "Chips/nrf52840.registers", "Chips/nrf52840.LICENCE",
      "Chips/nrf51822.registers",
      "arduino-nano-33-ble-sense.yaml", "nrf52840-dk.yaml",
    ] {
      let made = try Data(contentsOf: copy.appending(path: "Boards/" + name))
      #expect(made == (try Data(contentsOf: URL(filePath: packageRoot + "/Boards/" + name))))
    }
  }
}

@Suite struct PinNameTests {
  @Test(arguments: [
    ("P0.14", 0, 14), ("P1.09", 1, 9), ("PA5", 0, 5), ("PC13", 2, 13), ("GPIO25", 0, 25),
  ])
  func `pins are read in each spelling`(text: String, port: Int, number: Int) {
    #expect(PinName(text) == PinName(port: port, number))
    #expect(PinName(text)?.description == text)
  }

  @Test(arguments: [
    "", "P", "P0", "P0.", "P0.32", "PA32", "P0.1x", "PA.5", "Q0.1", "P00.1", "PZ1", "GPIO",
    "GPIO32", "GPIO1x",
  ])
  func `other texts are no pins`(text: String) { #expect(PinName(text) == nil) }
}
