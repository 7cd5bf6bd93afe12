import Simulation
import Testing
import Units

@testable import Peripherals

/// The blocks of an RP2040, with the test as firmware.
@Suite struct RP2040Tests {
  /// Clocks at 12 MHz from the crystal, 125 MHz from PLL_SYS and the tick at 1 MHz, as firmware sets them.
  private final class Chip {
    let bench = Bench()
    let resets, clocks, crystal, pll, watchdog: Device

    init() {
      bench.fabric.oscillators["rosc"] = Oscillator(frequency: Hertz(6_500_000))
      bench.fabric.oscillators["xosc"] = Oscillator(frequency: Hertz(12_000_000))
      resets = bench.device("rp2040-resets", "RESETS", base: 0x4000_c000)
      clocks = bench.device("rp2040-clocks", "CLOCKS", base: 0x4000_8000)
      crystal = bench.device("rp2040-xosc", "XOSC", base: 0x4002_4000)
      pll = bench.device(
        "rp2040-pll", "PLL_SYS", base: 0x4002_8000, parameters: ["reset-bit": 12, "lock-us": 40])
      watchdog = bench.device("rp2040-watchdog", "WATCHDOG", base: 0x4005_8000)
    }

    func start() {
      crystal[0x0c] = 47
      crystal[0x00] = 0xfab_aa0
      bench.advance(.milliseconds(2))
      clocks[0x30] = 2
      resets[0x3000] = 1 << 12
      pll[0x08] = 125
      pll[0x3004] = 0x21
      bench.advance(.microseconds(40))
      pll[0x0c] = 6 << 16 | 2 << 12
      pll[0x3004] = 0x08
      clocks[0x3c] = 1
      clocks[0x48] = 1 << 11
      watchdog[0x2c] = 12 | 1 << 9
    }
  }

  @Test func `each register has views that set, clear and flip its bits`() {
    let bench = Bench()
    let device = bench.device("rp2040-syscfg", "SYSCFG", base: 0x4000_4000)
    device[0x0c] = 0b0011
    device[0x100c] = 0b0110
    #expect(device[0x0c] == 0b0101)
    device[0x200c] = 0b1000
    #expect(device[0x0c] == 0b1101)
    device[0x300c] = 0b0001
    #expect(device[0x0c] == 0b1100)
    #expect(device[0x200c] == 0b1100)
    #expect(device.peripheral.writeNarrow(0x0c, 0xa5, .byte))
    #expect(device[0x0c] == 0xa5a5_a5a5)
  }

  @Test func `a block in reset reads zero, takes nothing, and comes out of it anew`() {
    let bench = Bench()
    let resets = bench.device("rp2040-resets", "RESETS", base: 0x4000_c000)
    let timer = bench.device(
      "rp2040-timer", "TIMER", base: 0x4005_4000, parameters: ["reset-bit": 21])
    timer[0x38] = 1
    #expect(timer[0x38] == 0)
    #expect(bench.fabric.findings.entries.map(\.kind) == ["held-in-reset"])
    #expect(resets[0x08] == 0)
    resets[0x3000] = 1 << 21
    #expect(resets[0x08] == 1 << 21)
    timer[0x38] = 1
    #expect(timer[0x38] == 1)
    resets[0x2000] = 1 << 21
    resets[0x3000] = 1 << 21
    #expect(timer[0x38] == 0)
  }

  @Test func `clocks follow crystal, PLL and dividers`() {
    let chip = Chip()
    #expect(chip.bench.fabric.coreClock.frequency == Hertz(6_500_000))
    chip.start()
    #expect(chip.bench.fabric.coreClock.frequency == Hertz(125_000_000))
    #expect(chip.bench.fabric.clock("clk-peri").frequency == Hertz(125_000_000))
    #expect(chip.clocks[0x44] == 2)
    #expect(chip.clocks[0x38] == 4)
    chip.clocks[0x40] = 0x280
    #expect(chip.bench.fabric.coreClock.frequency == Hertz(50_000_000))
    // Its frequency counter: kilohertz, five bits of fraction.
    chip.clocks[0x94] = 9
    #expect(chip.clocks[0x9c] == 50_000 << 5)
    #expect(chip.bench.fabric.findings.entries.isEmpty)
    // A PLL that stops leaves the core on a dead clock.
    chip.pll[0x2004] = 1
    #expect(chip.bench.fabric.findings.entries.map(\.kind) == ["no-clock"])
  }

  @Test func `a crystal is stable when it has counted`() {
    let chip = Chip()
    chip.crystal[0x0c] = 47
    chip.crystal[0x00] = 0xfab_aa0
    #expect(chip.crystal[0x04] == 1 << 12)
    // 47 * 256 cycles of 12 MHz.
    chip.bench.advance(.microseconds(1002))
    #expect(chip.crystal[0x04] >> 31 == 0)
    chip.bench.advance(.microseconds(1))
    #expect(chip.crystal[0x04] >> 31 == 1)
  }

  @Test func `alarms come at their microsecond`() {
    let chip = Chip()
    let lines = (0..<4).map { InterruptLine(number: $0) }
    let timer = chip.bench.device("rp2040-timer", "TIMER", base: 0x4005_4000, lines: lines)
    chip.start()
    let start = timer[0x28]
    chip.bench.advance(.microseconds(250))
    #expect(timer[0x28] - start == 250)
    timer[0x38] = 0b100
    timer[0x18] = timer[0x28] + 1000
    #expect(timer[0x20] == 0b100)
    chip.bench.advance(.microseconds(999))
    #expect(!lines[2].level)
    chip.bench.advance(.microseconds(1))
    #expect(lines[2].level && timer[0x20] == 0 && timer[0x40] == 0b100)
    // A one clears, whichever view it is written through.
    timer[0x3034] = 0b100
    #expect(!lines[2].level)
    // An alarm that was disarmed does not come.
    timer[0x10] = timer[0x28] + 5
    timer[0x20] = 1
    chip.bench.advance(.microseconds(10))
    #expect(timer[0x34] == 0)
  }

  @Test func `64 bits are written low half first and read with the high half latched`() {
    let chip = Chip()
    let timer = chip.bench.device("rp2040-timer", "TIMER", base: 0x4005_4000)
    chip.start()
    timer[0x04] = 0xffff_ffff
    timer[0x00] = 6
    #expect(timer[0x0c] == 0xffff_ffff)
    chip.bench.advance(.microseconds(1))
    #expect(timer[0x08] == 6)
    #expect(timer[0x0c] == 0)
    #expect(timer[0x08] == 7)
  }

  @Test func `the watchdog falls by two a tick, resets, and keeps its words`() {
    let chip = Chip()
    chip.start()
    chip.watchdog[0x0c] = 0x1234
    chip.watchdog[0x04] = 2000
    chip.watchdog[0x00] = 1 << 30
    chip.bench.advance(.microseconds(999))
    #expect(!chip.bench.fabric.resetRequested)
    #expect(chip.watchdog[0x00] & 0xff_ffff == 2)
    chip.bench.advance(.microseconds(1))
    #expect(chip.bench.fabric.resetRequested)
    chip.watchdog.peripheral.reset()
    #expect(chip.watchdog[0x08] == 1)
    #expect(chip.watchdog[0x0c] == 0x1234)
  }

  @Test func `pins show what SIO drives, and edges interrupt`() {
    let bench = Bench()
    let line = InterruptLine(number: 13)
    let bank = bench.device("rp2040-io-bank", "IO_BANK0", base: 0x4001_4000, lines: [line])
    let sio = bench.device("rp2040-sio", "SIO", base: 0xd000_0000)
    sio[0x24] = 1 << 25
    sio[0x14] = 1 << 25
    #expect(!bench.fabric.pins["GPIO25"].isDriven, "no function is chosen")
    bank[0xcc] = 5
    #expect(bench.fabric.pins["GPIO25"].level)
    #expect(sio[0x04] >> 25 & 1 == 1)
    // OUTOVER inverts.
    bank[0xcc] = 5 | 1 << 8
    #expect(!bench.fabric.pins["GPIO25"].level)
    // A rising edge at pin 3.
    bank[0x100] = 8 << 12
    bench.fabric.pins["GPIO3"].drive("button", true)
    #expect(line.level && bank[0x120] == 8 << 12)
    bank[0xf0] = 8 << 12
    #expect(!line.level)
  }

  @Test(arguments: 0..<50) func `the divider divides`(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let sio = bench.device("rp2040-sio", "SIO", base: 0xd000_0000)
    let (a, b) = (
      UInt32.random(in: 0...(.max), using: &random), UInt32.random(in: 1...9999, using: &random)
    )
    sio[0x60] = a
    sio[0x64] = b
    #expect(sio[0x78] == 2, "dirty, not ready")
    bench.advance(bench.fabric.coreClock.duration(ofTicks: 8))
    #expect(sio[0x78] == 3)
    #expect(sio[0x74] == a % b)
    #expect(sio[0x70] == a / b)
    #expect(sio[0x78] == 1)
    sio[0x68] = a
    sio[0x6c] = 0
    #expect(sio[0x70] == (Int32(bitPattern: a) < 0 ? 1 : .max))
    #expect(bench.fabric.findings.entries.map(\.kind) == ["read-early"])
  }

  @Test func `the banks show every fourth word of the striped memory`() {
    let bench = Bench()
    let banks = bench.device("rp2040-banks", "SRAM_BANKS", base: 0x2100_0000)
    for word in 0..<8 { bench.memory.bytes[4 * word] = UInt8(word) }
    #expect((0..<4).map { banks[0x10000 * $0] } == [0, 1, 2, 3])
    #expect((0..<4).map { banks[0x10000 * $0 + 4] } == [4, 5, 6, 7])
    #expect(banks.peripheral.writeNarrow(0x3_0007, 0xab, .byte))
    #expect(bench.memory.bytes[31] == 0xab)
  }

  @Test func `a lock is had once`() {
    let sio = Bench().device("rp2040-sio", "SIO", base: 0xd000_0000)
    #expect(sio[0x110] == 1 << 4)
    #expect(sio[0x110] == 0)
    #expect(sio[0x5c] == 1 << 4)
    sio[0x110] = 1
    #expect(sio[0x110] == 1 << 4)
  }

  /// Figures as pico-examples' hello_interp says them.
  @Test func `interpolators shift, mask, cross, blend and clamp`() {
    let sio = Bench().device("rp2040-sio", "SIO", base: 0xd000_0000)
    let whole: UInt32 = 31 << 10
    sio[0xac] = whole
    sio[0x88] = 9
    #expect((0..<3).map { _ in sio[0x94] } == [9, 18, 27])
    sio[0x80] = 0x1234_abcd
    sio[0xac] = 4 << 5 | 7 << 10 | 1 << 15
    #expect(sio[0xb4] == 0xffff_ffc0)
    // Each lane's result goes into the other's accumulator.
    (sio[0xac], sio[0xb0]) = (whole | 1 << 17, whole | 1 << 17)
    (sio[0x80], sio[0x84], sio[0x88], sio[0x8c]) = (123, 456, 1, 0)
    #expect([sio[0xa0], sio[0x98], sio[0xa0], sio[0x98]] == [124, 456, 457, 124])
    (sio[0xac], sio[0xb0]) = (whole | 1 << 21, whole)
    (sio[0x88], sio[0x8c], sio[0x84]) = (500, 1000, 127)
    #expect(sio[0xa4] == 748)
    (sio[0x84], sio[0xbc]) = (128, 0x3000_5000)
    #expect(sio[0xa4] == 0x4000)
    sio[0xbc] = 0xe000_f000
    #expect(sio[0xa4] == 0xe800)
    sio[0xb0] = whole | 1 << 15
    sio[0xbc] = 0xe000_f000
    #expect(sio[0xa4] == 0xffff_e800)
    // The second one clamps.
    sio[0xec] = 2 | 29 << 10 | 1 << 15 | 1 << 22
    (sio[0xc8], sio[0xcc]) = (0, 255)
    let clamped = [-1024, 256, 1024].map { (value: Int32) -> UInt32 in
      sio[0xc0] = UInt32(bitPattern: value)
      return sio[0xe0]
    }
    #expect(clamped == [0, 64, 255])
  }

  @Test func `the UART sends and receives in its frames' times`() {
    let bench = Bench()
    let clock = ClockSignal(frequency: Hertz(16_000_000))
    let line = InterruptLine(number: 20)
    let uart = bench.device(
      "rp2040-uart", "UART0", base: 0x4003_4000, lines: [line], clock: clock)
    uart[0x24] = 10
    uart[0x2c] = 3 << 5 | 1 << 4
    uart[0x30] = 0x301
    uart[0x00] = 0x41
    #expect(uart[0x18] & 1 << 3 != 0)
    bench.advance(.microseconds(100))
    #expect(bench.transmitted.map(\.byte) == [0x41])
    #expect(uart[0x18] & 1 << 3 == 0)
    // One byte is below the level: its interrupt is the silence's, 32 bits later.
    uart[0x38] = 1 << 4 | 1 << 6
    (uart.peripheral as? any SerialPort)?.receive([0x42])
    bench.advance(.microseconds(419))
    #expect(!line.level)
    bench.advance(.microseconds(1))
    #expect(line.level && uart[0x40] == 1 << 6)
    #expect(uart[0x00] == 0x42)
    #expect(!line.level)
  }
}
