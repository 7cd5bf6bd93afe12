import Foundation
import RunRecord
import Testing

/// How a firmware set its sensors up, as the run record keeps it.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct SensorSettingsTests {
  private func settings(_ firmware: String, _ sensor: String) throws -> [String: [UInt32]] {
    let board = "nucleo-l4r5zi"
    let run = try FirmwareBench.simulate(
      try FirmwareBench.image(firmware, board: board), board: board,
      deployment: FirmwareBench.firmware.appendingPathComponent("\(firmware)/deployment.yaml").path)
    let own = (run.record.settings ?? []).filter { $0.name.hasPrefix("\(sensor) register") }
    return Dictionary(uniqueKeysWithValues: own.map { ($0.name, $0.values) })
  }

  /// CTRL2's address increment, 4 g, 100 Hz.
  @Test func `what is written to a part on SPI is kept by register`() throws {
    let tilt = try settings("stm32-spi", "tilt")
    #expect(tilt["tilt register 0x20"] == [0x54])
    #expect(tilt["tilt register 0x21"]?.last == 0x0c)
    #expect(tilt["tilt register 0x25"] == [0x10])
    #expect(tilt["tilt register 0x28"] == nil, "reads are no settings")
  }
}
