import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct SerialTests {
  /// UARTE0 at 115,200 baud with its pins set, ready to send.
  private func uarte(_ bench: Bench, line: InterruptLine = InterruptLine(number: 2)) -> Device {
    let uart = bench.device("nordic-uarte", "UARTE0", base: 0x4000_2000, lines: [line])
    uart[0x50c] = 6
    uart[0x514] = 8
    uart[0x524] = 0x01d6_0000
    uart[0x500] = 8
    return uart
  }

  @Test func aTransferTakesTenBitsAByteAtTheRateThatTheRegisterReallyGives() {
    let bench = Bench()
    let uart = uarte(bench)
    bench.memory.bytes.replaceSubrange(0x100..<0x103, with: [0x41, 0x42, 0x43])
    uart[0x544] = 0x2000_0100
    uart[0x548] = 3
    uart[0x008] = 1
    #expect(uart[0x150] == 1)
    // 16 MHz / 139: a bit is 139 periods of 62.5 ns.
    let frame: Int64 = 10 * 139 * 62_500
    #expect(bench.wait(for: uart, 0x120) == Instant(picoseconds: 3 * frame))
    #expect(bench.transmitted.map(\.byte) == [0x41, 0x42, 0x43])
    #expect(bench.transmitted.map(\.at.picoseconds) == [frame, 2 * frame, 3 * frame])
    #expect(uart[0x54c] == 3)
  }

  @Test func parityAndASecondStopBitLengthenTheFrame() {
    let bench = Bench()
    let uart = uarte(bench)
    uart[0x524] = 0x1000_0000
    uart[0x56c] = 0x1e
    uart[0x544] = 0x2000_0000
    uart[0x548] = 1
    uart[0x008] = 1
    #expect(bench.wait(for: uart, 0x120) == after(.microseconds(12)))
  }

  @Test func theReceiverFillsItsBufferAndTheShortStartsTheNextOne() {
    let bench = Bench()
    let uart = uarte(bench)
    uart[0x524] = 0x1000_0000
    uart[0x200] = 1 << 5
    uart[0x534] = 0x2000_0200
    uart[0x538] = 2
    uart[0x000] = 1
    uart[0x534] = 0x2000_0300
    (uart.peripheral as! any SerialPort).receive([1, 2, 3, 4, 5])
    bench.advance(.microseconds(40))
    #expect(uart[0x110] == 1)
    #expect(Array(bench.memory.bytes[0x200..<0x202]) == [1, 2])
    #expect(Array(bench.memory.bytes[0x300..<0x302]) == [3, 4])
    #expect(uart[0x53c] == 2)
  }

  @Test func stopRaisesEndAndThenTheTimeoutAfterFourFrames() {
    let bench = Bench()
    let uart = uarte(bench)
    uart[0x524] = 0x1000_0000
    uart[0x534] = 0x2000_0200
    uart[0x538] = 20
    uart[0x000] = 1
    (uart.peripheral as! any SerialPort).receive([7])
    bench.advance(.microseconds(15))
    uart[0x004] = 1
    #expect(uart[0x110] == 1)
    #expect(uart[0x53c] == 1)
    #expect(bench.wait(for: uart, 0x144) == after(.microseconds(55)))
  }

  @Test func anEnabledEventRaisesTheInterruptUntilItIsCleared() {
    let bench = Bench()
    let line = InterruptLine(number: 2)
    let uart = uarte(bench, line: line)
    uart[0x304] = 1 << 8
    uart[0x544] = 0x2000_0000
    uart[0x548] = 1
    uart[0x008] = 1
    #expect(!line.level)
    bench.advance(.milliseconds(1))
    #expect(line.level)
    uart[0x120] = 0
    #expect(!line.level)
  }

  @Test func sendingFromFlashIsABusError() {
    let bench = Bench()
    let uart = uarte(bench)
    uart[0x544] = 0x0001_0000
    uart[0x548] = 1
    uart[0x008] = 1
    bench.advance(.milliseconds(1))
    #expect(bench.fabric.findings.entries.map(\.kind) == ["bus-error"])
  }

  @Test func theOlderUARTSendsWhatIsWrittenToItsRegister() {
    let bench = Bench()
    let uart = uarte(bench)
    uart[0x500] = 4
    uart[0x524] = 0x1000_0000
    uart[0x008] = 1
    uart[0x51c] = 0x5a
    #expect(bench.wait(for: uart, 0x11c) == after(.microseconds(10)))
    #expect(bench.transmitted.map(\.byte) == [0x5a])
  }

  @Test func theCMSDKUARTSendsAtOnceAndInterrupts() {
    let bench = Bench()
    let lines = (0..<3).map(InterruptLine.init(number:))
    let uart = bench.device("cmsdk-uart", "UART0", base: 0x4000_4000, lines: lines)
    uart[0x010] = 16
    uart[0x008] = 0x5
    uart[0x000] = 0x48
    #expect(bench.transmitted.map(\.byte) == [0x48])
    #expect(lines[1].level)
    #expect(uart[0x004] == 0)
    uart[0x00c] = 1
    #expect(!lines[1].level)
  }

  @Test func theCMSDKUARTTakesInputOneByteAtATime() {
    let bench = Bench()
    let lines = (0..<3).map(InterruptLine.init(number:))
    let uart = bench.device("cmsdk-uart", "UART0", base: 0x4000_4000, lines: lines)
    (uart.peripheral as! any SerialPort).receive([1, 2])
    #expect(uart[0x004] == 0)
    uart[0x008] = 0xa
    #expect(uart[0x004] == 2)
    #expect(lines[0].level)
    uart[0x00c] = 2
    #expect(uart[0x000] == 1)
    #expect(uart[0x000] == 2)
    #expect(uart[0x004] == 0)
  }

  @Test func theCMSDKUARTHoldsAByteThatIsWrittenWhileItIsOff() {
    let bench = Bench()
    let uart = bench.device("cmsdk-uart", "UART0", base: 0x4000_4000)
    uart[0x000] = 1
    #expect(uart[0x004] == 1)
    uart[0x000] = 2
    #expect(uart[0x004] == 5)
    #expect(bench.transmitted.isEmpty)
  }

  @Test func everyCMSDKDeviceNamesItself() {
    let bench = Bench()
    let uart = bench.device("cmsdk-uart", "UART0", base: 0x4000_4000)
    let identity = stride(from: UInt32(0xfd0), through: 0xffc, by: 4).map { uart[$0] }
    #expect(identity == [4, 0, 0, 0, 0x21, 0xb8, 0x1b, 0, 0x0d, 0xf0, 0x05, 0xb1])
  }
}
