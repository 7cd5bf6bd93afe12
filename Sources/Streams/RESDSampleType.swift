/// What one sample of a RESD block holds.
///
/// Reference: Renode documentation, "Renode Sensor Data (RESD) format", sample types.
struct RESDSampleType: Sendable {
  /// How a number is stored.
  enum Number: Sendable {
    case signed32
    case unsigned32
    case unsigned64

    var width: Int { self == .unsigned64 ? 8 : 4 }
    var range: ClosedRange<Int128> {
      switch self {
      case .signed32: Int128(Int32.min)...Int128(Int32.max)
      case .unsigned32: 0...Int128(UInt32.max)
      case .unsigned64: 0...Int128(UInt64.max)
      }
    }
  }

  let code: UInt16
  let name: String
  let number: Number
  /// Names of the numbers, in order.
  let columns: [String]
  let unit: String
  /// What it holds when other formats have it, too.
  let quantity: RecordedQuantity?

  /// Bytes of one sample.
  var width: Int { number.width * columns.count }

  static let all = [
    RESDSampleType(
      code: 1, name: "temperature", number: .signed32, columns: ["temperature"], unit: "mC",
      quantity: .temperature),
    RESDSampleType(
      code: 2, name: "acceleration", number: .signed32, columns: ["ax", "ay", "az"], unit: "ug",
      quantity: .acceleration),
    RESDSampleType(
      code: 3, name: "angular rate", number: .signed32, columns: ["gx", "gy", "gz"],
      unit: "1e-5 rad/s", quantity: .angularRate),
    RESDSampleType(
      code: 4, name: "voltage", number: .unsigned32, columns: ["voltage"], unit: "uV",
      quantity: .voltage),
    RESDSampleType(
      code: 5, name: "ECG", number: .signed32, columns: ["ecg"], unit: "nV", quantity: nil),
    RESDSampleType(
      code: 6, name: "humidity", number: .unsigned32, columns: ["humidity"], unit: "m%",
      quantity: .humidity),
    RESDSampleType(
      code: 7, name: "pressure", number: .unsigned64, columns: ["pressure"], unit: "mPa",
      quantity: .pressure),
    RESDSampleType(
      code: 8, name: "magnetic flux density", number: .signed32, columns: ["mx", "my", "mz"],
      unit: "nT", quantity: .magneticField),
    RESDSampleType(
      code: 10, name: "illuminance", number: .unsigned32, columns: ["illuminance"], unit: "lux",
      quantity: .illuminance),
  ]

  /// The places of its columns among a recording's channels.
  func columns(of channels: [Channel]) -> [Int]? {
    let names = channels.map(\.name)
    let own = columns.compactMap { names.firstIndex(of: $0) }
    if own.count == columns.count { return own }
    return quantity?.columns(of: channels)
  }
}
