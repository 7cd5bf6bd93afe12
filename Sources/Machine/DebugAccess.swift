import CortexM
import Debugger
import Engine
import Simulation
import Units

/// Registers, memory and `monitor` commands of a core that stands still.
///
/// A device's register is read as long as that changes nothing (`Peripheral.readingActs`).
/// Not modelled: writing to the chip's own peripherals.
extension MachineDebugging: DebugTarget {
  private var engine: Engine { machine.engine }

  var breakpoints: [Address] {
    get { engine.breakpoints }
    set { engine.breakpoints = newValue }
  }

  subscript(register: CoreRegister) -> UInt32 {
    get { register == .pc ? engine.programCounter.value : machine.processor[register] }
    set {
      switch register {
      case .pc:
        engine.programCounter = Address(newValue & ~1)
        hasJumped = true
      case .xpsr: machine.processor.setApplicationFlags(newValue)
      default: machine.processor[register] = newValue
      }
    }
  }

  subscript(single index: Int) -> UInt32 {
    get { engine[single: index] }
    set { engine[single: index] = newValue }
  }

  // MARK: Memory

  func read(_ address: Address, count: Int) -> [UInt8] {
    if let bytes = engine.bytes(at: address, count: count) { return bytes }
    var bytes: [UInt8] = []
    while bytes.count < count, let byte = byte(at: address + UInt32(bytes.count)) {
      bytes.append(byte)
    }
    return bytes
  }

  private func byte(at address: Address) -> UInt8? {
    if let byte = engine.bytes(at: address, count: 1)?.first { return byte }
    let place = address.value & ~3
    let isPrivate = address.value >> 20 == 0xe00
    guard let word = isPrivate ? machine.core.readPrivate(place) : machine.bus.peek(place) else {
      return nil
    }
    return UInt8(truncatingIfNeeded: word >> ((address.value & 3) * 8))
  }

  func write(_ bytes: [UInt8], at address: Address) -> Bool {
    if engine.patch(bytes, at: address) { return true }
    guard address.value >> 20 == 0xe00, address.value & 3 == 0, bytes.count == 4 else {
      return false
    }
    return machine.core.writePrivate(
      address.value, bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  // MARK: Monitor

  func monitor(_ command: String) -> String? {
    switch command {
    case "help": Self.help
    case "time": time + "\n"
    case "cycles": "\(engine.cycles) cycles, \(machine.sleepCycles) of them asleep\n"
    case "energy": energy
    case "exceptions": exceptions
    case "reset": reset()
    default: nil
    }
  }

  private static let help = """
    time        simulated time since power-on
    cycles      core clocks since power-on
    energy      how long each consumer was in which state
    exceptions  what is being handled, pending and enabled
    reset       system reset; the core stands before its first instruction
    help        this list

    """

  /// Twelve decimals: every picosecond.
  private var time: String {
    seconds(machine.clock.instant(ofTick: engine.cycles).picoseconds)
  }

  private func seconds(_ picoseconds: Int64) -> String {
    let fraction = String(picoseconds % 1_000_000_000_000)
    return "\(picoseconds / 1_000_000_000_000)."
      + String(repeating: "0", count: 12 - fraction.count) + fraction + " s"
  }

  private var energy: String {
    var lines = machine.fabric.power.residencies().map { row in
      seconds(row.time.picoseconds) + "  "
        + row.states.map { "\($0.consumer): \($0.state)" }.joined(separator: ", ") + "\n"
    }
    lines.append("the report at the end of the run prices them\n")
    return lines.joined()
  }

  private var exceptions: String {
    let running = machine.core.exceptionNumber
    var text = "handling: \(running == 0 ? "none" : machine.exceptionName(running))\n"
    let nested = engine.callChain().compactMap { step -> String? in
      guard case .exception(let number) = step else { return nil }
      return machine.exceptionName(Int(number))
    }
    if nested.count > 1 { text += "nested, innermost first: \(nested.joined(separator: ", "))\n" }
    text += "pending: \(list(interrupts(0xe000_e200)))\n"
    return text + "enabled: \(list(interrupts(0xe000_e100)))\n"
  }

  /// The interrupts whose bits are set in a bank of the NVIC.
  private func interrupts(_ bank: UInt32) -> [String] {
    let count = machine.core.features.interruptCount
    return (0..<count).filter { number in
      let word = machine.core.readPrivate(bank + UInt32(number / 32 * 4)) ?? 0
      return word >> UInt32(number % 32) & 1 == 1
    }.map { machine.exceptionName($0 + 16) }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  private func reset() -> String {
    machine.systemReset()
    hasJumped = true
    return "reset; 'maintenance flush register-cache' shows GDB the new registers\n"
  }
}
