import Simulation
import Units

/// The power controller of STM32F4 and F7: Stop and Standby, over-drive, protection of the backup
/// domain.
///
/// Parameter: `over-drive` 1 for the F7.
///
/// Reference: RM0090 5.4, RM0385 4.4; wake-up times: DS8626 table 37.
/// Not modelled: see `STM32PWR`.
final class STM32F4PWR: Peripheral {
  private let system: STM32System
  private let initial: UInt32
  private var control: UInt32
  private var second: UInt32 = 0
  private var status: UInt32 = 0
  private let lowPower: STM32LowPower

  init(_ context: PeripheralContext) {
    system = context.fabric.service(STM32System.init)
    initial = context.parameters["over-drive"] == 1 ? 0xc000 : 0x4000
    control = initial
    lowPower = STM32LowPower(context.fabric)
    lowPower.depth = { [unowned self] in depth() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: control
    // The regulator is ready at once, over-drive and its switch follow their enables.
    case 0x04: status | 1 << 14 | control & 0x3_0000
    case 0x08, 0x0c: second
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00:
      control = value & ~0xc
      if value & 8 != 0 { status &= ~2 }
      system.isBackupWritable = value >> 8 & 1 == 1
    case 0x04: status = status & ~0x300 | value & 0x300
    case 0x08, 0x0c: second = value
    default: return false
    }
    return true
  }

  func reset() {
    control = initial
    lowPower.reset()
  }

  private func depth() -> STM32LowPower.Depth {
    guard control & 2 == 0 else {
      status |= 2
      return .off(mode: "standby")
    }
    return .stop(mode: "stop", wakeUp: .microseconds(control & 1 == 0 ? 13 : 17))
  }
}
