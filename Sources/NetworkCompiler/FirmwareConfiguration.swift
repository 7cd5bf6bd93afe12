import Units

/// Writes `config.h`: what the board and the pipeline settle for the runtime.
enum FirmwareConfiguration {
  /// The LSM9DS1 at 4 g and 2000 dps.
  ///
  /// Reference: LSM9DS1 data sheet (DocID025715), table 3.
  private static let sensor: [(String, String)] = [
    ("IMU_FULL_SCALE_G", "4.0f"),
    ("IMU_FULL_SCALE_DPS", "2000.0f"),
    ("IMU_G_PER_COUNT", "0.000122f"),
    ("IMU_DPS_PER_COUNT", "0.07f"),
  ]

  static func text(_ wiring: FirmwareWiring, _ pipeline: FirmwarePipeline) -> String {
    let definitions = bus(wiring) + rate(pipeline) + sensor + sound(wiring) + stages(pipeline)
    var lines = ["/* What the board and the pipeline settle. */", "#ifndef CONFIG_H"]
    lines.append("#define CONFIG_H")
    lines.append("")
    lines += definitions.map { "#define \($0.0) \($0.1)" }
    lines += ["", "#endif", ""]
    return lines.joined(separator: "\n")
  }

  /// A pin that is not there is negative.
  private static func pin(_ pin: Int?) -> String { pin.map(String.init) ?? "(-1)" }

  private static func bus(_ wiring: FirmwareWiring) -> [(String, String)] {
    var pacing: [(String, String)]
    switch wiring.pacing {
    case .timer(let microseconds):
      pacing = [
        ("IMU_DATA_READY_PIN", pin(nil)), ("IMU_TIMER_MICROSECONDS", "\(microseconds)u"),
      ]
    case .dataReady(let wired):
      pacing = [("IMU_DATA_READY_PIN", pin(wired))]
    }
    return [
      ("IMU_ADDRESS", "0x" + String(wiring.address, radix: 16)),
      ("IMU_SDA_PIN", pin(wiring.sda)),
      ("IMU_SCL_PIN", pin(wiring.scl)),
      ("IMU_PULL_UP_PIN", pin(wiring.pullUp)),
      ("IMU_POWER_PIN", pin(wiring.power)),
      ("IMU_PRIORITY", "3"),
    ] + pacing
  }

  private static func rate(_ pipeline: FirmwarePipeline) -> [(String, String)] {
    let rate = pipeline.rate
    let code = FirmwarePipeline.rates.first { $0.rate == rate }?.code ?? 0
    return [
      ("IMU_ODR", "\(code)"),
      ("IMU_PERIOD_SECONDS", "(\(rate.denominator).0f / \(rate.numerator).0f)"),
    ]
  }

  private static func sound(_ wiring: FirmwareWiring) -> [(String, String)] {
    var definitions = [("MICROPHONE", wiring.microphone == nil ? "0" : "1")]
    if let microphone = wiring.microphone {
      definitions += [
        ("MICROPHONE_CLOCK_PIN", pin(microphone.clock)),
        ("MICROPHONE_DATA_PIN", pin(microphone.data)),
        ("MICROPHONE_POWER_PIN", pin(microphone.power)),
        ("MICROPHONE_PRIORITY", "2"),
      ]
    }
    return definitions + [
      ("REST_BAND", "2048"),
      ("LED_PIN", pin(wiring.led)),
      ("LED_ACTIVE_LOW", wiring.ledIsActiveLow ? "1" : "0"),
    ]
  }

  private static func stages(_ pipeline: FirmwarePipeline) -> [(String, String)] {
    let window = pipeline.samples(in: pipeline.window) ?? 1
    let hop = pipeline.hop.flatMap(pipeline.samples(in:)) ?? 1
    let runIn =
      switch pipeline.runIn {
      case .isr: "RUN_IN_ISR"
      case .pendsv: "RUN_IN_PENDSV"
      case .main: "RUN_IN_MAIN"
      }
    return [
      ("FUSION_KALMAN", pipeline.fusion == .kalman ? "1" : "0"),
      ("WINDOW_SAMPLES", "\(window)"),
      ("HOP_SAMPLES", "\(hop)"),
      ("RUN_IN", runIn),
      ("CONFIDENCE_PERCENT", "\(pipeline.confidence)"),
    ]
  }
}
