import Boards
import Foundation
import Registers
import Simulation
import Testing
import Units

@testable import Machine

/// Registers that no model stands for, by the rules of their description.
@Suite struct UnmodelledRegisterTests {
  private static let description = """
    <device><name>K</name><size>32</size><resetValue>0x5</resetValue>
    <peripherals><peripheral><name>B</name><baseAddress>0x40080000</baseAddress><registers>
    \(register("PLAIN", 0x00))
    \(register("STATUS", 0x04, "<access>read-only</access>"))
    \(register("SECRET", 0x08, "<access>write-only</access>"))
    \(register("FLAGS", 0x0c, "<modifiedWriteValues>oneToClear</modifiedWriteValues>"))
    \(register("TAKEN", 0x10, "<readAction>clear</readAction>"))
    \(register("LOCK", 0x14, "<access>read-writeOnce</access>"))
    \(register("LOW", 0x18, "<size>16</size>"))
    \(register("HIGH", 0x1a, "<size>16</size><resetValue>0xABCD</resetValue>"))
    \(register("RX", 0x1c, "<access>read-only</access>"))
    \(register("TX", 0x1c, "<access>write-only</access>"))
    \(register("ZERO", 0x20, "<modifiedWriteValues>zeroToClear</modifiedWriteValues>"))
    \(register("FLIP", 0x24, "<modifiedWriteValues>oneToToggle</modifiedWriteValues>"))
    \(register("MIXED", 0x28, """
      <resetValue>0xFF</resetValue><fields>
      <field><name>RO</name><bitRange>[3:0]</bitRange><access>read-only</access></field>
      <field><name>W1C</name><bitRange>[5:4]</bitRange>
        <modifiedWriteValues>oneToClear</modifiedWriteValues></field>
      <field><name>RW</name><bitRange>[9:8]</bitRange></field></fields>
      """))
    </registers></peripheral></peripherals></device>
    """

  private static func register(_ name: String, _ offset: Int, _ more: String = "") -> String {
    "<register><name>\(name)</name><addressOffset>\(offset)</addressOffset>\(more)</register>"
  }

  private let registers: UnmodelledRegisters
  private let findings = FindingLog()
  private let block: Block

  init() throws {
    let data = try DataDirectory(explicit: FirmwareBench.root.path)
    var chip = try data.board("generic-m4").chip
    chip.take(
      try DeviceDescription(bytes: Array(Self.description.utf8), file: "k.svd"), from: "k.svd")
    block = try #require(chip.block("B"))
    registers = UnmodelledRegisters(chip, findings)
  }

  private func read(_ offset: UInt32, _ width: AccessWidth = .word) -> UInt32 {
    registers.read(0x4008_0000 + offset, width, block)
  }

  private func write(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth = .word) {
    registers.write(0x4008_0000 + offset, value, width, block)
  }

  @Test func valuesHoldFromResetOn() {
    #expect(read(0) == 5)
    write(0, 0x1234_5678)
    #expect(read(0) == 0x1234_5678)
    #expect(read(1, .byte) == 0x56 && read(2, .halfword) == 0x1234)
    write(3, 0xaa, .byte)
    #expect(read(0) == 0xaa34_5678)
    registers.reset()
    #expect(read(0) == 5)
  }

  @Test func accessIsObeyed() {
    write(0x04, 0)
    #expect(read(0x04) == 5)
    write(0x08, 7)
    #expect(read(0x08) == 0)
    write(0x14, 9)
    write(0x14, 10)
    #expect(read(0x14) == 9)
    // Two registers at one address, one for each direction.
    write(0x1c, 0x77)
    #expect(read(0x1c) == 5)
  }

  @Test func flagsFollowTheirRules() {
    write(0x0c, 4)
    #expect(read(0x0c) == 1)
    write(0x20, 4)
    #expect(read(0x20) == 4)
    write(0x24, 0xf)
    #expect(read(0x24) == 0xa)
    #expect(read(0x10) == 5)
    #expect(read(0x10) == 0)
  }

  @Test func neighboursInAWordAreApart() {
    #expect(read(0x18) == 0xabcd_0005)
    write(0x1a, 0x1111, .halfword)
    #expect(read(0x18, .halfword) == 5 && read(0x18) == 0x1111_0005)
  }

  @Test func fieldsHaveRulesOfTheirOwn() {
    write(0x28, 0xffff_ff10)
    // Read-only bits and those of no field stay, bit 4 is cleared, the rest is kept.
    #expect(read(0x28) == 0x3ef)
  }

  @Test func eachTouchIsToldByName() {
    _ = read(0x04)
    write(0x04, 1)
    write(0x08, 1)
    _ = read(0x08)
    write(0x1c, 1)
    _ = read(0x30)
    #expect(
      findings.entries.map { "\($0.place): \($0.message)" } == [
        "B.STATUS: not modelled: reads what was last written, else its reset value",
        "B.STATUS: not modelled, read-only: the write is ignored",
        "B.SECRET: not modelled: reads what was last written, else its reset value",
        "B.SECRET: not modelled, write-only: reads as zero",
        "B.TX: not modelled: reads what was last written, else its reset value",
        "B+0x00000030: not modelled: reads what was last written, else its reset value",
      ])
  }
}
