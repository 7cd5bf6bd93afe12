import Simulation
import Units

/// What the power controllers of all STM32s do when the core sleeps: stop the chip's clocks, or switch
/// it off, and start it again.
final class STM32LowPower {
  /// What a deep sleep means, as the controller's registers say.
  enum Depth {
    /// The clocks stop; the core goes on after `wakeUp`.
    case stop(mode: String, wakeUp: Interval)
    /// The chip is off until a wake-up source resets it.
    case off(mode: String)
  }

  private let fabric: Fabric
  private let system: STM32System
  private let mode: PowerConsumer
  private var isStopped = false
  /// Asked when the core falls into a deep sleep.
  var depth: () -> Depth = { .stop(mode: "stop", wakeUp: .zero) }

  init(_ fabric: Fabric) {
    self.fabric = fabric
    system = fabric.service(STM32System.init)
    mode = fabric.power.consumer("mode", initial: "run")
    fabric.observeSleep { [unowned self] in $0 ? sleep() : wake() }
  }

  private func sleep() {
    guard fabric.isSleepDeep() else { return }
    switch depth() {
    case .off(let name):
      mode.enter(name)
      system.isInStandby = true
      fabric.isSwitchedOff = true
      if !system.hasWakeUpSource() { fabric.requestStop(.switchedOff) }
    case .stop(let name, let wakeUp):
      mode.enter(name)
      fabric.wakeUpDelay = wakeUp
      system.enterStop()
      fabric.isCoreClockStopped = true
      isStopped = true
    }
  }

  private func wake() {
    mode.enter("run")
    guard isStopped else { return }
    isStopped = false
    fabric.isCoreClockStopped = false
    system.leaveStop()
  }

  func reset() {
    isStopped = false
    system.isBackupWritable = false
    system.isInStandby = false
    mode.enter("run")
  }
}
