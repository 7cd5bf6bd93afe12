import Simulation
import Testing
import Units

@testable import Peripherals

/// Targets that hold the clock, and the first I2C's last byte by DMA.
@Suite struct STM32I2CFaultTests {
  private final class SlowTarget: I2CTarget {
    var stretch = Interval.zero
    var next: UInt8 = 0x10
    var stops = 0
    var written: [UInt8] = []

    func start(_ direction: I2CDirection) -> Bool { true }
    func receive(_ byte: UInt8) -> Bool {
      written.append(byte)
      return true
    }
    func transmit() -> UInt8 {
      defer { next += 1 }
      return next
    }
    func stop() { stops += 1 }
  }

  private let bench = Bench()
  private let target = SlowTarget()

  init() { bench.fabric.i2c("I2C1").attach(target, address: 0x6b) }

  /// How long a write of two bytes takes on the second I2C at 400 kHz from 16 MHz.
  private func secondVersion() -> Interval {
    let controller = bench.device(
      "stm32-i2c", "I2C1", base: 0, clock: ClockSignal(frequency: Hertz(16_000_000)))
    controller[0x10] = 17 | 17 << 8
    controller[0x00] = 1
    let start = bench.now
    controller[0x04] = 0x6b << 1 | 2 << 16 | 1 << 13 | 1 << 25
    for byte in [UInt32(1), 2] {
      while controller[0x18] & 2 == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
      controller[0x28] = byte
    }
    while controller[0x18] & 0x20 == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
    return bench.now - start
  }

  @Test func `the second I2C keeps TIMINGR's bit time and waits for a target's clock`() {
    let quick = secondVersion()
    // (18 + 18) + 4 clocks a bit; START and address ten, two bytes of nine, STOP.
    #expect(quick == .nanoseconds(2_500) * 29)
    target.stretch = .microseconds(200)
    #expect(secondVersion() - quick == .microseconds(400))
    #expect(target.written == [1, 2, 1, 2])
  }

  /// A driver that asks for the next transfer while the last byte, or its STOP, is under way.
  @Test(arguments: [false, true]) func `a START that comes early waits for the transfer before`(
    sendsStop: Bool
  ) {
    let controller = bench.device(
      "stm32-i2c", "I2C1", base: 0, clock: ClockSignal(frequency: Hertz(16_000_000)))
    controller[0x10] = 17 | 17 << 8
    controller[0x00] = 1
    controller[0x04] = 0x6b << 1 | 2 << 16 | 1 << 13 | (sendsStop ? 1 << 25 : 0)
    for byte in [UInt32(1), 2] {
      while controller[0x18] & 2 == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
      controller[0x28] = byte
    }
    controller[0x04] = 0x6b << 1 | 1 << 16 | 1 << 13 | (sendsStop ? 1 << 25 : 0)
    #expect(target.written.count < 2)
    while controller[0x18] & 2 == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
    #expect(target.written == [1, 2])
    #expect(target.stops == (sendsStop ? 1 : 0))
    #expect(controller[0x04] >> 13 & 1 == 0)
    controller[0x28] = 3
    bench.advance(.microseconds(100))
    #expect(target.written == [1, 2, 3])
    #expect(controller[0x18] & 0x60 == (sendsStop ? 0x20 : 0x40))
  }

  @Test(arguments: [1, 2, 3, 12]) func `with LAST the first I2C ends a read by DMA by itself`(
    count: UInt32
  ) {
    let controller = bench.device("stm32-i2c-first", "I2C1", base: 0x4000_5400)
    let dma = bench.device(
      "stm32-dma-streams", "DMA1", base: 0x4002_6000, parameters: ["I2C1_RX": 1])
    let map = DeviceMap(controller, at: 0x4000_5400)
    bench.fabric.devices = map
    dma[0x14] = count
    dma[0x18] = 0x4000_5410
    dma[0x1c] = 0x2000_0000
    controller[0x1c] = 40
    controller[0x04] = 16 | 1 << 11 | 1 << 12
    controller[0x00] = 1 | 1 << 10
    controller[0x00] = 1 | 1 << 10 | 1 << 8
    wait(controller, 1)
    controller[0x10] = 0x6b << 1 | 1
    wait(controller, 2)
    dma[0x10] = 1 << 25 | 1 << 10 | 1
    _ = controller[0x18]
    while dma[0x00] & 0x20 == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
    controller[0x00] = controller[0x00] | 1 << 9
    bench.advance(.milliseconds(1))
    let bytes = (0..<Int(count) + 1).map { bench.memory.bytes[$0] }
    #expect(bytes == (0..<UInt8(count)).map { 0x10 + $0 } + [0])
    #expect(target.next == 0x10 + UInt8(count), "not one byte too many")
    #expect(target.stops == 1)
  }

  private func wait(_ controller: Device, _ flag: UInt32) {
    while controller[0x14] & flag == 0 { bench.scheduler.advance(to: bench.scheduler.next) }
  }

  /// One device's registers as DMA reaches them.
  private final class DeviceMap: DeviceRegisters {
    private let device: Device
    private let base: UInt32

    init(_ device: Device, at base: UInt32) { (self.device, self.base) = (device, base) }

    func read(_ address: Address, _ width: AccessWidth) -> UInt32? {
      device.peripheral.readNarrow(address.value - base, width)
    }

    func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool {
      device.peripheral.writeNarrow(address.value - base, value, width)
    }
  }
}
