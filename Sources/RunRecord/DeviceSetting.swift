/// What a firmware wrote to one register of a device or a sensor: how it set it up.
public struct DeviceSetting: Codable, Sendable, Hashable {
  /// `TIMER1.CC[0]`, `imu register 0x10`.
  public var name: String
  /// The different values in the order in which they first came, at most `mostValues` of them; an
  /// address in RAM, which moves with the program's layout, is `pointer`.
  public var values: [UInt32]
  /// More values than are listed: data, and no setting.
  public var isData: Bool

  public static let mostValues = 6
  public static let pointer = UInt32.max

  /// The name of a setting that is there when the firmware enabled an interrupt.
  public static func enable(of interrupt: String) -> String { "interrupt \(interrupt)" }

  public init(name: String, values: [UInt32], isData: Bool) {
    (self.name, self.values, self.isData) = (name, values, isData)
  }
}
