import Testing
import Units

@testable import Registers

/// Names of bits beside a list of registers.
@Suite struct FieldListTests {
  private func map() throws -> RegisterMap {
    let list = """
      USART1 0x1c ISR 0xc0 r
      USART2 0x1c ISR 0xc0 r
      RCC 0x0 CR 0x83 rw
      """
    return try RegisterMap(
      list: Array(list.utf8), file: "chip.registers",
      bases: ["USART1": Address(0x1000), "USART2": Address(0x2000), "RCC": Address(0x3000)])
  }

  @Test func `a line names the bits of a register in all its blocks`() throws {
    var map = try map()
    try map.takeNames(
      list: Array("# comment\nUSART1,USART2 ISR PE:0 ADDM:7:4\nRCC CR HSERDY:17\n".utf8),
      file: "chip.fields")
    for block in ["USART1", "USART2"] {
      let register = try #require(map.register("\(block).ISR"))
      #expect(register.field(holding: 1)?.name == "PE")
      #expect(register.field(holding: 0x60)?.name == "ADDM")
      #expect(register.field(holding: 0x11) == nil)
      #expect(register.fields.isEmpty, "what the bits do is not known")
    }
    #expect(map.register("RCC.CR")?.field(holding: 1 << 17)?.name == "HSERDY")
  }

  @Test(arguments: [
    "RCC CR", "RCC CR HSERDY", "RCC CR HSERDY:32", "RCC CR HSI:1:2", "RCC CR :1", "RCC SR A:1",
    "RCC,PWR CR A:1", "RCC CR A:1:0:0",
  ])
  func `a wrong line is refused with its place`(line: String) throws {
    var map = try map()
    do {
      try map.takeNames(list: Array("\n\(line)\n".utf8), file: "chip.fields")
      Issue.record("it was taken")
    } catch { #expect("\(error)".hasPrefix("chip.fields:2:1: error: expected BLOCK,...")) }
  }
}
