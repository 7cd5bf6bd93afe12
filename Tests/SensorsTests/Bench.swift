import Sensors
import Simulation
import Units

/// A sensor on a table: a scheduler moved by hand, a bus and a stream made by a closure.
final class Bench {
  let scheduler = Scheduler()
  let fabric: Fabric
  let track: SensorTrack
  let sensor: any Sensor
  let stimulus: MadeUpStimulus
  let int1: Pin
  let int2: Pin
  let powerPin: Pin?
  /// The die that `write` and `bytes` talk to.
  var address: UInt8
  var dataReady: [Instant] = []
  var read: [Instant] = []

  init(
    part: String = "LSM9DS1", address: UInt8 = 0x6b, addresses: [String: UInt8] = [:],
    pins: [String: String] = ["INT1_A/G": "INT1", "INT2_A/G": "INT2"], hasPowerPin: Bool = false,
    parameters: [String: Int] = [:], faults: [SensorFault] = [], seed: UInt64 = 0,
    isStreamed: Bool = true,
    _ values: @escaping (PhysicalQuantity, Instant) -> StimulusValue = { _, _ in .absent }
  ) {
    self.address = address
    fabric = Fabric(scheduler: scheduler, memory: NoMemory())
    track = SensorTrack(sensor: "imu", scheduler: scheduler)
    stimulus = MadeUpStimulus(values)
    int1 = fabric.pins["INT1"]
    int2 = fabric.pins["INT2"]
    powerPin = hasPowerPin ? fabric.pins["VDD"] : nil
    let context = SensorContext(
      name: "imu", bus: "TWIM0", address: address, addresses: addresses,
      pins: pins.mapValues { [fabric] in fabric.pins[$0] },
      powerPin: powerPin, parameters: parameters, stimulus: isStreamed ? stimulus : nil,
      track: track,
      faults: SensorFaults(sensor: "imu", faults, seed: seed, fabric: fabric), fabric: fabric)
    guard let sensor = SensorCatalog.make(part: part, context: context) else {
      fatalError("no model of \(part)")
    }
    self.sensor = sensor
    track.onDataReady = { [unowned self] in dataReady.append($0) }
    track.onRead = { [unowned self] in read.append($0) }
  }

  var target: any I2CTarget {
    guard let target = fabric.i2c("TWIM0").target(at: address) else { fatalError("no target") }
    return target
  }

  func write(_ register: UInt8, _ values: UInt8...) { write(register, values) }

  func write(_ register: UInt8, _ values: [UInt8]) {
    guard target.start(.write), target.receive(register) else { return }
    for value in values { _ = target.receive(value) }
    target.stop()
  }

  func bytes(_ register: UInt8, _ count: Int) -> [UInt8] {
    guard target.start(.write), target.receive(register), target.start(.read) else { return [] }
    let bytes = (0..<count).map { _ in target.transmit() }
    target.stop()
    return bytes
  }

  func byte(_ register: UInt8) -> UInt8 { bytes(register, 1).first ?? 0xff }

  /// Little-endian words.
  func words(_ register: UInt8, _ count: Int) -> [Int16] {
    let bytes = bytes(register, 2 * count)
    return (0..<bytes.count / 2).map {
      Int16(bitPattern: UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8)
    }
  }

  func advance(_ interval: Interval) { scheduler.advance(to: scheduler.now + interval) }

  func advance(to instant: Instant) { scheduler.advance(to: instant) }

  /// Uploads a configuration of zeros, word by word, and waits until the part is ready.
  func startBMI270() {
    write(0x7c, 0)
    write(0x59, 0)
    for word in 0..<4_096 {
      write(0x5b, UInt8(word & 0x0f), UInt8(word >> 4))
      write(0x5e, 0, 0)
    }
    write(0x59, 1)
    advance(.milliseconds(20))
  }
}

final class MadeUpStimulus: Stimulus {
  private let made: (PhysicalQuantity, Instant) -> StimulusValue
  var rate: Hertz?

  init(_ made: @escaping (PhysicalQuantity, Instant) -> StimulusValue) { self.made = made }

  func values(of quantity: PhysicalQuantity, at instant: Instant) -> StimulusValue {
    made(quantity, instant)
  }
}

final class NoMemory: BusMemory {
  func read(_ address: Address, count: Int) -> [UInt8]? { nil }
  func write(_ address: Address, _ bytes: [UInt8]) -> Bool { false }
}

/// The same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var generator: SplitMix64

  init(seed: Int) {
    generator = SplitMix64(seed: UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15)
  }

  mutating func next() -> UInt64 { generator.next() }
}
