public import Documents
public import Units

/// A circuit board: a chip, what is wired to its pins, and what the whole draws.
public struct Board: Sendable {
  /// What `--board` calls it: the file's name without `.yaml`.
  public var name: String
  public var title: String
  public var chip: Chip
  public var coreClock: Sourced<Hertz>
  /// Clocks that the board gives the chip: crystals, a clock of the debugger.
  public var clocks: [Clock] = []
  /// Where the core finds its vector table when the ELF does not say.
  public var vectorTable: Sourced<Address>
  /// What a boot loader leaves behind when it starts the application; nil: nothing runs before it.
  public var bootLoader: BootLoader?
  /// What an application may fill.
  public var application: Application
  public var sensors: [BoardSensor]
  /// Parts on the board that no model stands for.
  public var unmodelledParts: [UnmodelledPart]
  /// The serial port that a console is wired to.
  public var console: Console?
  public var leds: [NamedPin]
  public var buttons: [NamedPin]
  /// Pins with a resistor on the board to the supply.
  public var pullUps: [PinName]
  /// nil: nothing is known of what it draws.
  public var power: PowerTable?
  /// The board's and then the chip's.
  public var sources: [Source]

  public func sensor(_ id: String) -> BoardSensor? { sensors.first { $0.id == id } }
}

/// What a boot loader did to the chip's registers by the time it starts the application; the time
/// and the energy that it takes are not counted.
public struct BootLoader: Hashable, Sendable {
  public struct Write: Hashable, Sendable {
    public var register: Address
    public var value: UInt32
  }

  /// In the file's order.
  public var writes: [Write]
  public var provenance: Provenance
}

/// The memory that linker scripts give to an application.
public struct Application: Hashable, Sendable {
  public struct Region: Hashable, Sendable {
    public var base: Address
    public var size: UInt32
  }

  public var flash: Region
  public var ram: Region
  public var provenance: Provenance
}

/// A sensor on the board and its wiring.
public struct BoardSensor: Hashable, Sendable {
  public enum BusKind: String, CaseIterable, Hashable, Sendable {
    case i2c
    case spi
    case pdm
    /// Words clocked by a serial audio interface.
    case i2s
    /// A voltage at an input of a converter.
    case analog
  }

  /// How a sensor is reached: the pins are wired, the controller is the one that firmware takes by
  /// custom.
  public struct Bus: Hashable, Sendable {
    public var kind: BusKind
    /// The chip's peripheral: `TWIM0`.
    public var controller: String
    /// `sda`, `scl`, `clk`, `din`, ... in the file's order.
    public var pins: [NamedPin]

    /// The chip pin that must be high for the bus's pull-up resistors; nil: always supplied.
    public var pullUpPin: PinName?

    public func pin(_ role: String) -> PinName? { pins.first { $0.name == role }?.pin }
  }

  /// One address on the bus: a part may hold several devices.
  public struct BusAddress: Hashable, Sendable {
    public var name: String
    /// Seven bits.
    public var value: UInt8
  }

  /// What deployments call it: `imu`.
  public var id: String
  /// Where it is described.
  public var position: Position
  /// `LSM9DS1`.
  public var part: String
  public var bus: Bus
  public var addresses: [BusAddress]
  /// Sensor pins wired to chip pins: `INT1_A/G` → `P0.11`.
  public var pins: [NamedPin]
  /// The chip pin that supplies it while it is high; nil: always supplied.
  public var powerPin: PinName?
  /// What can be recorded for it: `accelerometer`; empty: all that the part feels.
  public var channels: [String]
  /// Constants for its model.
  public var parameters: [String: Int]
  public var provenance: Provenance

  /// The chip pin that a sensor's pin is wired to.
  public func chipPin(of sensorPin: String) -> PinName? { pins.first { $0.name == sensorPin }?.pin }
}

/// A part that is on the board and answers nothing.
public struct UnmodelledPart: Hashable, Sendable {
  public var id: String
  public var part: String
  public var provenance: Provenance
}

/// A pin with what it is for.
public struct NamedPin: Hashable, Sendable {
  public var name: String
  public var pin: PinName
}

/// The serial port that leaves the board.
public struct Console: Hashable, Sendable {
  /// The chip's peripheral: `UARTE0`.
  public var controller: String
  public var transmit: PinName?
  public var receive: PinName?
  public var provenance: Provenance
}

extension BoardSensor.BusKind {
  /// The kind of bus that a controller of that name has; nil: it may be one of several.
  static func of(controller: String) -> Self? {
    let kinds: [(String, Self)] = [
      ("TWI", .i2c), ("I2C", .i2c), ("SPI", .spi), ("PDM", .pdm), ("DFSDM", .pdm), ("MDF", .pdm),
      ("ADF", .pdm), ("I2S", .i2s), ("SAI", .i2s), ("SAADC", .analog), ("ADC", .analog),
    ]
    return kinds.first { controller.hasPrefix($0.0) }?.1
  }
}
