import Simulation
import Units

/// What a request multiplexer feeds: a channel or a stream.
protocol STM32RequestedChannel: AnyObject {
  var request: DMARequest? { get set }
}

/// The channels of a chip's DMA controllers in the order of the request multiplexers' channels.
final class STM32DMAChannels {
  var channels: [Int: any STM32RequestedChannel] = [:]
  init(_ fabric: Fabric) {}
}

/// One channel of a DMA controller: it moves items between two addresses, one for each request.
final class STM32DMAChannel: STM32RequestedChannel {
  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let complete: UInt32 = 1 << 1
    static let half: UInt32 = 1 << 2
    static let error: UInt32 = 1 << 3
    static let fromMemory: UInt32 = 1 << 4
    static let circular: UInt32 = 1 << 5
    static let peripheralIncrement: UInt32 = 1 << 6
    static let memoryIncrement: UInt32 = 1 << 7
    static let memoryToMemory: UInt32 = 1 << 14
  }

  enum Flag {
    static let complete: UInt32 = 1 << 1
    static let half: UInt32 = 1 << 2
    static let error: UInt32 = 1 << 3
  }

  private let line: InterruptLine?
  private var items: STM32DMAItems?
  private(set) var control: UInt32 = 0
  private(set) var count: UInt32 = 0
  private var reload: UInt32 = 0
  var peripheralAddress: UInt32 = 0
  var memoryAddress: UInt32 = 0
  private var position: UInt32 = 0
  /// Complete, half and error: bits 1 to 3.
  private(set) var flags: UInt32 = 0
  /// Arbitration, read and write on the bus matrix. Reference: RM0432 11.4, from memory.
  private static let cyclesAnItem: UInt64 = 5
  var request: DMARequest? {
    didSet {
      oldValue?.observer = {}
      request?.observer = { [unowned self] in plan() }
      plan()
    }
  }

  init(_ name: String, _ fabric: Fabric, line: InterruptLine?) {
    self.line = line
    items = STM32DMAItems(name, fabric, cycles: Self.cyclesAnItem) { [unowned self] in transfer() }
  }

  func setControl(_ value: UInt32) {
    let wasEnabled = control & Control.enable != 0
    control = value & 0x7fff
    if !wasEnabled && value & Control.enable != 0 {
      reload = count
      position = 0
    }
    updateLine()
    plan()
  }

  func setCount(_ value: UInt32) {
    guard control & Control.enable == 0 else { return }
    count = value & 0xffff
  }

  func clear(_ bits: UInt32) {
    flags &= ~(bits & 1 != 0 ? 0xf : bits)
    updateLine()
  }

  func reset() {
    items?.stop()
    (control, count, reload, position, flags) = (0, 0, 0, 0, 0)
    (peripheralAddress, memoryAddress) = (0, 0)
    updateLine()
  }

  private func updateLine() { line?.set(flags & control & 0xe != 0) }

  private var isRequested: Bool {
    guard control & Control.enable != 0, count > 0 else { return false }
    return control & Control.memoryToMemory != 0 || request?.isActive == true
  }

  private func plan() {
    request?.remaining = control & Control.enable != 0 ? Int(count) : nil
    items?.plan(isRequested)
  }

  private func transfer() {
    guard isRequested else { return plan() }
    let peripheralSize = 1 << Int(control >> 8 & 3)
    let memorySize = 1 << Int(control >> 10 & 3)
    let peripheral =
      peripheralAddress
      &+ (control & Control.peripheralIncrement != 0
        ? position &* UInt32(peripheralSize) : 0)
    let memory =
      memoryAddress
      &+ (control & Control.memoryIncrement != 0
        ? position &* UInt32(memorySize) : 0)
    let device = STM32DMAItems.End(address: peripheral, size: peripheralSize)
    let memoryEnd = STM32DMAItems.End(address: memory, size: memorySize)
    let isRead = control & Control.fromMemory == 0
    let served = request
    guard
      items?.move(from: isRead ? device : memoryEnd, to: isRead ? memoryEnd : device) == true
    else {
      flags |= Flag.error
      control &= ~Control.enable
      updateLine()
      return plan()
    }
    if control & Control.memoryToMemory == 0 { served?.served() }
    advance()
  }

  private func advance() {
    position &+= 1
    count &-= 1
    if position == reload / 2 && reload > 1 { flags |= Flag.half }
    if count == 0 {
      flags |= Flag.complete
      if reload == 1 { flags |= Flag.half }
      if control & Control.circular != 0 && control & Control.memoryToMemory == 0 {
        count = reload
        position = 0
      }
    }
    updateLine()
    plan()
  }
}

/// A DMA controller with up to eight channels (L4, G0 and their kin; BDMA of H7), fed by a request
/// multiplexer or, H7A3's BDMA1, by one device.
///
/// Interrupt lines: one a channel. Parameters: `channels`, `first` (the multiplexer's channel of
/// channel 1), the channel of a request that is wired to it, by its name.
///
/// Reference: RM0432 11, RM0444 10.
/// Not modelled: priorities between channels that ask at once (each takes its own time on the bus),
/// packing of items of unlike sizes beyond their widths.
final class STM32DMA: Peripheral {
  private let channels: [STM32DMAChannel]

  init(_ context: PeripheralContext) {
    let count = min(max(context.parameters["channels"] ?? 7, 1), 8)
    channels = (0..<count).map { index in
      STM32DMAChannel(
        "\(context.name).\(index + 1)", context.fabric,
        line: context.interrupts.indices.contains(index) ? context.interrupts[index] : nil)
    }
    let first = context.parameters["first"] ?? 0
    let all = context.fabric.service(STM32DMAChannels.init)
    for (index, channel) in channels.enumerated() { all.channels[first + index] = channel }
    let requests = context.fabric.service(DMARequests.init)
    for (name, index) in context.parameters
    where name.first?.isUppercase == true && channels.indices.contains(index) {
      channels[index].request = requests.line(name)
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset == 0 {
      return channels.indices.reduce(0) { value, index in
        let flags = channels[index].flags
        return value | (flags | (flags != 0 ? 1 : 0)) << UInt32(4 * index)
      }
    }
    if offset == 4 { return 0 }
    guard let (channel, register) = place(offset) else { return nil }
    switch register {
    case 0: return channel.control
    case 4: return channel.count
    case 8: return channel.peripheralAddress
    case 12: return channel.memoryAddress
    default: return 0
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset == 0 { return true }
    if offset == 4 {
      for (index, channel) in channels.enumerated() {
        channel.clear(value >> UInt32(4 * index) & 0xf)
      }
      return true
    }
    guard let (channel, register) = place(offset) else { return false }
    switch register {
    case 0: channel.setControl(value)
    case 4: channel.setCount(value)
    case 8: channel.peripheralAddress = value
    case 12: channel.memoryAddress = value
    default: break
    }
    return true
  }

  func reset() { for channel in channels { channel.reset() } }

  private func place(_ offset: UInt32) -> (STM32DMAChannel, UInt32)? {
    guard offset >= 8 else { return nil }
    let index = Int((offset - 8) / 20)
    return channels.indices.contains(index) ? (channels[index], (offset - 8) % 20) : nil
  }
}

/// The multiplexer that gives each DMA channel one of the chip's requests.
///
/// Parameters: the number of each request by its name, `channels`, `first` (the place of its first among
/// all of the chip's).
///
/// Reference: RM0432 12, RM0444 11, RM0455 18.
/// Not modelled: the request generators, synchronization (both hold).
final class STM32DMAMUX: Peripheral {
  private let channels: STM32DMAChannels
  private let requests: DMARequests
  private let findings: FindingLog
  private let name: String
  private let first: Int
  private var names: [Int: String] = [:]
  private var controls: [UInt32]
  private var held: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    channels = context.fabric.service(STM32DMAChannels.init)
    requests = context.fabric.service(DMARequests.init)
    findings = context.fabric.findings
    name = context.name
    first = context.parameters["first"] ?? 0
    let count = min(max(context.parameters["channels"] ?? 14, 1), 16)
    controls = Array(repeating: 0, count: count)
    for (name, number) in context.parameters where name.first?.isUppercase == true {
      names[number] = name
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    let index = Int(offset / 4)
    if controls.indices.contains(index) { return controls[index] }
    return offset <= 0x144 ? held[offset] ?? 0 : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    let index = Int(offset / 4)
    guard controls.indices.contains(index) else {
      guard offset <= 0x144 else { return false }
      // Flags of overruns never rise.
      if offset >= 0x100 && offset < 0x140 { held[offset] = value }
      return true
    }
    controls[index] = value
    let number = Int(value & 0x7f)
    if number != 0 && names[number] == nil {
      findings.note(
        "not-modelled", "\(name).C\(index)CR", "request \(number) has no device that makes it")
    }
    channels.channels[first + index]?.request = names[number].map { requests.line($0) }
    return true
  }

  func reset() {
    for index in controls.indices {
      controls[index] = 0
      channels.channels[first + index]?.request = nil
    }
    held = [:]
  }
}
