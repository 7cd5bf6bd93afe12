public import Simulation
public import Units

/// What is known of a part before one is made: for lists and for checking a deployment.
public struct SensorDescription: Sendable {
  /// How a part is connected to its controller.
  public enum Attachment: Sendable, Hashable {
    /// An I2C target that answers at one of these addresses.
    case i2c(addresses: [UInt8])
    /// A pulse-density microphone; the interface decimates its stream.
    case pdm
    /// Words on the data wire of a controller that clocks them.
    case i2s
    /// A voltage at an analogue input.
    case analog
  }

  /// The manufacturer's name of it: `LSM9DS1`.
  public let part: String
  /// What it is, in a few words.
  public let summary: String
  public let attachment: Attachment
  /// It can be on an SPI bus as well.
  public var hasSPI = false
  public var hasFIFO = false
  /// What a stream may feed it.
  public let quantities: [PhysicalQuantity]
  /// The output data rates that its registers can choose; empty where the interface behind it sets
  /// the rate.
  public let rates: [Hertz]
  /// Its own pins that a board may wire, by the data sheet's names.
  public let pins: [String]
  /// The states in which it draws different currents, as they appear in a board's power table.
  public let powerStates: [String]
  /// The document behind the model.
  public let reference: String
  /// What the model leaves out.
  public let notModelled: String
}
