import RunRecord
import Units

/// Keeps which values a firmware wrote to each register of the devices and the sensors, as far as they
/// are settings: a register that takes many values carries data.
final class DeviceLog {
  fileprivate struct Entry {
    var values: [UInt32] = []
    var isData = false
    var last: UInt32?
  }

  /// By address, or by sensor and register above the 32 bits of an address.
  private var entries: [UInt64: Entry] = [:]
  private var sensors: [String] = []
  private var enabled: Set<String> = []

  /// A write of the core.
  func note(_ address: UInt32, _ value: UInt32) { add(UInt64(address), value) }

  /// An interrupt that the firmware allowed, at least for a time.
  func noteEnabled(_ interrupt: String) { enabled.insert(interrupt) }

  /// Gives a sensor its number for `note`.
  func number(of sensor: String) -> Int {
    sensors.append(sensor)
    return sensors.count
  }

  func note(sensor: Int, register: UInt8, _ value: UInt8) {
    add(UInt64(sensor) << 32 | UInt64(register), UInt32(value))
  }

  private func add(_ key: UInt64, _ value: UInt32) {
    entries[key, default: Entry()].add(value)
  }

  /// In the order of addresses, then sensors, then interrupts. `name` says what the vendor calls a register; nil: it is
  /// of no interest.
  func settings(name: (UInt32) -> String?, isPointer: (UInt32) -> Bool) -> [DeviceSetting] {
    let registers = entries.keys.sorted().compactMap { (key) -> DeviceSetting? in
      guard let entry = entries[key] else { return nil }
      let values = entry.values.map { isPointer($0) ? DeviceSetting.pointer : $0 }
      var different: [UInt32] = []
      for value in values where !different.contains(value) { different.append(value) }
      let sensor = Int(key >> 32)
      let label: String?
      if sensor > 0 {
        let register = Hexadecimal.text(UInt32(key & 0xFF), digits: 2)
        label = "\(sensors[sensor - 1]) register 0x\(register)"
      } else {
        label = name(UInt32(truncatingIfNeeded: key))
      }
      return label.map { DeviceSetting(name: $0, values: different, isData: entry.isData) }
    }
    return registers
      + enabled.sorted().map {
        DeviceSetting(name: DeviceSetting.enable(of: $0), values: [1], isData: false)
      }
  }
}

extension DeviceLog.Entry {
  fileprivate mutating func add(_ value: UInt32) {
    // Written over and over: the usual case.
    if last == value || isData { return }
    last = value
    if values.contains(value) { return }
    if values.count == DeviceSetting.mostValues { isData = true } else { values.append(value) }
  }
}

/// Digits without a format's cost.
private enum Hexadecimal {
  static func text(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
