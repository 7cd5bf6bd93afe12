import Simulation

/// The wires from an STM32's reset and clock controller to its peripherals: clock gates, resets, and
/// what the system's parts must know of each other.
///
/// A peripheral says where its bit is by the parameters `enable-register` and `enable-bit`: the offset
/// of the RCC's enable register. Without them its clock always runs.
final class STM32System {
  final class Gate {
    let name: String
    fileprivate(set) var isOpen: Bool {
      didSet { power?.enter(isOpen ? "clocked" : "gated") }
    }
    fileprivate var reset: () -> Void = {}
    /// What its clock alone makes the peripheral draw.
    private let power: PowerConsumer?

    init(name: String, isOpen: Bool, power: PowerConsumer? = nil) {
      self.name = name
      self.isOpen = isOpen
      self.power = power
    }
  }

  private struct Place: Hashable {
    let register: UInt32
    let bit: UInt32
  }

  private var gates: [Place: [Gate]] = [:]
  /// Registers of the backup domain may be written: PWR's DBP.
  var isBackupWritable = false
  /// Resets what only a reset of the backup domain reaches.
  var backupResets: [() -> Void] = []
  /// Fetches and data reads are at most this fast at the present voltage: told by PWR.
  var voltageRange = 1
  /// Whether something can bring the chip back from Standby.
  var hasWakeUpSource: () -> Bool = { false }
  /// The clocks of RTC and wake-up sources go on in Stop; RCC does what PWR decides.
  var enterStop: () -> Void = {}
  var leaveStop: () -> Void = {}
  /// The chip switches itself off: Standby or Shutdown.
  var isInStandby = false
  var resetCause = Cause.software

  /// Why the chip resets.
  enum Cause { case powerOn, software, independentWatchdog, windowWatchdog, lowPower, optionBytes }

  private let fabric: Fabric

  init(_ fabric: Fabric) { self.fabric = fabric }

  func gate(_ context: PeripheralContext, reset: @escaping () -> Void) -> Gate {
    guard let register = context.parameters["enable-register"],
      let bit = context.parameters["enable-bit"]
    else { return Gate(name: context.name, isOpen: true) }
    let gate = Gate(
      name: context.name, isOpen: false,
      power: fabric.power.consumer(context.name, initial: "gated"))
    gate.reset = reset
    let place = Place(
      register: UInt32(truncatingIfNeeded: register), bit: UInt32(truncatingIfNeeded: bit))
    gates[place, default: []].append(gate)
    return gate
  }

  /// An enable register has a new value.
  func enable(_ register: UInt32, _ value: UInt32) {
    for bit in 0..<32 as Range<UInt32> {
      for gate in gates[Place(register: register, bit: bit)] ?? [] {
        gate.isOpen = value >> bit & 1 == 1
      }
    }
  }

  /// Bits of the reset register that goes with an enable register were set.
  func reset(_ register: UInt32, _ bits: UInt32) {
    for bit in 0..<32 as Range<UInt32> where bits >> bit & 1 == 1 {
      for gate in gates[Place(register: register, bit: bit)] ?? [] { gate.reset() }
    }
  }

  /// A watchdog, or waking from Standby, resets the chip.
  func requestReset(_ fabric: Fabric, _ cause: Cause) {
    resetCause = cause
    fabric.isSwitchedOff = false
    fabric.resetRequested = true
  }
}

/// A peripheral behind its clock gate: without a clock its registers read zero and take no writes,
/// which is a finding.
class STM32Gated: Peripheral {
  fileprivate let device: any Peripheral
  private let gate: STM32System.Gate
  private let findings: FindingLog

  init(_ context: PeripheralContext, _ device: any Peripheral) {
    self.device = device
    findings = context.fabric.findings
    gate = context.fabric.service(STM32System.init).gate(context) { device.reset() }
  }

  private func isClocked() -> Bool {
    if gate.isOpen { return true }
    findings.note(
      "no-clock", gate.name, "accessed while its clock is off: reads zero, ignores writes")
    return false
  }

  func read(_ offset: UInt32) -> UInt32? { isClocked() ? device.read(offset) : 0 }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    isClocked() ? device.write(offset, value) : true
  }

  func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32? {
    isClocked() ? device.readNarrow(offset, width) : 0
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    isClocked() ? device.writeNarrow(offset, value, width) : true
  }

  func readingActs(at offset: UInt32) -> Bool {
    !gate.isOpen || device.readingActs(at: offset)
  }

  func reset() { device.reset() }
}

/// A peripheral of the backup domain, or one that decides on Standby: it goes on when the chip is off.
final class STM32GatedBackup: STM32Gated, SurvivesSystemOff {}

/// A serial port behind its clock gate.
final class STM32GatedSerial: STM32Gated, SerialPort {
  private let port: STM32USART

  init(_ context: PeripheralContext, serial: STM32USART) {
    port = serial
    super.init(context, serial)
  }

  func receive(_ bytes: [UInt8]) { port.receive(bytes) }
  var waitingInput: Int { port.waitingInput }
}

extension Peripheral {
  /// Writes part of a register that is otherwise read and written back: for registers of plain bits.
  func mergeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    guard let old = read(offset & ~3) else { return false }
    let shift = (offset & 3) * 8
    let mask: UInt32 = (width == .byte ? 0xff : 0xffff) << shift
    return write(offset & ~3, old & ~mask | value << shift & mask)
  }
}
