import Documents
import Foundation
import Registers
import Testing
import Units

/// Descriptions as vendors publish them, against the lists that another program made of them.
@Suite struct VendorTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let folder: String = {
    let named = ProcessInfo.processInfo.environment["THUMBPRINT_SHARED"]
    return (named ?? root.deletingLastPathComponent().appending(path: "shared").path) + "/facts/svd"
  }()
  static let isThere = FileManager.default.fileExists(atPath: folder)

  @Test(
    .enabled(if: isThere, "needs descriptions in ../shared/facts/svd"),
    arguments: [("nrf52840", "nrf52840"), ("STM32F746", "stm32f746")])
  func registersAreThoseOfTheShippedLists(svd: String, chip: String) throws {
    let device = try DeviceDescription(file: "\(Self.folder)/\(svd).svd")
    let list = try String(
      contentsOf: Self.root.appending(path: "Boards/Chips/\(chip).registers"), encoding: .utf8)
    let bases = Dictionary(
      device.peripherals.map { ($0.name, $0.base) }, uniquingKeysWith: { first, _ in first })
    var compared = 0
    for line in list.split(separator: "\n") where line.first != "#" {
      let words = line.split(separator: " ")
      let base = try #require(bases[String(words[0])], "\(line)")
      let offset = try #require(UInt32(words[1].dropFirst(2), radix: 16))
      let found = device.registers.word(base.value + offset).first {
        $0.address == base + offset && $0.block == words[0]
          && $0.name.replacing(".", with: "_").replacing("[", with: "").replacing("]", with: "")
            == words[2]
      }
      let register = try #require(found, "\(line)")
      #expect(register.reset == UInt32(words[3].dropFirst(2), radix: 16), "\(line)")
      #expect(register.isReadable == words[4].contains("r"), "\(line)")
      #expect(register.isWritable == words[4].contains("w"), "\(line)")
      compared += 1
    }
    #expect(compared > 1000)
  }

  @Test(.enabled(if: isThere, "needs descriptions in ../shared/facts/svd"))
  func aliasesOfAnotherVendorAreRead() throws {
    let device = try DeviceDescription(file: Self.folder + "/RP2040.svd")
    #expect(device.core?.name == "CM0PLUS")
    let control = try #require(device.registers.register("CLOCKS.CLK_REF_CTRL"))
    #expect(control.address == Address(0x4000_8030))
    #expect(control.fields.first { $0.name == "SRC" }?.mask == 3)
    // Interrupt flags that a one clears.
    let flags = try #require(device.registers.register("TIMER.INTR"))
    #expect(flags.fields.allSatisfy { $0.modifiedWrite == .oneToClear })
  }
}
