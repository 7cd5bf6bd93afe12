import Simulation
import Units

/// The AES block encryptor: key, clear text and cipher text stand one after another in RAM at
/// ECBDATAPTR, 16 bytes each.
///
/// STARTECB takes 7.2 us to ENDECB. STOPECB, or a pointer outside RAM, gives ERRORECB. Parameter:
/// `block-ns` (7200).
///
/// Reference: nRF52840 Product Specification v1.7, 6.7 ECB (the time is remembered: tECB).
/// Not modelled: the conflict with CCM and AAR, which use the same cipher.
final class NordicECB: Peripheral {
  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let end: UInt32 = 0x100
  private static let error: UInt32 = 0x104
  private static let dataPointer: UInt32 = 0x504

  private let blockTime: Interval
  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var done = fabric.scheduler.event(name) { [unowned self] in finish() }
  private var pointer: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: [Self.start, Self.stop], events: [Self.end, Self.error])
    activity = NordicActivity(context)
    blockTime = .nanoseconds(Int64(min(max(context.parameters["block-ns"] ?? 7200, 1), 1_000_000)))
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    offset == Self.dataPointer ? pointer : interface.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset == Self.dataPointer else { return interface.write(offset, value) }
    pointer = value
    return true
  }

  func reset() {
    done.cancel()
    activity.set(false)
    interface.reset()
    pointer = 0
  }

  private func perform(_ task: UInt32) {
    if task == Self.start {
      guard !done.isScheduled else { return }
      activity.set(true)
      done.schedule(after: blockTime)
    } else if done.isScheduled {
      done.cancel()
      activity.set(false)
      interface.raise(Self.error)
    }
  }

  private func finish() {
    activity.set(false)
    guard let input = fabric.memory.read(Address(pointer), count: 32),
      fabric.memory.write(
        Address(pointer &+ 32), AES128(key: Array(input[..<16])).encrypt(Array(input[16...])))
    else {
      fabric.findings.note(
        "bus-error", "\(name).ECBDATAPTR",
        "EasyDMA reaches only RAM, not \(Address(pointer)): a bus error")
      return interface.raise(Self.error)
    }
    interface.raise(Self.end)
  }
}
