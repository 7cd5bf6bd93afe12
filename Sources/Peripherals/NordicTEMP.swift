import Simulation
import Units

/// The die's thermometer: 36 us after START it has a temperature in quarters of a degree Celsius.
///
/// Parameters: `temperature-quarters` (100: 25 degrees), `conversion-us` (36).
///
/// Reference: nRF52840 Product Specification v1.7, 6.29 TEMP.
/// Not modelled: the trim registers, self-heating.
final class NordicTEMP: Peripheral {
  private enum Register: UInt32 {
    case temperature = 0x508
  }

  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let dataReady: UInt32 = 0x100

  private let interface: NordicInterface
  private let activity: NordicActivity
  private let measured: Int
  private let conversion: Interval
  private var temperature: Int32 = 0
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
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .temperature: return UInt32(bitPattern: temperature)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    Register(rawValue: offset) != nil || interface.write(offset, value)
  }

  func reset() {
    perform(Self.stop)
    interface.reset()
    temperature = 0
  }
}
