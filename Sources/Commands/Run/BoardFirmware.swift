import Boards
import Deployments
import NetworkCompiler
import Units

/// What the firmware that the tool generates is told of a board.
///
/// Not modelled: other chips than the nRF52840 and other IMUs than the LSM9DS1; they are errors.
struct BoardFirmware {
  let target: FirmwareTarget
  let wiring: FirmwareWiring
  let pipeline: FirmwarePipeline

  init(_ board: Board, _ generation: Generation) throws(FirmwareError) {
    guard board.chip.name == "nrf52840", board.chip.core.hasFPU else {
      throw FirmwareError(
        .invalid,
        "firmware is generated for boards with an nrf52840, not for '\(board.name)' with "
          + "\(board.chip.name); see 'thumbprint boards'")
    }
    let application = board.application
    target = FirmwareTarget(
      flash: .init(origin: application.flash.base, length: application.flash.size),
      ram: .init(origin: application.ram.base, length: application.ram.size))
    let used = generation.sensors.compactMap { rate in
      board.sensor(rate.sensor).map { (sensor: $0, rate: rate.rate) }
    }
    guard let imu = used.first(where: { $0.sensor.part == "LSM9DS1" }) else {
      throw FirmwareError(
        .invalid,
        "generated firmware reads an LSM9DS1; list one of '\(board.name)' in generate.sensors")
    }
    wiring = try Self.wiring(board, imu, microphone: try Self.microphone(used))
    pipeline = try Self.pipeline(generation, rate: imu.rate)
  }

  private static func microphone(
    _ used: [(sensor: BoardSensor, rate: Hertz)]
  ) throws(FirmwareError) -> FirmwareWiring.Microphone? {
    guard let (sensor, rate) = used.first(where: { $0.sensor.bus.kind == .pdm }) else {
      return nil
    }
    guard rate == Hertz(16_000) else {
      throw FirmwareError(
        .invalid,
        "generated firmware records sound at 16 kHz; set generate.sensors.\(sensor.id) to that")
    }
    return FirmwareWiring.Microphone(
      clock: try number(of: "clk", sensor), data: try number(of: "din", sensor),
      power: sensor.powerPin?.index)
  }

  private static func wiring(
    _ board: Board, _ imu: (sensor: BoardSensor, rate: Hertz),
    microphone: FirmwareWiring.Microphone?
  ) throws(FirmwareError) -> FirmwareWiring {
    let sensor = imu.sensor
    let wired = sensor.chipPin(of: "INT1_A/G")
    let pacing = wired.map { FirmwareWiring.Pacing.dataReady(pin: $0.index) }
    // A board's own LED is lit by a high level; those that a kit numbers, by a low one.
    let own = board.leds.first { $0.name == "builtin" }
    return FirmwareWiring(
      address: Int(sensor.addresses.first?.value ?? 0), sda: try number(of: "sda", sensor),
      scl: try number(of: "scl", sensor), pullUp: sensor.bus.pullUpPin?.index,
      power: sensor.powerPin?.index,
      pacing: pacing ?? FirmwarePipeline.pollingPeriod(for: imu.rate), microphone: microphone,
      led: (own ?? board.leds.first)?.pin.index, ledIsActiveLow: own == nil)
  }

  private static func number(
    of role: String, _ sensor: BoardSensor
  ) throws(FirmwareError) -> Int {
    if let pin = sensor.bus.pin(role) { return pin.index }
    throw FirmwareError(
      .invalid,
      "the board does not say which pin is '\(role)' of sensor '\(sensor.id)'; "
        + "set board.sensors.\(sensor.id).bus.pins.\(role)")
  }

  private static func pipeline(
    _ generation: Generation, rate: Hertz
  ) throws(FirmwareError) -> FirmwarePipeline {
    guard let window = generation.window else {
      throw FirmwareError(
        .invalid, "generated firmware needs its window; set generate.window.length")
    }
    let fusion: FirmwarePipeline.Fusion = generation.fusion == .kalman ? .kalman : .none
    let runIn: FirmwarePipeline.RunIn =
      switch generation.context {
      case .isr: .isr
      case .pendsv: .pendsv
      case .main: .main
      }
    return FirmwarePipeline(
      rate: rate, fusion: fusion, window: window.length, hop: window.hop, runIn: runIn)
  }
}

extension PinName {
  /// Ports of 32 pins, counted on: P1.00 is 32.
  fileprivate var index: Int { port * 32 + number }
}
