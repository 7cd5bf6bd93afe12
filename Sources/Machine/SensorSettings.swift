import Boards
import Simulation

extension Assembly {
  /// Tells the log what the firmware writes to the sensors' registers.
  func watchSensors(_ log: DeviceLog) {
    var numbers: [String: [UInt8: Int]] = [:]
    for sensor in board.sensors where sensor.bus.kind == .i2c {
      for address in sensor.addresses {
        let name = sensor.addresses.count > 1 ? "\(sensor.id) \(address.name)" : sensor.id
        numbers[sensor.bus.controller, default: [:]][address.value] = log.number(of: name)
      }
    }
    for (controller, addresses) in numbers {
      fabric.i2c(controller).onRegisterWrite = { address, register, value in
        guard let sensor = addresses[address] else { return }
        log.note(sensor: sensor, register: register, value)
      }
    }
    watchSPISensors(log)
  }

  private func watchSPISensors(_ log: DeviceLog) {
    var numbers: [String: [String: Int]] = [:]
    for sensor in board.sensors where sensor.bus.kind == .spi {
      guard let select = sensor.bus.pin("cs") else { continue }
      numbers[sensor.bus.controller, default: [:]][select.description] = log.number(of: sensor.id)
    }
    for (controller, selects) in numbers {
      fabric.spi(controller).onRegisterWrite = { select, register, value in
        guard let sensor = selects[select] else { return }
        log.note(sensor: sensor, register: register, value)
      }
    }
  }
}
