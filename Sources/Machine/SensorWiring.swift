public import Boards
import Deployments
import Sensors
import Simulation
import Units

extension Board {
  /// The board with what its sensors' models know: what each part feels where the file does not
  /// say. Throws where a sensor is wired as its part cannot be.
  public func withSensorDefaults() throws(MachineError) -> Board {
    var board = self
    for index in board.sensors.indices {
      let sensor = board.sensors[index]
      let part = try sensor.partDescription()
      try sensor.check(part)
      if sensor.channels.isEmpty {
        board.sensors[index].channels = part.quantities.map(\.rawValue)
      }
    }
    return board
  }
}

extension BoardSensor {
  func partDescription() throws(MachineError) -> SensorDescription {
    guard let description = SensorCatalog.description(of: part) else {
      throw .unknownPart(
        part: part, sensor: id, at: "\(position)", known: SensorCatalog.parts)
    }
    return description
  }

  fileprivate func check(_ part: SensorDescription) throws(MachineError) {
    func refuse(_ reason: String) -> MachineError {
      .wiring(sensor: id, at: "\(position)", reason: reason)
    }
    let kinds = part.busKinds
    guard kinds.contains(bus.kind) else {
      throw refuse(
        "\(part.part) has no \(bus.kind.rawValue) interface; it has "
          + kinds.map(\.rawValue).joined(separator: ", "))
    }
    if bus.kind == .spi, bus.pin("cs") == nil {
      throw refuse(
        "an SPI bus needs the chip-select: {kind: spi, controller: ..., pins: {cs: ...}}")
    }
    if bus.kind == .analog, pins.isEmpty {
      throw refuse("an analogue sensor needs its input: pins: {OUT: ...}")
    }
    for pin in pins where !part.pins.contains(pin.name) {
      throw refuse(
        "\(part.part) has no pin '\(pin.name)'; it has \(part.pins.joined(separator: ", "))")
    }
    for channel in channels where !part.quantities.contains(where: { $0.rawValue == channel }) {
      throw refuse(
        "\(part.part) feels no '\(channel)'; it feels "
          + part.quantities.map(\.rawValue).joined(separator: ", "))
    }
  }
}

extension SensorDescription {
  fileprivate var busKinds: [BoardSensor.BusKind] {
    switch attachment {
    case .i2c: hasSPI ? [.i2c, .spi] : [.i2c]
    case .pdm: [.pdm]
    case .i2s: [.i2s]
    case .analog: [.analog]
    }
  }
}

extension Deployment {
  /// The faults of one sensor for its model; throws where the part can have no such fault.
  func faults(of sensor: BoardSensor, _ fabric: Fabric) throws(MachineError) -> SensorFaults {
    let part = try sensor.partDescription()
    var faults: [SensorFault] = []
    for fault in self.faults where fault.sensor == sensor.id {
      func refuse(_ lacking: String) -> MachineError {
        .wiring(
          sensor: sensor.id, at: "\(fault.kindPosition)", reason: "\(part.part) has no \(lacking)")
      }
      if fault.kind == .fifoOverrun, !part.hasFIFO { throw refuse("FIFO that could overrun") }
      if fault.kind == .clockDrift, part.attachment.isClockedFromOutside {
        throw refuse("clock of its own that could drift")
      }
      faults.append(fault.simulated)
    }
    let seed = UInt64(bitPattern: seed)
    return SensorFaults(sensor: sensor.id, faults, seed: seed, fabric: fabric)
  }
}

extension SensorDescription.Attachment {
  fileprivate var isClockedFromOutside: Bool {
    if case .i2c = self { false } else { true }
  }
}

extension Fault {
  fileprivate var simulated: SensorFault {
    SensorFault(
      simulatedKind, of: channel.flatMap { PhysicalQuantity(rawValue: $0) }, from: .zero + start,
      until: duration.map { .zero + start + $0 } ?? .never, text: text)
  }

  private var simulatedKind: SensorFault.Kind {
    switch kind {
    case .dropout: .dropout
    case .stuck: .stuck
    case .saturation: .saturation(limit: levels.first)
    case .bias: .bias(levels)
    case .noise: .noise(levels.first ?? 0)
    case .clockDrift: .clockDrift(partsPerBillion: drift.partsPerBillion)
    case .nack: .notAcknowledged
    case .stretch: .stretch(stretch)
    case .fifoOverrun: .overrun
    }
  }
}
