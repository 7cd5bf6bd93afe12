import Simulation
import Units

/// The die's thermometer: 36 us after START it has a temperature in quarters of a degree Celsius.
///
/// Parameters: `temperature-quarters` (100: 25 degrees), `conversion-us` (36).
///
/// Reference: nRF52840 Product Specification v1.7, 6.29 TEMP.
/// The trim registers A0 … T4 hold what is written and change nothing.
/// Not modelled: self-heating.
final class NordicTEMP: Peripheral {
  private enum Register: UInt32 {
    case temperature = 0x508
  }

  /// A0 … A5, B0 … B5, T0 … T4 as reset leaves them.
  private static let trims: [UInt32: UInt32] = [
    0x520: 0x326, 0x524: 0x348, 0x528: 0x3aa, 0x52c: 0x40e, 0x530: 0x4bd, 0x534: 0x5a3,
    0x540: 0x3fef, 0x544: 0x3fbe, 0x548: 0x3fbe, 0x54c: 0x12, 0x550: 0x124, 0x554: 0x27c,
    0x560: 0xe2, 0x564: 0, 0x568: 0x19, 0x56c: 0x3c, 0x570: 0x50,
  ]
  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let dataReady: UInt32 = 0x100

  private let interface: NordicInterface
  private let activity: NordicActivity
  private let measured: Int
  private let conversion: Interval
  private var temperature: Int32 = 0
  private var trims = NordicTEMP.trims
  private var due: Event?

  init(_ context: PeripheralContext) {
    interface = NordicInterface(
      context, tasks: [Self.start, Self.stop], events: [Self.dataReady])
    activity = NordicActivity(context)
    measured = context.parameters["temperature-quarters"] ?? 100
    conversion = .microseconds(Int64(min(max(context.parameters["conversion-us"] ?? 36, 1), 1000)))
    due = context.fabric.scheduler.event(context.name) { [unowned self] in
      temperature = Int32(clamping: measured)
      activity.set(false)
      interface.raise(Self.dataReady)
    }
    interface.perform = { [unowned self] in perform($0) }
  }

  private func perform(_ task: UInt32) {
    activity.set(task == Self.start)
    if task == Self.start { due?.schedule(after: conversion) } else { due?.cancel() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else {
      return trims[offset] ?? interface.read(offset)
    }
    switch register {
    case .temperature: return UInt32(bitPattern: temperature)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if trims[offset] != nil {
      trims[offset] = value
      return true
    }
    return Register(rawValue: offset) != nil || interface.write(offset, value)
  }

  func reset() {
    perform(Self.stop)
    interface.reset()
    temperature = 0
    trims = Self.trims
  }
}
