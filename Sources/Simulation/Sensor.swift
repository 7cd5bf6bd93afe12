public import Units

/// A device off the chip, fed by a recorded stream.
public protocol Sensor: AnyObject {
  /// Back to what power-on gives.
  func reset()
}

/// What one sensor is made from. A sensor attaches itself to its bus when it is made.
public struct SensorContext {
  /// The board's name of it: "imu".
  public let name: String
  /// The controller it hangs on: "TWIM0", "PDM", "ADC1".
  public let bus: String
  /// Its address on an addressed bus.
  public let address: UInt8?
  /// The addresses of a part with several dies by the die's name: "magnetometer".
  public let addresses: [String: UInt8]
  /// Its chip-select on an SPI bus; nil: it is on another kind of bus.
  public let select: Pin?
  /// Its own pins that are wired: "INT1_A/G" to a net of the board.
  public let pins: [String: Pin]
  /// Power net: while it is low the sensor is off. Nil: always powered.
  public let powerPin: Pin?
  /// What the board's description says of it.
  public let parameters: [String: Int]
  /// What it feels; nil: nothing was streamed into it, it is at rest.
  public let stimulus: (any Stimulus)?
  /// Where it tells what it did with its samples.
  public let track: SensorTrack
  /// What goes wrong with it.
  public let faults: SensorFaults
  public let fabric: Fabric

  public init(
    name: String, bus: String, address: UInt8? = nil, addresses: [String: UInt8] = [:],
    select: Pin? = nil, pins: [String: Pin] = [:], powerPin: Pin? = nil,
    parameters: [String: Int] = [:],
    stimulus: (any Stimulus)?, track: SensorTrack, faults: SensorFaults = SensorFaults(),
    fabric: Fabric
  ) {
    self.name = name
    self.bus = bus
    self.address = address
    self.addresses = addresses
    self.select = select
    self.pins = pins
    self.powerPin = powerPin
    self.parameters = parameters
    self.stimulus = stimulus
    self.track = track
    self.faults = faults
    self.fabric = fabric
  }
}

/// What a sensor feels, from a recording.
public enum PhysicalQuantity: String, Sendable, CaseIterable {
  /// Three axes in g.
  case acceleration = "accelerometer"
  /// Three axes in degrees a second.
  case angularRate = "gyroscope"
  /// One channel in int16 counts: full scale is 32768.
  case sound = "audio"
  /// One channel in degrees Celsius.
  case temperature
  /// Three axes in microtesla.
  case magneticField = "magnetometer"
  /// One channel in percent of saturation.
  case humidity
  /// One channel in hectopascal.
  case pressure
  /// Clear, red, green and blue irradiance in microwatt a square centimetre.
  case light
  /// One channel: light thrown back, 0 to 255.
  case proximity
  /// What comes back to the up, down, left and right photodiodes, 0 to 255.
  case gesture
  /// One channel in volts, at an analogue output.
  case voltage
}

/// A recorded stream as a sensor sees it.
public protocol Stimulus: AnyObject {
  /// The quantity's channels at `instant`.
  func values(of quantity: PhysicalQuantity, at instant: Instant) -> StimulusValue
  /// The rate that was recorded, where it is constant.
  var rate: Hertz? { get }
  /// Converts the recording to the rate at which its interface samples; false when the deployment
  /// does not allow that.
  func convert(to rate: Hertz) -> Bool
}

extension Stimulus {
  public func convert(to rate: Hertz) -> Bool { false }
}

public enum StimulusValue: Sendable {
  case values([Double])
  /// The stream does not hold that quantity: the sensor gives its rest value.
  case absent
  /// The stream is over and its deployment says that the run ends there.
  case ended
}

/// The samples of one sensor: how many it made and what became of them.
public final class SensorTrack {
  public let sensor: String
  private let scheduler: Scheduler
  public private(set) var produced = 0
  public private(set) var read = 0
  public private(set) var lost = 0
  public private(set) var duplicate = 0
  /// Told the instant at which the status bit of a new sample rises.
  public var onDataReady: ((Instant) -> Void)?
  /// Told the instant of the last byte of a sample read off the bus.
  public var onRead: ((Instant) -> Void)?
  /// Told of every sample, in whatever became of it, and how many at once.
  public var onSample: (Fate, Int) -> Void = { _, _ in }

  public enum Fate: Sendable { case ready, read, lost }

  public init(sensor: String, scheduler: Scheduler) {
    self.sensor = sensor
    self.scheduler = scheduler
  }

  /// A new sample stands in the sensor's registers or FIFO; `count` of them where they only become
  /// known together.
  public func markDataReady(_ count: Int = 1) {
    produced += count
    onSample(.ready, count)
    onDataReady?(scheduler.now)
  }

  /// The last byte of a fresh sample, or of `count` of them at once, has been read.
  public func markRead(_ count: Int = 1) {
    read += count
    onSample(.read, count)
    onRead?(scheduler.now)
  }

  /// Samples were overwritten before any byte of them was read.
  public func markLost(_ count: Int = 1) {
    lost += count
    onSample(.lost, count)
  }

  /// A sample was read again.
  public func markDuplicate() { duplicate += 1 }
}
