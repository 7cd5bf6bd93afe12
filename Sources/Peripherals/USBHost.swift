import Simulation
import Units

/// What a USB controller lets its built-in host do.
protocol USBDevicePort: AnyObject {
  /// The host drives the bus to reset.
  func busReset()
  /// A SETUP packet of 8 bytes has arrived.
  func setup(_ packet: [UInt8])
  /// Whether endpoint 0 takes a data packet from the host now; takes it if so.
  func controlData(_ packet: [UInt8])
}

/// A computer at the other end of the USB cable, as far as a serial port needs one: it enumerates the
/// device, configures it and, where it finds a CDC data interface, opens its port at 115200 baud.
///
/// 100 ms after the pull-up appears it resets the bus for 10 ms, then asks one request after another,
/// each 1 ms after the one before. A request that is stalled is passed over.
///
/// Reference: Universal Serial Bus Specification 2.0, 7.1.7.3, 9.4; CDC PSTN Subclass 1.2, 6.3.
/// Not modelled: hubs, string descriptors, suspend, retries and errors on the bus.
final class USBHost {
  private struct Request {
    let setup: [UInt8]
    var data: [UInt8] = []

    var length: Int { Int(setup[6]) | Int(setup[7]) << 8 }
    var isIn: Bool { setup[0] & 0x80 != 0 }
    var isConfiguration: Bool { setup[1] == 6 && setup[3] == 2 }
    var isAddress: Bool { setup[0] == 0 && setup[1] == 5 }
  }

  private weak var device: (any USBDevicePort)?
  private let scheduler: Scheduler
  private lazy var connect = scheduler.event("USB reset") { [unowned self] in
    device?.busReset()
    ask.schedule(after: .milliseconds(10))
  }
  private lazy var ask = scheduler.event("USB host") { [unowned self] in begin() }
  private var queue: [Request] = []
  private var current: Request?
  private var collected: [UInt8] = []
  /// The bulk endpoints of the CDC data interface, once it is open.
  private(set) var serialIn: Int?
  private(set) var serialOut: Int?
  private var isOpen = false

  init(_ scheduler: Scheduler) { self.scheduler = scheduler }

  /// Whether the serial port is open.
  var isSerialOpen: Bool { isOpen }

  func attach(_ device: any USBDevicePort) {
    self.device = device
    detach()
    queue = [
      Request(setup: [0x80, 6, 0, 1, 0, 0, 64, 0]), Request(setup: [0, 5, 7, 0, 0, 0, 0, 0]),
      Request(setup: [0x80, 6, 0, 1, 0, 0, 18, 0]), Request(setup: [0x80, 6, 0, 2, 0, 0, 9, 0]),
    ]
    connect.schedule(after: .milliseconds(100))
  }

  func detach() {
    connect.cancel()
    ask.cancel()
    queue = []
    current = nil
    serialIn = nil
    serialOut = nil
    isOpen = false
  }

  /// An IN packet of endpoint 0 from the device.
  func controlPacket(_ packet: [UInt8]) { collected += packet }

  /// The device wants the data of the request under way.
  func wantsControlData() {
    if let current, !current.isIn, !current.data.isEmpty { device?.controlData(current.data) }
  }

  /// The device lets the status stage happen, or stalls.
  func finishControl(stalled: Bool) {
    guard let request = current else { return }
    current = nil
    if !stalled { succeeded(request) }
    if !queue.isEmpty { ask.schedule(after: .milliseconds(1)) }
  }

  private func begin() {
    guard !queue.isEmpty else { return }
    let request = queue.removeFirst()
    current = request
    collected = []
    device?.setup(request.setup)
    if request.isAddress { finishControl(stalled: false) }
  }

  private func succeeded(_ request: Request) {
    if request.setup[0] == 0x21 && request.setup[1] == 0x22 { isOpen = true }
    guard request.isConfiguration, collected.count >= 9 else { return }
    let total = Int(collected[2]) | Int(collected[3]) << 8
    if request.length == 9 && total > 9 {
      return queue.append(
        Request(setup: [0x80, 6, 0, 2, 0, 0, UInt8(total & 0xff), UInt8(total >> 8)]))
    }
    queue.append(Request(setup: [0, 9, collected[5], 0, 0, 0, 0, 0]))
    openSerial()
  }

  /// Finds the communication interface and the data interface's endpoints in the configuration.
  private func openSerial() {
    var position = 0
    var interfaceClass: UInt8 = 0
    var control: UInt8?
    while position + 2 <= collected.count, collected[position] >= 2 {
      let length = Int(collected[position])
      guard position + length <= collected.count else { break }
      let descriptor = collected[position..<(position + length)].map { $0 }
      if descriptor[1] == 4 && length >= 9 {
        interfaceClass = descriptor[5]
        if interfaceClass == 2 && control == nil { control = descriptor[2] }
      } else if descriptor[1] == 5 && length >= 7 && interfaceClass == 0x0a {
        let number = Int(descriptor[2] & 7)
        if descriptor[2] & 0x80 != 0 {
          serialIn = serialIn ?? number
        } else {
          serialOut = serialOut ?? number
        }
      }
      position += length
    }
    guard let control, serialIn != nil else { return }
    // SET_LINE_CODING 115200 8N1, then SET_CONTROL_LINE_STATE with DTR and RTS.
    queue.append(
      Request(setup: [0x21, 0x20, 0, 0, control, 0, 7, 0], data: [0, 0xc2, 1, 0, 0, 0, 8]))
    queue.append(Request(setup: [0x21, 0x22, 3, 0, control, 0, 0, 0]))
  }
}
