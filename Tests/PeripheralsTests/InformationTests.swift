import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct InformationTests {
  @Test func theCacheCountersFollowTheRunWhileProfilingIsOn() {
    let bench = Bench()
    let nvmc = bench.device("nordic-nvmc", "NVMC", base: 0x4001_e000)
    let timing = bench.fabric.timing(ofMemory: "flash")
    var hits: UInt64 = 100
    timing.hits = { hits }
    nvmc[0x540] = 1
    #expect(timing.setting.cachesInstructions)
    hits = 150
    #expect(nvmc[0x548] == 0)
    nvmc[0x540] = 0x101
    hits = 175
    #expect(nvmc[0x548] == 25)
    nvmc[0x548] = 0
    hits = 180
    #expect(nvmc[0x548] == 5)
    nvmc[0x540] = 1
    hits = 500
    #expect(nvmc[0x548] == 5)
    #expect(nvmc[0x400] == 1)
  }

  @Test func userInformationIsWrittenLikeFlash() {
    let bench = Bench()
    let nvmc = bench.device("nordic-nvmc", "NVMC", base: 0x4001_e000)
    let uicr = bench.device("nordic-uicr", "UICR", base: 0x1000_1000)
    uicr[0x080] = 0
    #expect(uicr[0x080] == .max)
    nvmc[0x504] = 1
    uicr[0x080] = 0xf0f0_f0f0
    uicr[0x080] = 0xffff_0000
    #expect(uicr[0x080] == 0xf0f0_0000)
    #expect(uicr.peripheral.read(0x100) == nil)
  }

  @Test func factoryInformationNamesTheChip() {
    let ficr = Bench().device("nordic-ficr", "FICR", base: 0x1000_0000)
    #expect(ficr[0x100] == 0x52840)
    #expect(ficr[0x010] * ficr[0x014] == 1 << 20)
    #expect(!ficr.peripheral.write(0x100, 0))
  }

  @Test func theROMTableAgreesWithTheFactoryInformation() {
    let ficr = Bench().device("nordic-ficr", "FICR", base: 0x1000_0000)
    let table = Bench().device("nordic-rom-table", "ROMTABLE", base: 0xf000_0000)
    #expect(table[0xfe0] & 0xff == ficr[0x130])
    #expect(table[0xfe4] & 0xf == 0)
    #expect(table[0xfe8] >> 4 & 0xf == ficr[0x134])
    #expect(table.peripheral.read(0xfcc) == nil)
    #expect(!table.peripheral.write(0xfe0, 0))
  }

  @Test func theThermometerTakesThirtySixMicroseconds() {
    let bench = Bench()
    let temp = bench.device(
      "nordic-temp", "TEMP", base: 0x4000_c000, parameters: ["temperature-quarters": -9])
    temp[0x000] = 1
    #expect(bench.wait(for: temp, 0x100) == after(.microseconds(36)))
    #expect(temp[0x508] == 0xffff_fff7)
  }

  @Test func startUpCodeCopiesTheThermometersTrim() {
    let bench = Bench()
    let ficr = bench.device("nordic-ficr", "FICR", base: 0x1000_0000)
    let temp = bench.device("nordic-temp", "TEMP", base: 0x4000_c000)
    #expect(temp[0x520] == 0x326)
    for (from, to) in zip(stride(from: UInt32(0x404), through: 0x418, by: 4), 0..<6) {
      temp[0x520 + UInt32(to) * 4] = ficr[from]
    }
    #expect(temp[0x534] == 0xffff_ffff)
    temp.peripheral.reset()
    #expect(temp[0x534] == 0x5a3)
  }

  @Test func randomBytesComeAtTheirRateAndRepeat() {
    let first = Bench()
    let second = Bench()
    let values = [first, second].map { bench in
      let rng = bench.device("nordic-rng", "RNG", base: 0x4000_d000)
      rng[0x504] = 1
      rng[0x000] = 1
      return (0..<8).map { _ in
        _ = bench.wait(for: rng, 0x100)
        rng[0x100] = 0
        return rng[0x508]
      }
    }
    #expect(values[0] == values[1])
    #expect(Set(values[0]).count > 4)
    #expect(first.now == after(.microseconds(128 + 8 * 120)))
  }

  @Test func everyNameInTheCatalogMakesADevice() {
    #expect(PeripheralCatalog.names == PeripheralCatalog.names.sorted())
    for name in PeripheralCatalog.names {
      let bench = Bench()
      let context = PeripheralContext(name: "X", base: Address(0x4000_0000), fabric: bench.fabric)
      let device = PeripheralCatalog.make(name, context)
      #expect(device != nil)
      // Memory, and a FIFO that each address of its window leads to.
      if !["rp2040-banks", "rp2040-xip-aux"].contains(name) {
        #expect(device?.read(0xabc) == nil)
        #expect(device?.write(0xabc, 1) == false)
      }
      device?.reset()
    }
    let context = PeripheralContext(
      name: "X", base: Address(0x4000_0000), fabric: Bench().fabric)
    #expect(PeripheralCatalog.make("nordic-toaster", context) == nil)
  }

  /// Nothing that firmware writes may trap or hang.
  @Test(arguments: 0..<200)
  func noSequenceOfAccessesCrashesADevice(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let names = PeripheralCatalog.names
    let name = names[seed % names.count]
    let context = PeripheralContext(
      name: "X", base: Address(0x4000_8000), interrupts: [InterruptLine(number: 1)],
      fabric: bench.fabric)
    guard let device = PeripheralCatalog.make(name, context) else { return }
    for _ in 0..<400 {
      let offset = UInt32.random(in: 0..<0x400, using: &random) * 4
      let value =
        Bool.random(using: &random)
        ? UInt32.random(in: 0...16, using: &random) : UInt32.random(in: 0...(.max), using: &random)
      _ = device.write(offset, value)
      _ = device.read(offset)
      _ = device.readNarrow(offset + 1, .byte)
      _ = device.writeNarrow(offset + 2, value, .halfword)
      if Int.random(in: 0..<8, using: &random) == 0 { bench.advance(.microseconds(50)) }
    }
    device.reset()
    #expect(bench.now < after(.seconds(1)))
  }
}

@Suite struct FlashTests {
  private func controller(_ bench: Bench) -> (Device, FlashControl) {
    let nvmc = bench.device(
      "nordic-nvmc", "NVMC", base: 0x4001_e000, parameters: ["flash-kib": 64])
    return (nvmc, bench.fabric.service(FlashControl.init))
  }

  @Test func aWordIsWrittenInFortyOneMicroseconds() {
    let bench = Bench()
    let (nvmc, flash) = controller(bench)
    #expect(flash.store(Address(0x1000), 0x1234) == nil)
    nvmc[0x504] = 1
    #expect(flash.store(Address(0x1000), 0x0f0f_1234) == .microseconds(41))
    #expect(nvmc[0x400] == 0)
    #expect(Array(bench.memory.flash[0x1000..<0x1004]) == [0x34, 0x12, 0x0f, 0x0f])
    // A second write waits for the first, and only clears bits.
    #expect(flash.store(Address(0x1000), 0x00ff_ffff) == .microseconds(82))
    #expect(Array(bench.memory.flash[0x1000..<0x1004]) == [0x34, 0x12, 0x0f, 0])
    bench.advance(.microseconds(82))
    #expect(nvmc[0x400] == 1)
    #expect(flash.store(Address(0x1002), 0) == nil)
    #expect(flash.store(Address(0x10_0000), 0) == nil)
    let times = bench.fabric.power.residencies().map { row in
      "\(row.states.first { $0.consumer == "NVMC" }!.state) \(row.time.picoseconds)"
    }
    #expect(times == ["active 82000000"])
  }

  @Test func aPageIsErasedInEightyFiveMilliseconds() {
    let bench = Bench()
    let (nvmc, flash) = controller(bench)
    var stalls: [Interval] = []
    flash.stall = { stalls.append($0) }
    bench.memory.flash = Array(repeating: 0, count: 0x10000)
    nvmc[0x508] = 0x2000
    #expect(bench.fabric.findings.entries.map(\.kind) == ["erase-disabled"])
    nvmc[0x504] = 2
    nvmc[0x508] = 0x2000
    #expect(stalls == [.milliseconds(85)])
    #expect(bench.memory.flash[0x2000..<0x3000].allSatisfy { $0 == 0xff })
    #expect(bench.memory.flash[0x1fff] == 0)
    #expect(bench.memory.flash[0x3000] == 0)
    bench.advance(.milliseconds(85) - Interval(picoseconds: 1))
    #expect(nvmc[0x400] == 0)
    bench.advance(Interval(picoseconds: 1))
    #expect(nvmc[0x400] == 1)
  }

  @Test func partialErasesAddUpToAWholeOne() {
    let bench = Bench()
    let (nvmc, _) = controller(bench)
    bench.memory.flash = Array(repeating: 0, count: 0x10000)
    nvmc[0x504] = 2
    nvmc[0x51c] = 10
    for part in 1...9 {
      nvmc[0x518] = 0x4000
      bench.advance(.milliseconds(10))
      #expect(nvmc[0x400] == 1)
      #expect(bench.memory.flash[0x4000] == (part < 9 ? 0 : 0xff))
    }
  }

  @Test func erasingEverythingErasesTheUserInformation() {
    let bench = Bench()
    let (nvmc, flash) = controller(bench)
    let uicr = bench.device("nordic-uicr", "UICR", base: 0x1000_1000)
    nvmc[0x504] = 1
    uicr[0x080] = 0x1234
    _ = flash.store(Address(0x5000), 0)
    bench.advance(.microseconds(41))
    nvmc[0x504] = 2
    nvmc[0x50c] = 1
    #expect(uicr[0x080] == .max)
    #expect(bench.memory.flash.allSatisfy { $0 == 0xff })
    bench.advance(.milliseconds(169))
    #expect(nvmc[0x400] == 1)
  }

  @Test func systemOffWithoutAWakeUpSourceEndsTheRun() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    _ = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    power[0x500] = 1
    #expect(bench.fabric.isSwitchedOff)
    #expect(bench.fabric.stopReason == .switchedOff)
  }

  @Test func memoryThatSystemOffDoesNotRetainIsLost() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    bench.fabric.pins["P0.11"].drive("button", true)
    port[0x700 + 4 * 11] = 3 << 16
    for address in [0x0, 0xfff, 0x1000, 0x2000, 0x1_0000, 0x1_8000] {
      bench.memory.bytes[address] = 0x11
    }
    // Retained: the first section of RAM0, the second of RAM8.
    power[0x904] = 1 << 16
    power[0x984] = 2 << 16
    power[0x500] = 1
    #expect(bench.memory.bytes[0x1000] == 0x11)
    bench.fabric.pins["P0.11"].drive("button", false)
    power.peripheral.reset()
    let left = [0x0, 0xfff, 0x1000, 0x2000, 0x1_0000, 0x1_8000].map { bench.memory.bytes[$0] }
    #expect(left == [0x11, 0x11, 0xa5, 0xa5, 0xa5, 0x11])
    #expect(power[0x900] == 0xffff)
    let states = bench.fabric.power.residencies().flatMap(\.states)
    #expect(states.isEmpty || states.contains { $0 == ("ram", "on") })
  }

  @Test func aSectionWithoutSupplyForgets() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    bench.memory.bytes[0x2000] = 0x22
    bench.memory.bytes[0x3000] = 0x33
    power[0x918] = 2
    #expect(bench.memory.bytes[0x2000] == 0x22)
    #expect(bench.memory.bytes[0x3000] == 0xa5)
  }

  @Test func aSensedPinWakesTheChipByAReset() {
    let bench = Bench()
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    bench.fabric.pins["P0.11"].drive("button", true)
    port[0x700 + 4 * 11] = 3 << 16
    power[0x500] = 1
    #expect(bench.fabric.stopReason == nil)
    #expect(!bench.fabric.resetRequested)
    bench.fabric.pins["P0.11"].drive("button", false)
    #expect(bench.fabric.resetRequested)
    power.peripheral.reset()
    #expect(power[0x400] == 1 << 16)
    #expect(!bench.fabric.isSwitchedOff)
  }
}
