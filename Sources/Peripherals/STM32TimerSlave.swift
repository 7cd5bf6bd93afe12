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
