import Simulation

/// The channels of an STM32 timer: compare outputs and capture inputs.
extension STM32Timer {
  final class Channel {
    let index: Int
    /// CCxIF and CCxIE, and where its fields are.
    let flag: UInt32
    let net: Pin
    var value: UInt32 = 0
    var preload: UInt32 = 0
    var mode: UInt32 = 0
    var request: DMARequest
    /// The reference output OCxREF.
    var reference = false
    var edges = 0

    init(_ index: Int, _ name: String, _ fabric: Fabric) {
      self.index = index
      flag = index < 4 ? 2 << UInt32(index) : 1 << UInt32(16 + index - 4)
      net = fabric.pins["\(name).CH\(index + 1)"]
      request = fabric.service(DMARequests.init).line("\(name)_CH\(index + 1)")
    }

    /// CCxS: nonzero is an input.
    var selection: UInt32 { mode & 3 }
    var isPreloaded: Bool { mode >> 3 & 1 == 1 }
    var outputMode: UInt32 { mode >> 4 & 7 | (mode >> 16 & 1) << 3 }
  }

  func isOutput(_ channel: Channel) -> Bool {
    channel.selection == 0 && outputs >> UInt32(4 * channel.index) & 1 == 1
      && channel.outputMode != 0
  }

  /// Puts every enabled output on its net as counter and compare value say now.
  func drive() {
    for channel in channels where channel.selection == 0 {
      let old = channel.reference
      follow(channel)
      if channel.reference != old {
        signalReference(channel.index, rises: channel.reference)
      }
      let isEnabled = isOutput(channel) && (!isAdvanced || breaks >> 15 & 1 == 1)
      let isInverted = outputs >> UInt32(4 * channel.index + 1) & 1 == 1
      channel.net.drive(name, isEnabled ? channel.reference != isInverted : nil)
    }
  }

  private func follow(_ channel: Channel) {
    let isBelow =
      counter.isFalling
      ? counter.value <= channel.value && channel.value > 0
      : counter.value < channel.value
    switch channel.outputMode {
    case 6: channel.reference = isBelow
    case 7: channel.reference = !isBelow
    default: force(channel)
    }
  }

  /// Forced levels do not wait for the counter.
  func force(_ channel: Channel) {
    if channel.outputMode == 4 { channel.reference = false }
    if channel.outputMode == 5 { channel.reference = true }
  }

  func pinChanged(_ channel: Channel, _ level: Bool) {
    for other in channels where other.index < 4 {
      let isDirect = other.selection == 1 && other.index == channel.index
      let isCrossed = other.selection == 2 && other.index == channel.index ^ 1
      guard isDirect || isCrossed, isEdge(other, level),
        outputs >> UInt32(4 * other.index) & 1 == 1
      else { continue }
      other.edges += 1
      guard other.edges >= 1 << Int(other.mode >> 2 & 3) else { continue }
      other.edges = 0
      settle()
      capture(other)
    }
    guard channel.index < 2 else { return }
    if isEncoder { countEncoder(channel.index) }
    let selection = slave >> 4 & 7
    let isTrigger =
      selection == 4 && channel.index == 0
      || selection == 5 + UInt32(channel.index) && isEdge(channel, level)
    if slaveMode == 5 && selection == 5 + UInt32(channel.index) {
      settle()
      if level { counter.start(at: clock.ticks(at: fabric.scheduler.now)) } else { counter.stop() }
      plan()
    } else if isTrigger && slaveMode >= 4 {
      triggered()
    }
  }

  /// CCxP and CCxNP: rising, falling or both.
  private func isEdge(_ channel: Channel, _ level: Bool) -> Bool {
    switch outputs >> UInt32(4 * channel.index + 1) & 5 {
    case 0: level
    case 1: !level
    default: true
    }
  }

  func capture(_ channel: Channel) {
    if status & channel.flag != 0 { status |= 1 << UInt32(9 + channel.index) }
    channel.value = counter.value
    channel.preload = counter.value
    status |= channel.flag
    if enablesRequest(channel) { channel.request.pulse() }
    update()
  }
}
