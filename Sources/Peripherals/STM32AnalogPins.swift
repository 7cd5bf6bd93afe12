/// Which pin is which input of a converter, as a chip's description says: `PA0: 5`.
enum STM32AnalogPins {
  static func byChannel(_ parameters: [String: Int]) -> [Int: String] {
    var pins: [Int: String] = [:]
    for (name, channel) in parameters where name.first == "P" && name.count > 2 {
      pins[channel] = name
    }
    return pins
  }
}
