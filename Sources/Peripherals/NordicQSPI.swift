import Simulation
import Units

/// The quad SPI controller with a serial flash memory at its pins (`SerialFlash`).
///
/// ACTIVATE gives READY. READSTART and WRITESTART move CNT bytes between RAM and the flash at
/// 32 MHz / (SCKFREQ + 1), by the lines that IFCONFIG0 chooses; ERASESTART erases 4 KiB, 64 KiB or all.
/// READY comes when the transfer is over; a write also waits for its pages, and what follows an erase
/// waits for that. A write to CINSTRCONF sends an instruction of the firmware's own: status (05, whose
/// write-in-progress bit is right), identification (9F), write enable, reset, and erases. From the first
/// ACTIVATE on the flash, from XIPOFFSET, can be read and executed at 0x12000000 (`NordicQSPIWindow`).
///
/// Reference: nRF52840 Product Specification v1.7, 6.19 QSPI.
/// Assumed: ACTIVATE takes 2 us.
/// Not modelled: encryption, deep power-down, long instruction frames.
final class NordicQSPI: Peripheral {
  private static let activate: UInt32 = 0x000
  private static let readStart: UInt32 = 0x004
  private static let writeStart: UInt32 = 0x008
  private static let eraseStart: UInt32 = 0x00c
  private static let deactivate: UInt32 = 0x010
  private static let ready: UInt32 = 0x100
  private static let status: UInt32 = 0x604
  private static let instruction: UInt32 = 0x634
  private static let data: [UInt32] = [0x638, 0x63c]

  /// Registers that only keep their value, with what they hold after a reset.
  private static let kept: [UInt32: UInt32] = {
    var values: [UInt32: UInt32] = [:]
    for offset in stride(from: UInt32(0x500), through: 0x520, by: 4) { values[offset] = 0 }
    for offset: UInt32 in [0x524, 0x528, 0x530, 0x534, 0x538, 0x53c] { values[offset] = .max }
    for offset: UInt32 in [0x540, 0x544, 0x638, 0x63c] { values[offset] = 0 }
    values[0x600] = 0x40480
    values[0x614] = .max
    values[0x624] = 0xb7
    values[0x634] = 0x2000
    values[0x640] = 0x200
    return values
  }()

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var done = fabric.scheduler.event(name) { [unowned self] in
    let action = finish
    finish = {}
    activity.set(false)
    action()
    interface.raise(Self.ready)
  }
  private var finish: () -> Void = {}
  private var values = kept
  private var flash = SerialFlash()
  private let window: NordicQSPIWindow
  private var isActive = false
  /// Until when the flash programs or erases.
  private var busyUntil = Instant.zero
  private var isWriteEnabled = false

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: [0, 4, 8, 0xc, 0x10], events: [Self.ready], interruptRegister: true)
    activity = NordicActivity(context)
    window = NordicQSPIWindow(context)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset == Self.status { return 1 << 3 | UInt32(flashStatus) << 24 }
    return values[offset] ?? interface.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard values[offset] != nil else { return interface.write(offset, value) }
    values[offset] = value
    switch offset {
    case 0x500: if value & 1 == 0 { halt() }
    case 0x540: window.show(flash, from: value)
    case 0x544, 0x600: window.setTiming(reading: self.value(0x544), clock: self.value(0x600))
    case Self.instruction: custom(value)
    default: break
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    values = Self.kept
    isWriteEnabled = false
  }

  private func value(_ offset: UInt32) -> UInt32 { values[offset] ?? 0 }

  private var flashStatus: UInt8 {
    (fabric.scheduler.now < busyUntil ? 1 : 0) | (isWriteEnabled ? 2 : 0) | 0x40
  }

  /// So many bits on one line, or on `lines`.
  private func bits(_ count: Int64, lines: Int64 = 1) -> Interval {
    let clock = Hertz(32_000_000).scaled(by: 1, over: UInt64(value(0x600) >> 28) + 1)
    return ClockDomain(frequency: clock).duration(ofTicks: UInt64((count + lines - 1) / lines))
  }

  private func perform(_ task: UInt32) {
    guard value(0x500) & 1 == 1 else {
      // READY comes all the same: vendor code works around an erratum by it.
      if task == Self.activate { after(.microseconds(2)) {} }
      return
    }
    switch task {
    case Self.activate:
      isActive = true
      after(.microseconds(2)) { [unowned self] in
        window.open(flash)
        window.setTiming(reading: value(0x544), clock: value(0x600))
      }
    case Self.deactivate:
      isActive = false
      done.cancel()
      activity.set(false)
    case _ where !isActive || done.isScheduled:
      fabric.findings.note(
        "not-started", name, "a transfer is asked for before READY: ignored")
    case Self.readStart: startRead()
    case Self.writeStart: startWrite()
    case Self.eraseStart: startErase()
    default: break
    }
  }

  private func after(_ time: Interval, _ action: @escaping () -> Void) {
    finish = action
    activity.set(true)
    done.schedule(after: time)
  }

  private var waiting: Interval {
    max(.zero, busyUntil - fabric.scheduler.now)
  }

  private func startRead() {
    let (source, target) = (value(0x504), value(0x508))
    let count = Int(value(0x50c) & 0x1f_ffff)
    // READOC: one line, two, two with the address, four, four with the address.
    let lines: Int64 = [1, 2, 2, 4, 4, 1, 1, 1][Int(value(0x544) & 7)]
    let time = waiting + bits(40) + bits(8 * Int64(count), lines: lines)
    after(time) { [unowned self] in
      if !fabric.memory.write(Address(target), flash.read(source, count: count)) { report(target) }
    }
  }

  private func startWrite() {
    let (target, source) = (value(0x510), value(0x514))
    let count = Int(value(0x518) & 0x1f_ffff)
    guard let bytes = fabric.memory.read(Address(source), count: count) else {
      report(source)
      return after(bits(8)) {}
    }
    let lines: Int64 = [1, 2, 4, 4, 1, 1, 1, 1][Int(value(0x544) >> 3 & 7)]
    let pages = Int64((Int(target & 0xff) + count + 255) / 256)
    let transfer = bits(40 * max(pages, 1)) + bits(8 * Int64(count), lines: lines)
    after(waiting + transfer + SerialFlash.pageTime * pages) { [unowned self] in
      _ = flash.program(target, bytes)
      window.update(flash, target, count: UInt32(count))
    }
  }

  private func startErase() {
    let sizes: [UInt32] = [4096, 65_536, SerialFlash.size, 4096]
    let size = sizes[Int(value(0x520) & 3)]
    let address = value(0x51c)
    after(waiting + bits(32)) { [unowned self] in
      erase(address, size: size)
    }
  }

  private func erase(_ address: UInt32, size: UInt32) {
    busyUntil = fabric.scheduler.now + flash.erase(address, size: size)
    window.update(flash, address / size * size, count: size)
  }

  /// CINSTRCONF: OPCODE, LENGTH with the opcode (1 to 9), WREN.
  private func custom(_ configuration: UInt32) {
    guard isActive, !done.isScheduled else { return }
    let length = Int64(max(configuration >> 8 & 0xf, 1))
    if configuration >> 15 & 1 == 1 { isWriteEnabled = true }
    after(bits(8 * length)) { [unowned self] in execute(UInt8(configuration & 0xff)) }
  }

  private func execute(_ opcode: UInt8) {
    switch opcode {
    case 0x05: values[Self.data[0]] = UInt32(flashStatus)
    case 0x15, 0x35: values[Self.data[0]] = 0
    case 0x9f: values[Self.data[0]] = 0x17_28c2
    case 0x06: isWriteEnabled = true
    case 0x04: isWriteEnabled = false
    case 0x60, 0xc7:
      if isWriteEnabled { erase(0, size: SerialFlash.size) }
      isWriteEnabled = false
    case 0x01: isWriteEnabled = false
    case 0x66, 0x99, 0xb9, 0xab: break
    default:
      fabric.findings.note(
        "unmodelled-command", "\(name).CINSTRCONF", "the flash does nothing on opcode \(opcode)")
    }
  }

  private func report(_ pointer: UInt32) {
    fabric.findings.note(
      "bus-error", name, "EasyDMA reaches only RAM, not \(Address(pointer)): a bus error")
  }

  private func halt() {
    done.cancel()
    finish = {}
    isActive = false
    activity.set(false)
  }
}
