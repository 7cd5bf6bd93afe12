import Simulation

/// What the chosen trigger input does to an STM32 timer, and what of its channels goes out as its trigger.
extension STM32Timer {
  var slaveMode: UInt32 { slave & 7 | (slave >> 16 & 1) << 3 }

  /// The chosen trigger input rose.
  func triggered() {
    settle()
    if slaveMode != 0 { status |= Status.trigger }
    if enables >> 14 & 1 == 1 { triggerRequest.pulse() }
    switch slaveMode {
    case 4: generate(1)
    case 6:
      control1 |= 1
      counter.start(at: clock.ticks(at: fabric.scheduler.now))
    case 7: if control1 & 1 == 1 { countExternally() }
    default: break
    }
    update()
    plan()
  }

  /// Encoder modes: an edge of TI1, of TI2 or of either counts by the other's level.
  var isEncoder: Bool { (1...3).contains(slaveMode) }

  /// Reference: RM0432 38.3.15, counting direction versus encoder signals.
  func countEncoder(_ index: Int) {
    guard control1 & 1 == 1, slaveMode >> UInt32(index) & 1 == 1, channels.count > 1 else { return }
    let levels = channels.prefix(2).map { channel in
      channel.net.level != (outputs >> UInt32(4 * channel.index + 1) & 1 == 1)
    }
    settle()
    let isRising = (levels[0] != levels[1]) == (index == 0)
    let value = counter.value
    counter.direction = isRising ? .up : .down
    counter.setValue(value)
    countExternally()
    update()
  }

  /// The prescaler divides external steps, too.
  private func countExternally() {
    externalSteps += 1
    guard externalSteps > counter.prescaler else { return }
    externalSteps = 0
    move(1)
  }

  func signalReference(_ index: Int, rises: Bool) {
    if rises && control2 >> 4 & 7 == 4 + UInt32(index) { triggers.signal(name) }
  }
}
