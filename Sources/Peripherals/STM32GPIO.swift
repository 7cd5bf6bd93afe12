import Simulation

/// One port of general-purpose pins of an STM32: it drives and senses the board's nets `PA0` to
/// `PK15`.
///
/// Parameters: `port` (0 is A), the reset values `moder`, `pupdr`, `ospeedr`, and which alternate
/// function of which pin is a timer's channel: `TIM2_CH1.5: 1`. Such a pin shows what the channel
/// drives, and the channel senses the pin. Other functions are wired by the names of their
/// controllers.
///
/// Reference: RM0432 8, RM0444 7, RM0090 8.
/// Not modelled: the lock register's effect, output speed.
final class STM32GPIO: Peripheral {
  private enum Register: UInt32 {
    case moder = 0x00
    case otyper = 0x04
    case ospeedr = 0x08
    case pupdr = 0x0c
    case idr = 0x10
    case odr = 0x14
    case bsrr = 0x18
    case lckr = 0x1c
    case afrl = 0x20
    case afrh = 0x24
    case brr = 0x28
  }

  private let name: String
  private let nets: [Pin]
  private let resets: (mode: UInt32, pull: UInt32, speed: UInt32)
  private var mode: UInt32
  private var openDrain: UInt32 = 0
  private var speed: UInt32
  private var pull: UInt32
  private var output: UInt32 = 0
  private var lock: UInt32 = 0
  private var lockStep = 0
  private var alternates: [UInt32] = [0, 0]
  /// The channels' nets by pin and alternate function.
  private var channels: [Int: [UInt32: Pin]] = [:]

  init(_ context: PeripheralContext) {
    name = context.name
    let port = min(max(context.parameters["port"] ?? 0, 0), 15)
    let fabric = context.fabric
    nets = (0..<16).map { fabric.pins[STM32GPIO.name(port: port, pin: $0)] }
    func value(_ key: String, _ standard: Int) -> UInt32 {
      UInt32(truncatingIfNeeded: context.parameters[key] ?? standard)
    }
    resets = (value("moder", 0), value("pupdr", 0), value("ospeedr", 0))
    (mode, pull, speed) = resets
    connect(context.parameters, fabric)
    for pin in nets.indices { apply(pin) }
  }

  private func connect(_ parameters: [String: Int], _ fabric: Fabric) {
    for (key, function) in parameters.sorted(by: { $0.key < $1.key }) where key.hasPrefix("TIM") {
      let words = key.split(separator: ".")
      guard words.count == 2, let pin = Int(words[1]), nets.indices.contains(pin) else { continue }
      let channel = fabric.pins[String(words[0].map { $0 == "_" ? "." : $0 })]
      channels[pin, default: [:]][UInt32(truncatingIfNeeded: function)] = channel
      channel.observe { [unowned self] _ in if self.channel(of: pin) === channel { apply(pin) } }
      channel.observeDrivers { [unowned self] in
        if self.channel(of: pin) === channel { apply(pin) }
      }
    }
    for pin in channels.keys.sorted() {
      nets[pin].observe { [unowned self] _ in sense(pin) }
    }
  }

  /// The timer's channel that the pin is given to.
  private func channel(of pin: Int) -> Pin? {
    guard field(mode, pin) == 2 else { return nil }
    return channels[pin]?[alternates[pin / 8] >> UInt32(pin % 8 * 4) & 0xf]
  }

  /// A channel that its timer does not drive follows the pin.
  private func sense(_ pin: Int) {
    let chosen = channel(of: pin)
    for other in channels[pin].map({ Array($0.values) }) ?? [] where other !== chosen {
      other.drive(nets[pin].name, nil)
    }
    guard let chosen else { return }
    let isOutput = chosen.isDriven(besides: nets[pin].name)
    chosen.drive(nets[pin].name, isOutput ? nil : nets[pin].level)
  }

  /// The chip's name of a pin: `PA5`.
  static func name(port: Int, pin: Int) -> String {
    "P\(Character(Unicode.Scalar(UInt8(0x41 + port))))\(pin)"
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .moder: return mode
    case .otyper: return openDrain
    case .ospeedr: return speed
    case .pupdr: return pull
    case .idr:
      // The input buffer of an analogue pin is off.
      return nets.indices.reduce(0) { value, pin in
        field(mode, pin) != 3 && nets[pin].level ? value | 1 << UInt32(pin) : value
      }
    case .odr: return output
    case .bsrr, .brr: return 0
    case .lckr: return lock
    case .afrl: return alternates[0]
    case .afrh: return alternates[1]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    let isLayout = offset <= Register.pupdr.rawValue || register == .afrl || register == .afrh
    defer { if isLayout { for pin in nets.indices { apply(pin) } } }
    switch register {
    case .moder: mode = value
    case .otyper: openDrain = value & 0xffff
    case .ospeedr: speed = value
    case .pupdr: pull = value
    case .idr: break
    case .odr: setOutput(value & 0xffff)
    case .bsrr: setOutput(output & ~(value >> 16) | value & 0xffff)
    case .lckr: lock = value & 0x1ffff
    case .afrl: alternates[0] = value
    case .afrh: alternates[1] = value
    case .brr: setOutput(output & ~(value & 0xffff))
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    // Setting and resetting by halves and bytes is the point of BSRR and BRR.
    if offset & ~3 == Register.bsrr.rawValue || offset & ~3 == Register.brr.rawValue {
      return write(offset & ~3, value << ((offset & 3) * 8))
    }
    return mergeNarrow(offset, value, width)
  }

  func reset() {
    (mode, pull, speed) = resets
    openDrain = 0
    output = 0
    lock = 0
    alternates = [0, 0]
    for pin in nets.indices { apply(pin) }
  }

  private func field(_ register: UInt32, _ pin: Int) -> UInt32 { register >> UInt32(2 * pin) & 3 }

  private func setOutput(_ value: UInt32) {
    let changed = output ^ value
    output = value
    for pin in nets.indices where changed >> UInt32(pin) & 1 == 1 { apply(pin) }
  }

  private func apply(_ pin: Int) {
    let pulls = field(pull, pin)
    nets[pin].setPull(pulls == 1 ? true : pulls == 2 ? false : nil)
    let level = output >> UInt32(pin) & 1 == 1
    let isOpen = openDrain >> UInt32(pin) & 1 == 1 && level
    let channel = channel(of: pin)
    if let channel, channel.isDriven(besides: nets[pin].name) {
      nets[pin].drive(name, channel.level)
    } else {
      nets[pin].drive(name, field(mode, pin) == 1 && !isOpen ? level : nil)
    }
    if channels[pin] != nil { sense(pin) }
  }
}
