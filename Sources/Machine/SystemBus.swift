import Boards
import CortexM
import Engine
import Peripherals
import Registers
import RunRecord
import Simulation
import Units

/// What the core's loads and stores reach beyond memory: the chip's devices and the private
/// peripheral bus, each access at its own instant.
final class SystemBus: DeviceBus, DeviceRegisters {
  struct Instance {
    let block: Block
    /// Nil: listed, not modelled.
    let device: (any Peripheral)?
  }

  let chip: Chip
  private var instances: [Instance] = []
  private var pages: [UInt32: [Int]] = [:]
  private var locator = AccessLocator()
  private let unmodelled: UnmodelledRegisters
  /// What `--hold` says.
  var holds = HeldRegisters()
  /// What was written to the registers.
  let log = DeviceLog()
  unowned let engine: Engine
  let analysis: BlockAnalysis
  let fabric: Fabric
  let clock: ClockSignal
  unowned var core: CortexM?
  /// Where the access under way comes from, for findings.
  private(set) var origin: Address?
  /// The core clock at the access under way; nil: none is, or only what fell due before it.
  private(set) var accessCycle: UInt64?
  /// After the run's end: time stands still, reads are told, and a write is not done but ends the look.
  var probe: ((_ instruction: Address, _ address: UInt32, _ value: UInt32?) -> Void)?

  init(
    chip: Chip, engine: Engine, analysis: BlockAnalysis, fabric: Fabric, clock: ClockSignal
  ) {
    self.chip = chip
    self.engine = engine
    self.analysis = analysis
    self.fabric = fabric
    self.clock = clock
    unmodelled = UnmodelledRegisters(chip, fabric.findings)
  }

  func add(_ instance: Instance) {
    let index = instances.count
    instances.append(instance)
    let first = (instance.block.base + instance.block.first).value >> 10
    let last = (instance.block.base.value &+ max(instance.block.size, 1) &- 1) >> 10
    for page in first...max(first, last) { pages[page, default: []].append(index) }
  }

  var devices: [any Peripheral] { instances.compactMap(\.device) }

  /// Puts a byte of an image into a device's cells; false where there are none.
  func program(_ byte: UInt8, at address: Address) -> Bool {
    guard let instance = instance(at: address.value),
      let device = instance.device as? any ProgrammablePeripheral
    else { return false }
    return device.program(address - instance.block.base, byte)
  }

  /// The private peripheral bus; above it lies what the vendor put there.
  private static func isPrivate(_ address: UInt32) -> Bool { address >> 20 == 0xe00 }

  /// The device of that name, or of that other name, as a serial port.
  func serialPort(_ name: String) -> (name: String, device: any SerialPort)? {
    guard let instance = instances.first(where: { $0.block.isNamed(name) }),
      let device = instance.device as? any SerialPort
    else { return nil }
    return (instance.block.name, device)
  }

  var serialPorts: [String] {
    instances.filter { $0.device is any SerialPort }.map(\.block.name)
  }

  // MARK: Accesses by the core

  func read(_ address: UInt32, width: UInt32) -> UInt32 {
    let width = AccessWidth(rawValue: width) ?? .word
    begin(address, isWrite: false)
    defer { end() }
    var value = readAnything(address, width)
    if !holds.isEmpty { value = holds.applied(to: value, address, width) }
    if let probe, let origin { probe(origin, address, value) }
    return value
  }

  private func readAnything(_ address: UInt32, _ width: AccessWidth) -> UInt32 {
    if Self.isPrivate(address) { return readPrivate(address, width) }
    if let bit = aliasedBit(address) { return readWord(bit.word) >> bit.index & 1 }
    return readDevice(address, width)
  }

  private func readDevice(_ address: UInt32, _ width: AccessWidth) -> UInt32 {
    guard let instance = instance(at: address) else {
      engine.abortAccess(to: Address(address), isWrite: false)
      return 0
    }
    let offset = address &- instance.block.base.value
    let value =
      width == .word && address & 3 == 0
      ? instance.device?.read(offset) : instance.device?.readNarrow(offset, width)
    return value ?? unmodelled.read(address, width, instance.block)
  }

  func write(_ address: UInt32, width: UInt32, value: UInt32) {
    let width = AccessWidth(rawValue: width) ?? .word
    begin(address, isWrite: true)
    defer { end() }
    if let probe, let origin { return probe(origin, address, nil) }
    if Self.isPrivate(address) {
      notePrivate(address, value, width)
    } else {
      log.note(address, value)
    }
    if Self.isPrivate(address) { return writePrivate(address, value, width) }
    if let bit = aliasedBit(address) {
      let old = readWord(bit.word) & ~(1 << bit.index)
      return writeWord(bit.word, old | (value & 1) << bit.index)
    }
    writeDevice(address, width, value)
  }

  private func writeDevice(_ address: UInt32, _ width: AccessWidth, _ value: UInt32) {
    guard let instance = instance(at: address) else {
      return engine.abortAccess(to: Address(address), isWrite: true)
    }
    let offset = address &- instance.block.base.value
    let isTaken =
      width == .word && address & 3 == 0
      ? instance.device?.write(offset, value) : instance.device?.writeNarrow(offset, value, width)
    if isTaken != true { unmodelled.write(address, value, width, instance.block) }
  }

  /// What a word of a device's registers holds; nil where nothing is, or where reading would act.
  func peek(_ address: UInt32) -> UInt32? {
    guard address & 3 == 0, let instance = instance(at: address) else { return nil }
    let offset = address &- instance.block.base.value
    if let device = instance.device {
      if device.readingActs(at: offset) { return nil }
      if let value = device.read(offset) { return value }
    }
    return unmodelled.peek(address)
  }

  /// The chip switches itself off: what does not survive it stops.
  func switchOff() {
    for device in devices where !(device is any SurvivesSystemOff) { device.reset() }
  }

  /// Writes of a boot loader that has ended when the run begins.
  func leave(_ writes: [BootLoader.Write]) {
    for write in writes { writeDevice(write.register.value, .word, write.value) }
  }

  // MARK: Accesses by other bus masters

  func read(_ address: Address, _ width: AccessWidth) -> UInt32? {
    guard let instance = instance(at: address.value) else { return nil }
    let offset = address.value &- instance.block.base.value
    let value =
      width == .word && address.value & 3 == 0
      ? instance.device?.read(offset) : instance.device?.readNarrow(offset, width)
    return holds.applied(
      to: value ?? unmodelled.read(address.value, width, instance.block), address.value, width)
  }

  func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool {
    guard instance(at: address.value) != nil else { return false }
    writeDevice(address.value, width, value)
    return true
  }

  // MARK: Bit-banding

  /// Each word of an alias is one bit of the first megabyte of RAM or peripherals.
  /// Reference: Arm DDI 0439D, 3.7.
  static let bitBandAliases: [UInt32] = [0x2200_0000, 0x4200_0000]
  static let bitBandSize: UInt32 = 0x0200_0000
  var bitBands: [UInt32] = []

  private func aliasedBit(_ address: UInt32) -> (word: UInt32, index: UInt32)? {
    guard !bitBands.isEmpty, let alias = bitBands.first(where: { address &- $0 < Self.bitBandSize })
    else { return nil }
    let offset = address - alias
    return (alias - Self.bitBandSize + offset / 128 * 4, offset / 4 & 31)
  }

  private func readWord(_ address: UInt32) -> UInt32 {
    engine.word(at: Address(address)) ?? readDevice(address, .word)
  }

  private func writeWord(_ address: UInt32, _ value: UInt32) {
    if engine.word(at: Address(address)) == nil {
      writeDevice(address, .word, value)
    } else if !engine.setWord(value, at: Address(address)) {
      engine.abortAccess(to: Address(address), isWrite: true)
    }
  }

  /// The access happens where its instruction stands in the block, not where the block began.
  private func begin(_ address: UInt32, isWrite: Bool) {
    let place = locator.locate(address, isWrite: isWrite, engine: engine, analysis: analysis)
    origin = place.instruction
    if probe != nil { return }
    fabric.scheduler.advance(to: clock.instant(ofTick: place.cycle))
    accessCycle = place.cycle
  }

  /// What the access scheduled may be due before the run would have come back.
  private func end() {
    origin = nil
    accessCycle = nil
    if probe != nil { return }
    let next = fabric.scheduler.next
    if next != .never { engine.lowerDeadline(to: clock.firstTick(notBefore: next)) }
    if fabric.stopReason != nil { engine.requestStop() }
  }

  private func instance(at address: UInt32) -> Instance? {
    guard let candidates = pages[address >> 10] else { return nil }
    for index in candidates where instances[index].block.contains(Address(address)) {
      return instances[index]
    }
    return nil
  }

  // MARK: The private peripheral bus

  private func readPrivate(_ address: UInt32, _ width: AccessWidth) -> UInt32 {
    guard let core, isAllowed(address) else {
      engine.abortAccess(to: Address(address), isWrite: false)
      return 0
    }
    if let word = core.readPrivate(address & ~3) { return lane(word, address, width) }
    if instance(at: address) != nil { return readDevice(address, width) }
    return unmodelled.read(address, width, nil)
  }

  private func writePrivate(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) {
    guard let core, isAllowed(address) else {
      return engine.abortAccess(to: Address(address), isWrite: true)
    }
    let isTaken =
      width == .word
      ? core.writePrivate(address, value) : core.writePrivateNarrow(address, value, width)
    if !isTaken && instance(at: address) != nil { return writeDevice(address, width, value) }
    if !isTaken { unmodelled.write(address, value, width, nil) }
  }

  /// Unprivileged code reaches none of the System Control Space but STIR, and that when allowed.
  private func isAllowed(_ address: UInt32) -> Bool {
    let isUnprivileged =
      engine[.control] & 1 != 0 && engine[.xpsr] & 0x1ff == 0 || isUnprivilegedInstruction
    return !isUnprivileged || core?.allowsUnprivileged(address) == true
  }

  /// LDRT, STRT and their narrow kin access memory as unprivileged code does.
  private var isUnprivilegedInstruction: Bool {
    guard let origin, let bytes = engine.bytes(at: origin, count: 4) else { return false }
    return bytes[1] & 0xfe == 0xf8 && bytes[0] & 0x80 == 0 && bytes[3] & 0x0f == 0x0e
  }

  private func lane(_ word: UInt32, _ address: UInt32, _ width: AccessWidth) -> UInt32 {
    let mask: UInt32 = width == .byte ? 0xff : width == .halfword ? 0xffff : .max
    return word >> ((address & 3) * 8) & mask
  }

  func reset() { unmodelled.reset() }

  /// How the firmware set up the devices, named for a reader. Timers that are read back and cleared and
  /// the like say nothing of their own: what counts is told by `DeviceLog`.
  var settings: [DeviceSetting] {
    log.settings { address in
      if Self.isPrivate(address) { return privateName(address) }
      return registerName(address).map { name in
        address & 3 == 0 ? name : "\(name)+\(address & 3)"
      }
    } isPointer: { value in
      chip.memories.contains { memory in
        memory.base.value >= 0x1000_0000 && value >= memory.base.value
          && UInt64(value) < UInt64(memory.base.value) + UInt64(memory.size)
      }
    }
  }

  /// Enables and priorities of interrupts one by one, however many a word sets.
  private func notePrivate(_ address: UInt32, _ value: UInt32, _ width: AccessWidth) {
    switch address {
    case 0xe000_e100...0xe000_e13f:
      for bit in 0..<32 where value >> UInt32(bit) & 1 == 1 {
        log.noteEnabled(chip.interruptName(Int(address & 0x3c) * 8 + bit))
      }
    case 0xe000_e400...0xe000_e5ef, 0xe000_ed18...0xe000_ed23:
      for byte in 0..<width.rawValue {
        log.note(
          address + byte, (value >> (8 * byte) & 0xff) >> UInt32(8 - min(chip.core.priorityBits, 8))
        )
      }
    default: log.note(address, value)
    }
  }

  /// Reference: Armv7-M Architecture Reference Manual (DDI 0403E), B3.2 to B3.4.
  private func privateName(_ address: UInt32) -> String? {
    switch address {
    case 0xe000_e010: return "SysTick.CTRL"
    case 0xe000_e014: return "SysTick.LOAD"
    case 0xe000_e400...0xe000_e5ef:
      let number = Int(address - 0xe000_e400)
      return "priority of \(chip.interruptName(number))"
    case 0xe000_ed10: return "SCB.SCR"
    case 0xe000_ed14: return "SCB.CCR"
    case 0xe000_ed18...0xe000_ed23: return "priority of exception \(address - 0xe000_ed14)"
    case 0xe000_ed88: return "CPACR"
    case 0xe000_ef34: return "FPCCR"
    default: return nil
    }
  }

  /// What the vendor calls the register at an address; nil where no peripheral is.
  func registerName(_ address: UInt32) -> String? {
    block(at: address).map { unmodelled.name(address & ~3, $0) }
  }

  /// The register that an address lies in, as the chip's description has it.
  func register(_ address: UInt32) -> Register? {
    unmodelled.register(address, block(at: address))
  }

  /// Whether a device or the core answers there.
  func isDevice(_ address: UInt32) -> Bool {
    Self.isPrivate(address) || block(at: address) != nil
  }

  private func block(at address: UInt32) -> Block? { instance(at: address)?.block }
}
