import Simulation
import Units

/// The part that all Nordic peripherals have in common: tasks, events, shortcuts and the interrupt.
///
/// A task is triggered by writing 1 to its register (0x000...), by a shortcut or by PPI. An event
/// sets its register (0x100...) until firmware writes 0. Bit n of INTEN lets event n (0x100 + 4 n)
/// raise the interrupt, which stays raised while any enabled event is set.
///
/// Reference: nRF52840 Product Specification v1.7, 6.1 Peripheral interface.
/// Not modelled: the four cycles that a cleared event takes to lower its interrupt.
final class NordicInterface {
  /// SHORTS bit, the event's offset, the task's offset.
  typealias Shortcut = (bit: Int, event: UInt32, task: UInt32)

  let base: Address
  private let wires: NordicEventFabric
  private let line: InterruptLine?
  private let taskMask: UInt64
  private let eventMask: UInt32
  private let shortcuts: [Shortcut]
  private let shortcutMask: UInt32
  private let hasInterruptRegister: Bool
  private(set) var events: UInt32 = 0
  private(set) var interrupts: UInt32 = 0
  private var shorts: UInt32 = 0
  /// Does what the task at that offset does.
  var perform: (UInt32) -> Void = { _ in }

  /// `interruptRegister`: whether INTEN itself can be accessed besides INTENSET and INTENCLR.
  init(
    _ context: PeripheralContext, tasks: [UInt32], events: [UInt32] = [],
    shortcuts: [Shortcut] = [], interruptRegister: Bool = false
  ) {
    base = context.base
    wires = context.fabric.service(NordicEventFabric.init)
    line = context.interrupts.first
    taskMask = tasks.reduce(0) { $0 | 1 << UInt64($1 >> 2) }
    eventMask = events.reduce(0) { $0 | Self.bit($1) }
    self.shortcuts = shortcuts
    shortcutMask = shortcuts.reduce(0) { $0 | 1 << UInt32($1.bit) }
    hasInterruptRegister = interruptRegister
    wires.attach(self)
  }

  private static func bit(_ event: UInt32) -> UInt32 { 1 << ((event - 0x100) >> 2) }

  /// Performs the task at that offset; false when there is none.
  func trigger(_ task: UInt32) -> Bool {
    guard task < 0x100, task & 3 == 0, taskMask >> UInt64(task >> 2) & 1 == 1 else { return false }
    perform(task)
    return true
  }

  /// Generates the event at that offset: its register, the interrupt, PPI, its shortcuts.
  func raise(_ event: UInt32, published: Bool = true) {
    events |= Self.bit(event)
    updateLine()
    if published { wires.publish(base + event) }
    guard shorts != 0 else { return }
    for shortcut in shortcuts where shortcut.event == event && shorts >> shortcut.bit & 1 == 1 {
      perform(shortcut.task)
    }
  }

  func isSet(_ event: UInt32) -> Bool { events & Self.bit(event) != 0 }

  /// Whether the event at that offset may raise the interrupt.
  func isEnabled(_ event: UInt32) -> Bool { interrupts & Self.bit(event) != 0 }

  func reset() {
    events = 0
    interrupts = 0
    shorts = 0
    updateLine()
  }

  /// The registers below 0x400; nil for one that this peripheral does not have.
  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x000..<0x100: taskMask >> UInt64(offset >> 2) & 1 == 1 ? 0 : nil
    case 0x100..<0x180: hasEvent(offset) ? (isSet(offset) ? 1 : 0) : nil
    case 0x200: shortcutMask != 0 ? shorts : nil
    case 0x300: hasInterruptRegister ? interrupts : nil
    case 0x304, 0x308: eventMask != 0 ? interrupts : nil
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x000..<0x100:
      return value & 1 == 1 ? trigger(offset) : taskMask >> UInt64(offset >> 2) & 1 == 1
    case 0x100..<0x180:
      guard hasEvent(offset) else { return false }
      if value & 1 == 0 { events &= ~Self.bit(offset) }
    case 0x200 where shortcutMask != 0: shorts = value & shortcutMask
    case 0x300 where hasInterruptRegister: interrupts = value & eventMask
    case 0x304 where eventMask != 0: interrupts |= value & eventMask
    case 0x308 where eventMask != 0: interrupts &= ~value
    default: return false
    }
    updateLine()
    return true
  }

  private func hasEvent(_ offset: UInt32) -> Bool {
    offset & 3 == 0 && eventMask & Self.bit(offset) != 0
  }

  private func updateLine() { line?.set(events & interrupts != 0) }
}
