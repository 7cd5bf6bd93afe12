import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct RadioTests {
  /// An advertising packet as a Bluetooth stack sends it: S0 and 8 bits of length, 3 bytes of CRC.
  private func radio(_ bench: Bench, mode: UInt32 = 3, payload: UInt8 = 37) -> Device {
    bench.fabric.service(NordicClockRequests.init).setCrystal(running: true)
    let radio = bench.device("nordic-radio", "RADIO", base: 0x4000_1000)
    radio[0x510] = mode
    radio[0x514] = 8 | 1 << 8 | (mode == 4 ? 1 << 24 : 0)
    radio[0x518] = 255 | 3 << 16
    radio[0x534] = 3 | 1 << 8
    radio[0x504] = 0x2000_0000
    bench.memory.bytes[0] = 0x42
    bench.memory.bytes[1] = payload
    return radio
  }

  @Test func anAdvertisingPacketTakesItsBits() {
    let bench = Bench()
    let radio = radio(bench)
    radio[0x200] = 0x3
    radio[0x000] = 1
    #expect(radio[0x550] == 9)
    #expect(bench.wait(for: radio, 0x100) == after(.microseconds(140)))
    #expect(radio[0x154] == 1)
    #expect(radio[0x550] == 11)
    // 1 + 4 bytes, then 2 + 37, then 3.
    #expect(bench.wait(for: radio, 0x104) == after(.microseconds(140 + 40)))
    #expect(bench.wait(for: radio, 0x108) == after(.microseconds(140 + 40 + 312)))
    #expect(bench.wait(for: radio, 0x10c) == after(.microseconds(140 + 40 + 312 + 24)))
    #expect(bench.wait(for: radio, 0x110) == after(.microseconds(140 + 376 + 6)))
    #expect(radio[0x550] == 0)
    #expect(!bench.fabric.service(NordicClockRequests.init).isHighFrequencyRequested)
  }

  @Test func twoMegabitsAndFastRampUpAreFaster() {
    let bench = Bench()
    let radio = radio(bench, mode: 4)
    radio[0x650] = 0x201
    radio[0x200] = 0x3
    radio[0x000] = 1
    #expect(bench.wait(for: radio, 0x100) == after(.microseconds(40)))
    // A preamble of two bytes: 48 bits of address, 384 in all.
    #expect(bench.wait(for: radio, 0x10c) == after(.microseconds(40 + 192)))
    #expect(bench.wait(for: radio, 0x110) == after(.microseconds(40 + 192 + 4)))
  }

  @Test func aReceiverHearsNothingUntilItIsDisabled() {
    let bench = Bench()
    let radio = radio(bench)
    radio[0x200] = 1
    radio[0x004] = 1
    #expect(bench.wait(for: radio, 0x158) == after(.microseconds(140)))
    #expect(radio[0x550] == 3)
    bench.advance(.milliseconds(10))
    #expect(radio[0x104] == 0)
    radio[0x014] = 1
    bench.advance(.microseconds(1))
    #expect(radio[0x11c] == 1)
    #expect(radio[0x548] == 127)
    radio[0x010] = 1
    bench.advance(.zero)
    #expect(radio[0x110] == 1)
  }

  @Test(arguments: [
    (UInt32(8), "tx-p8dbm"), (4, "tx-p8dbm"), (0, "tx-0dbm"), (0xf4, "tx-0dbm"),
    (0xd8, "tx-m40dbm"),
  ])
  func currentIsLoggedByItsPower(power: UInt32, state: String) {
    let bench = Bench()
    let radio = radio(bench)
    radio[0x50c] = power
    radio[0x200] = 0x3
    bench.advance(.microseconds(100))
    radio[0x000] = 1
    _ = bench.wait(for: radio, 0x110)
    bench.advance(.microseconds(50))
    let times = bench.fabric.power.residencies().map { row in
      "\(row.states.first { $0.consumer == "RADIO" }!.state) \(row.time.picoseconds / 1_000_000)"
    }
    // Off before and after are the same joint state only while the clocks agree.
    #expect(times.contains("\(state) 522"))
  }

  @Test func stopEndsAPacketWithoutItsEnd() {
    let bench = Bench()
    let radio = radio(bench)
    radio[0x200] = 1
    radio[0x000] = 1
    bench.advance(.microseconds(200))
    #expect(radio[0x104] == 1)
    radio[0x00c] = 1
    bench.advance(.milliseconds(1))
    #expect(radio[0x10c] == 0)
    #expect(radio[0x550] == 10)
    radio[0x008] = 1
    #expect(radio[0x550] == 11)
  }

  @Test func theBitCounterMatchesAfterTheAddress() {
    let bench = Bench()
    let radio = radio(bench)
    radio[0x200] = 1 | 1 << 6
    radio[0x560] = 16
    radio[0x000] = 1
    #expect(bench.wait(for: radio, 0x128) == after(.microseconds(140 + 40 + 16)))
  }

  @Test func withoutTheCrystalOrItsPacketItIsAFinding() {
    let bench = Bench()
    let radio = radio(bench)
    bench.fabric.service(NordicClockRequests.init).setCrystal(running: false)
    radio[0x504] = 0
    radio[0x200] = 1
    radio[0x000] = 1
    _ = bench.wait(for: radio, 0x10c)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["no-crystal", "bus-error"])
    radio[0xffc] = 0
    radio[0x000] = 1
    #expect(radio[0x550] == 0)
  }

  /// The packet's length on the air is the sum of its fields.
  @Test(arguments: 0..<200)
  func everyPacketIsTheSumOfItsFields(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let radio = radio(bench)
    let s0 = Int64.random(in: 0...1, using: &random)
    let s1 = Int64.random(in: 0...8, using: &random)
    let statics = Int64.random(in: 0...20, using: &random)
    let base = Int64.random(in: 2...4, using: &random)
    let crc = Int64.random(in: 0...3, using: &random)
    let payload = Int64.random(in: 0...200, using: &random)
    radio[0x514] = 8 | UInt32(s0) << 8 | UInt32(s1) << 16
    radio[0x518] = 255 | UInt32(statics) << 8 | UInt32(base) << 16
    radio[0x534] = UInt32(crc)
    bench.memory.bytes[Int(s0)] = UInt8(payload)
    radio[0x200] = 1
    radio[0x000] = 1
    let bits = 8 + 8 * (base + 1) + 8 * s0 + 8 + s1 + 8 * (payload + statics) + 8 * crc
    #expect(bench.wait(for: radio, 0x10c) == after(.microseconds(140 + bits)))
  }
}
