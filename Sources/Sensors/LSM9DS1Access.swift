import Simulation

/// What reading and writing the LSM9DS1's registers does.
extension LSM9DS1 {
  func read(_ address: UInt8) -> UInt8 {
    switch address {
    case Self.gyroscopeOutputs, Self.accelerometerOutputs: return readOutput(address)
    default: break
    }
    guard let register = Register(rawValue: address) else {
      context.noteUnmodelled(
        "0x" + String(address, radix: 16), "a register that the data sheet reserves was read")
      return 0
    }
    switch register {
    case .STATUS_REG, .STATUS_REG_XL: return output.status
    case .FIFO_SRC: return output.fifo.source(threshold: threshold)
    case .OUT_TEMP_L, .OUT_TEMP_H:
      let value = output.readTemperature(highAddress: address & 1 == 0, settings: outputSettings)
      drivePins()
      return value
    default: return self[register]
    }
  }

  private func readOutput(_ address: UInt8) -> UInt8 {
    let isGyroscope = Self.gyroscopeOutputs.contains(address)
    let outputs = isGyroscope ? Self.gyroscopeOutputs : Self.accelerometerOutputs
    let byte = output.readByte(
      of: isGyroscope ? .gyroscope : .accelerometer, Int(address - outputs.lowerBound),
      settings: outputSettings, track: context.track)
    drivePins()
    return byte
  }

  func write(_ address: UInt8, _ value: UInt8) {
    guard let register = Register(rawValue: address) else {
      if value != 0 {
        context.noteUnmodelled(
          "0x" + String(address, radix: 16), "a register that the data sheet reserves was written")
      }
      return
    }
    guard !register.isReadOnly else { return }
    checkModelled(register, value)
    registers[Int(address)] = value
    if register == .CTRL_REG8 {
      if value & 0x01 != 0 { return resetInertialDie() }
      registers[Int(address)] = value & 0x7f
    }
    if register == .FIFO_CTRL || register == .CTRL_REG9, !isFIFOActive { output.fifo.clear() }
    retime()
    drivePins()
  }

  private func checkModelled(_ register: Register, _ value: UInt8) {
    let ignored = value & register.unmodelledBits
    if ignored != 0 {
      context.noteIgnored("\(register)", ignored)
    }
    switch register {
    case .CTRL_REG1_G where value >> 5 == 7 || value & 0x18 == 0x10,
      .CTRL_REG6_XL where value >> 5 == 7:
      context.noteUnmodelled(
        "\(register)", "a setting that the data sheet calls not available was written")
    case .FIFO_CTRL where ![0, 1, 6].contains(value >> 5):
      context.noteUnmodelled(
        "\(register)", "FIFO modes that an interrupt generator switches are not modelled")
    default: break
    }
  }

  var threshold: Int { Int(self[.FIFO_CTRL] & 0x1f) }

  /// The trigger of modes 3 and 4 never comes: they stay in Continuous and in Bypass.
  private var isFIFOActive: Bool {
    self[.CTRL_REG9] & 0x02 != 0 && [1, 3, 6].contains(self[.FIFO_CTRL] >> 5)
  }

  var outputSettings: InertialOutput.Settings {
    InertialOutput.Settings(
      gyroscopeAxes: self[.CTRL_REG4] >> 3 & 7, accelerometerAxes: self[.CTRL_REG5_XL] >> 3 & 7,
      isBlockUpdate: self[.CTRL_REG8] & 0x40 != 0, isBigEndian: self[.CTRL_REG8] & 0x02 != 0,
      isFIFOActive: isFIFOActive, stopsWhenFull: self[.FIFO_CTRL] >> 5 == 1,
      depth: self[.CTRL_REG9] & 0x01 != 0 ? threshold + 1 : 32)
  }
}

/// The LSM9DS1's interrupt pins.
extension LSM9DS1 {
  func drivePins() {
    drive("INT1_A/G", isActive: isRequested(by: self[.INT1_CTRL] & 0xfb))
    drive("INT2_A/G", isActive: isRequested(by: self[.INT2_CTRL]))
  }

  private func isRequested(by enables: UInt8) -> Bool {
    let fifo = output.fifo
    var sources = output.status & 0x07
    if fifo.reaches(threshold) { sources |= 0x08 }
    if fifo.hasOverrun { sources |= 0x10 }
    if fifo.isFull { sources |= 0x20 }
    return enables & sources != 0
  }

  private func drive(_ name: String, isActive: Bool) {
    guard let pin = context.pins[name] else { return }
    let level = isActive != (self[.CTRL_REG8] & 0x20 != 0)
    let isReleased = !isPowered || (self[.CTRL_REG8] & 0x10 != 0 && level)
    pin.drive("\(context.name) \(name)", isReleased ? nil : level)
  }
}
