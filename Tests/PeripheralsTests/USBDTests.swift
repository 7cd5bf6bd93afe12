import Simulation
import Testing
import Units

@testable import Peripherals

/// The least firmware that a CDC device needs: it answers control requests from tables.
private final class SerialFirmware {
  let usb: Device
  let bench: Bench
  var requests: [[UInt8]] = []
  var lineCoding: [UInt8] = []
  var isOpen = false

  static let device: [UInt8] = [
    18, 1, 0, 2, 2, 0, 0, 64, 0x41, 0x23, 0x5a, 0x80, 0, 1, 0, 0, 0, 1,
  ]
  static let configuration: [UInt8] =
    [9, 2, 62, 0, 2, 1, 0, 0x80, 50]
    + [9, 4, 0, 0, 1, 2, 2, 0, 0] + [5, 0x24, 0, 0x10, 1] + [4, 0x24, 2, 2]
    + [5, 0x24, 6, 0, 1] + [7, 5, 0x81, 3, 8, 0, 16]
    + [9, 4, 1, 0, 2, 0x0a, 0, 0, 0] + [7, 5, 0x02, 2, 64, 0, 0] + [7, 5, 0x83, 2, 64, 0, 0]

  init(_ bench: Bench) {
    self.bench = bench
    usb = bench.device("nordic-usbd", "USBD", base: 0x4002_7000)
    usb[0x500] = 1
  }

  /// Runs, serving what comes, until `time`.
  func run(until time: Instant) {
    while bench.scheduler.next <= time {
      bench.scheduler.advance(to: bench.scheduler.next)
      serve()
    }
    bench.scheduler.advance(to: time)
  }

  private func taken(_ event: UInt32) -> Bool {
    guard usb[event] == 1 else { return false }
    usb[event] = 0
    return true
  }

  private func serve() {
    if taken(0x15c) { setup() }
    if taken(0x128) {
      if requests.last?[0] == 0x21 && requests.last?[1] == 0x20 {
        usb[0x700] = 0x2000_0200
        usb[0x704] = 64
        usb[0x028] = 1
      } else {
        usb[0x050] = 1
      }
    }
    if taken(0x130) {
      lineCoding = Array(bench.memory.bytes[0x200..<(0x200 + Int(usb[0x708]))])
      usb[0x050] = 1
    }
  }

  private func setup() {
    let packet = (0..<8).map { UInt8(usb[0x480 + 4 * UInt32($0)]) }
    requests.append(packet)
    let length = Int(packet[6]) | Int(packet[7]) << 8
    switch (packet[0], packet[1], packet[3]) {
    case (0x80, 6, 1): send(Array(Self.device.prefix(length)))
    case (0x80, 6, 2): send(Array(Self.configuration.prefix(length)))
    case (0, 5, _): break
    case (0x21, 0x20, _): usb[0x04c] = 1
    case (0x21, 0x22, _):
      isOpen = packet[2] & 1 == 1
      usb[0x050] = 1
    default: usb[0x050] = 1
    }
  }

  private func send(_ bytes: [UInt8]) {
    bench.memory.bytes.replaceSubrange(0..<bytes.count, with: bytes)
    usb[0x600] = 0x2000_0000
    usb[0x604] = UInt32(bytes.count)
    usb[0x004] = 1
  }
}

@Suite struct USBDTests {
  @Test func theHostEnumeratesConfiguresAndOpensTheSerialPort() {
    let bench = Bench()
    let firmware = SerialFirmware(bench)
    firmware.run(until: after(.microseconds(10)))
    #expect(firmware.usb[0x400] == 1 << 11)
    #expect(firmware.usb[0x158] == 1)
    firmware.usb[0x400] = .max
    #expect(firmware.usb[0x400] == 0)
    firmware.usb[0x504] = 1
    #expect(bench.wait(for: firmware.usb, 0x100) == after(.microseconds(100_010)))
    firmware.run(until: after(.milliseconds(200)))
    #expect(
      firmware.requests.map { [$0[0], $0[1]] } == [
        [0x80, 6], [0, 5], [0x80, 6], [0x80, 6], [0x80, 6], [0, 9], [0x21, 0x20], [0x21, 0x22],
      ])
    #expect(firmware.requests[4][6] == 62)
    #expect(firmware.usb[0x470] == 7)
    #expect(firmware.lineCoding == [0, 0xc2, 1, 0, 0, 0, 8])
    #expect(firmware.isOpen)
  }

  @Test func bytesGoBothWaysThroughTheSerialPort() {
    let bench = Bench()
    let firmware = SerialFirmware(bench)
    firmware.usb[0x504] = 1
    firmware.run(until: after(.milliseconds(200)))
    let usb = firmware.usb
    bench.memory.bytes.replaceSubrange(0x400..<0x403, with: [72, 105, 10])
    usb[0x63c] = 0x2000_0400
    usb[0x640] = 3
    usb[0x010] = 1
    #expect(bench.wait(for: usb, 0x114) == after(.milliseconds(200) + .microseconds(2)))
    #expect(usb[0x644] == 3)
    #expect(bench.wait(for: usb, 0x160) == after(.milliseconds(200) + .microseconds(62)))
    #expect(usb[0x46c] == 1 << 3)
    #expect(bench.transmitted.map(\.byte) == [72, 105, 10])
    #expect(bench.transmitted.allSatisfy { $0.port == "USBD" })
    usb[0x46c] = .max
    usb[0x160] = 0
    (usb.peripheral as? any SerialPort)?.receive(Array("print".utf8))
    bench.advance(.milliseconds(5))
    #expect(usb[0x160] == 0)
    usb[0x4a8] = 0
    _ = bench.wait(for: usb, 0x160)
    #expect(usb[0x46c] == 1 << 18)
    #expect(usb[0x4a8] == 5)
    usb[0x728] = 0x2000_0500
    usb[0x72c] = 64
    usb[0x030] = 1
    _ = bench.wait(for: usb, 0x138)
    #expect(Array(bench.memory.bytes[0x500..<0x505]) == Array("print".utf8))
    #expect(usb[0x730] == 5)
  }

  @Test func aStalledRequestIsPassedOver() {
    let bench = Bench()
    let usb = bench.device("nordic-usbd", "USBD", base: 0x4002_7000)
    usb[0x500] = 1
    usb[0x504] = 1
    _ = bench.wait(for: usb, 0x15c)
    #expect(usb[0x484] == 6)
    usb[0x15c] = 0
    usb[0x054] = 1
    _ = bench.wait(for: usb, 0x15c)
    #expect(usb[0x484] == 5)
    usb[0x500] = 0
    #expect(bench.scheduler.next == .never)
  }

  @Test func theRegulatorSettlesOnceTheControllerIsEnabled() {
    let bench = Bench()
    let clock = bench.device(
      "nordic-clock-power", "CLOCK", base: 0x4000_0000, parameters: ["vbus": 1])
    let usb = bench.device("nordic-usbd", "USBD", base: 0x4002_7000)
    bench.advance(.milliseconds(5))
    #expect(clock[0x11c] == 1)
    #expect(clock[0x124] == 0)
    #expect(clock[0x438] == 1)
    usb[0x500] = 1
    #expect(bench.wait(for: clock, 0x124) == after(.milliseconds(6)))
    #expect(clock[0x438] == 3)
    usb[0x500] = 0
    #expect(clock[0x438] == 1)
  }

  @Test func theSizeOfAPacketStaysWhenItHasBeenTaken() {
    let bench = Bench()
    let firmware = SerialFirmware(bench)
    firmware.usb[0x504] = 1
    firmware.run(until: after(.milliseconds(200)))
    #expect(firmware.usb[0x4a0] == 7)
    #expect(firmware.usb[0x468] & 0x1_0000 != 0)
    firmware.usb[0x468] = .max
    #expect(firmware.usb[0x468] == 0)
    firmware.usb[0x518] = 0x183
    #expect(firmware.usb[0x42c] == 1)
    firmware.usb[0x518] = 0x083
    #expect(firmware.usb[0x42c] == 0)
  }

  @Test func framesComeEveryMillisecondAfterTheReset() {
    let bench = Bench()
    let usb = bench.device("nordic-usbd", "USBD", base: 0x4002_7000)
    usb[0x500] = 1
    usb[0x504] = 1
    #expect(bench.wait(for: usb, 0x154) == after(.milliseconds(110)))
    usb[0x154] = 0
    #expect(bench.wait(for: usb, 0x154) == after(.milliseconds(111)))
    #expect(usb[0x520] == 2)
  }
}
