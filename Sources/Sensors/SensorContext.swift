import Simulation
import Units

/// What the models of parts ask of their surroundings.
extension SensorContext {
  /// What `quantity` is now, or at `instant`; `rest` without a stream of it; nil once the stream
  /// has ended.
  func feel(
    _ quantity: PhysicalQuantity, atRest rest: [Double], at instant: Instant? = nil
  ) -> [Double]? {
    let instant = instant ?? fabric.scheduler.now
    guard let values = undisturbed(quantity, rest, instant) else { return nil }
    return faults.alter(values, of: quantity, at: instant) { undisturbed(quantity, rest, $0) }
  }

  private func undisturbed(
    _ quantity: PhysicalQuantity, _ rest: [Double], _ instant: Instant
  ) -> [Double]? {
    switch stimulus?.values(of: quantity, at: instant) {
    case .values(let values): values.count >= rest.count ? values : rest
    case .ended: nil
    case .absent, nil: rest
    }
  }

  /// The interface's data wire: the first, or that which the parameter `line` says.
  var input: String {
    let line = parameters["line"] ?? 0
    return line == 0 ? bus : "\(bus).\(line)"
  }

  /// The stream holds no more and its deployment says that the run ends there.
  func endStream() { fabric.requestStop(.streamEnded(sensor: name)) }

  func noteUnmodelled(_ register: String, _ message: String) {
    fabric.findings.note("unmodelled-register", "\(name).\(register)", message)
  }

  /// Bits that are written and do nothing.
  func noteIgnored(_ register: String, _ bits: UInt8) {
    guard bits != 0 else { return }
    noteUnmodelled(register, "bits 0x\(String(bits, radix: 16)) are written but not modelled")
  }

  /// A push-pull or open-drain output of the part; nil lets go.
  func drive(_ pin: String, _ level: Bool?) {
    pins[pin]?.drive("\(name) \(pin)", level)
  }

  /// Puts a part on its I2C bus, or by its chip-select on its SPI bus. `spiDummyBytes`: what a read
  /// by SPI gives before the first register.
  func attach(
    _ file: any RegisterFile, address standard: UInt8, spiDummyBytes: Int = 0
  ) {
    if let select {
      let target = SPIRegisterTarget(file, dummyBytes: spiDummyBytes)
      return fabric.spi(bus).attach(target, select: select)
    }
    attach(RegisterTarget(file), at: address ?? standard)
  }

  /// Puts a target on the part's I2C bus.
  func attach(_ target: any I2CTarget, at address: UInt8) {
    fabric.i2c(bus).attach(FaultyTarget(target, faults), address: address)
  }
}

/// A target as its faults let it be seen on the bus.
private final class FaultyTarget: I2CTarget {
  private let target: any I2CTarget
  private let faults: SensorFaults

  init(_ target: any I2CTarget, _ faults: SensorFaults) {
    (self.target, self.faults) = (target, faults)
  }

  func start(_ direction: I2CDirection) -> Bool {
    !faults.refusesBus() && target.start(direction)
  }

  func receive(_ byte: UInt8) -> Bool { !faults.refusesBus() && target.receive(byte) }

  func transmit() -> UInt8 { faults.refusesBus() ? 0xff : target.transmit() }

  func stop() { target.stop() }

  var stretch: Interval { target.stretch + faults.stretch() }
}
