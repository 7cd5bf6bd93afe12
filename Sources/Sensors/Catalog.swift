public import Simulation

/// Every sensor there is a model of.
public enum SensorCatalog {
  private struct Entry: Sendable {
    let description: SensorDescription
    let make: @Sendable (SensorContext) -> any Sensor
  }

  private static let entries = [
    Entry(description: AnalogOutput.description, make: { AnalogOutput($0) }),
    Entry(description: APDS9960.description, make: { APDS9960($0) }),
    Entry(description: BMI270.description, make: { BMI270($0) }),
    Entry(description: BMM150.description, make: { BMM150($0) }),
    Entry(description: HTS221.description, make: { HTS221($0) }),
    Entry(description: ICS43434.description, make: { ICS43434($0) }),
    Entry(description: LIS2DW12.description, make: { LIS2DW12($0) }),
    Entry(description: LPS22HB.description, make: { LPS22HB($0) }),
    Entry(description: LSM6DSOX.description, make: { LSM6DSOX($0) }),
    Entry(description: LSM9DS1.description, make: { LSM9DS1($0) }),
    Entry(description: MP34DT05.description, make: { MP34DT05($0) }),
  ]

  /// The parts by the manufacturer's name, in alphabetical order.
  public static var parts: [String] { entries.map(\.description.part) }

  /// What is known of `part`; nil when there is no model of it.
  public static func description(of part: String) -> SensorDescription? {
    entry(part)?.description
  }

  /// One `part`, attached to the bus of its context; nil when there is no model of it.
  public static func make(part: String, context: SensorContext) -> (any Sensor)? {
    entry(part)?.make(context)
  }

  private static func entry(_ part: String) -> Entry? {
    entries.first { $0.description.part == part }
  }
}
