import Simulation

/// What feeds the extended interrupt controller: which port each of the sixteen pin lines looks at,
/// and the lines of devices inside.
final class STM32ExternalLines {
  /// Port of line n: 0 is A.
  var ports = Array(repeating: 0, count: 16)
  /// Told when a port was chosen.
  var onChoice: () -> Void = {}
  /// Told of an edge on an inner line; the controller hooks in here.
  var trigger: (_ line: Int) -> Void = { _ in }

  init(_ fabric: Fabric) {}
}

/// The system configuration controller of L4, F4, F7 and H7: it chooses the ports of the external
/// interrupts; its other registers hold.
///
/// Parameters: `exti` 0 where the choice is elsewhere (G0, U5), `compensation` the offset of CCCSR where
/// two cells can be switched on (U5), `last` its last offset.
///
/// Reference: RM0432 9, RM0090 9, RM0444 8, RM0456 15, RM0455 13.
/// Not modelled: memory remapping (MEMRMP holds), I/O compensation is ready at once, ITLINE registers.
final class STM32SYSCFG: Peripheral {
  private let external: STM32ExternalLines
  private let choosesPorts: Bool
  private let compensation: UInt32?
  private let last: UInt32
  private let resets: [UInt32: UInt32]
  private var registers: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    external = context.fabric.service(STM32ExternalLines.init)
    choosesPorts = context.parameters["exti"] != 0
    compensation = context.parameters["compensation"].map { UInt32(truncatingIfNeeded: $0) }
    last = UInt32(truncatingIfNeeded: context.parameters["last"] ?? 0x30)
    resets = [0x04: UInt32(truncatingIfNeeded: context.parameters["cfgr1"] ?? 0)]
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard offset <= last else { return nil }
    if offset == compensation {
      let value = registers[offset] ?? 0xa
      return value & 0xf | (value & 1) << 8 | (value >> 2 & 1) << 9
    }
    // The compensation cell of F4 and F7.
    if offset == 0x20 && choosesPorts {
      return (registers[offset] ?? 0) | (registers[offset] ?? 0) << 8
    }
    return registers[offset] ?? resets[offset] ?? 0
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset <= last else { return false }
    registers[offset] = value
    guard choosesPorts, (0x08...0x14).contains(offset) else { return true }
    for index in 0..<4 {
      external.ports[Int(offset - 8) + index] = Int(value >> UInt32(4 * index) & 0xf)
    }
    external.onChoice()
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  func reset() {
    registers = [:]
    guard choosesPorts else { return }
    external.ports = Array(repeating: 0, count: 16)
    external.onChoice()
  }
}

/// The extended interrupt and event controller of an STM32: edges of pins and of devices inside
/// become interrupts and events.
///
/// Parameters: `split` 1 for the kind of G0 and U5 with pending registers for each edge and its own choice
/// of ports, 2 for the H7's order of registers, `grouped` 1 for three interrupt lines (0–1, 2–3, 4–15)
/// instead of seven, 16 for one a pin, `ports`, and `inner-1`, `inner-2`, …: the lines whose interrupts
/// follow those in the chip's description.
///
/// Reference: RM0432 15, RM0444 13, RM0090 12, RM0456 24, RM0455 21.
/// Not modelled: edge detectors of lines from 32 on beyond holding their registers.
final class STM32EXTI: Peripheral {
  private let isSplit: Bool
  private let order: [UInt32: Function]
  private let fabric: Fabric
  private let external: STM32ExternalLines
  private let interrupts: [InterruptLine]
  private let pinLines: Int
  private let inner: [Int]
  private var nets: [[Pin]] = []
  private var levels = Array(repeating: false, count: 16)
  private var mask: UInt32
  private var eventMask: UInt32 = 0
  private var rising: UInt32 = 0
  private var falling: UInt32 = 0
  private var pendingRising: UInt32 = 0
  private var pendingFalling: UInt32 = 0
  private var held: [UInt32: UInt32] = [:]
  private let initialMask: UInt32

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    external = fabric.service(STM32ExternalLines.init)
    let kind = context.parameters["split"] ?? 0
    isSplit = kind == 1
    order = kind == 2 ? Self.third : isSplit ? Self.second : Self.first
    interrupts = context.interrupts
    pinLines = [1: 3, 16: 16][context.parameters["grouped"] ?? 0] ?? 7
    initialMask = UInt32(truncatingIfNeeded: context.parameters["mask"] ?? 0)
    mask = initialMask
    inner = (1...8).compactMap { context.parameters["inner-\($0)"] }
    let ports = min(max(context.parameters["ports"] ?? 9, 1), 11)
    nets = (0..<ports).map { port in
      (0..<16).map { context.fabric.pins[STM32GPIO.name(port: port, pin: $0)] }
    }
    for (port, pins) in nets.enumerated() {
      for (line, pin) in pins.enumerated() {
        pin.observe { [unowned self] level in
          if external.ports[line] == port { edge(line, level) }
        }
      }
    }
    external.onChoice = { [unowned self] in
      for line in 0..<16 where nets.indices.contains(external.ports[line]) {
        levels[line] = nets[external.ports[line]][line].level
      }
    }
    external.trigger = { [unowned self] in raise($0, isRising: true) }
  }

  private func edge(_ line: Int, _ level: Bool) {
    guard level != levels[line] else { return }
    levels[line] = level
    raise(line, isRising: level)
  }

  private func raise(_ line: Int, isRising: Bool) {
    let bit: UInt32 = 1 << UInt32(line)
    guard (isRising ? rising : falling) & bit != 0 else { return }
    pend(bit, isRising: isRising)
  }

  private func pend(_ bits: UInt32, isRising: Bool) {
    // What is masked is not latched, but an event is sent all the same.
    if eventMask & bits != 0 { fabric.sendEvent() }
    if isRising { pendingRising |= bits & mask } else { pendingFalling |= bits & mask }
    update()
  }

  private func update() {
    let pending = (pendingRising | pendingFalling) & mask
    let groups: [UInt32] =
      switch pinLines {
      case 3: [0x0003, 0x000c, 0xfff0]
      case 16: (0..<16).map { 1 << $0 }
      default: [0x01, 0x02, 0x04, 0x08, 0x10, 0x03e0, 0xfc00]
      }
    for (line, group) in zip(interrupts, groups) { line.set(pending & group != 0) }
    for (index, line) in inner.enumerated() where pinLines + index < interrupts.count {
      interrupts[pinLines + index].set(pending >> UInt32(line) & 1 == 1)
    }
  }

  private enum Function { case mask, events, rising, falling, software, pending, pendingFalling }

  private static let first: [UInt32: Function] = [
    0x00: .mask, 0x04: .events, 0x08: .rising, 0x0c: .falling, 0x10: .software, 0x14: .pending,
  ]
  private static let second: [UInt32: Function] = [
    0x00: .rising, 0x04: .falling, 0x08: .software, 0x0c: .pending, 0x10: .pendingFalling,
    0x80: .mask, 0x84: .events,
  ]
  private static let third: [UInt32: Function] = [
    0x00: .rising, 0x04: .falling, 0x08: .software, 0x80: .mask, 0x84: .events, 0x88: .pending,
  ]

  func read(_ offset: UInt32) -> UInt32? {
    guard let function = order[offset] else {
      if isSplit && (0x60...0x6c).contains(offset) {
        return (0..<4).reduce(0) {
          $0 | UInt32(external.ports[Int(offset - 0x60) + $1]) << UInt32(8 * $1)
        }
      }
      return offset <= 0xa8 ? held[offset] ?? 0 : nil
    }
    switch function {
    case .mask: return mask
    case .events: return eventMask
    case .rising: return rising
    case .falling: return falling
    case .software: return 0
    case .pending: return isSplit ? pendingRising : pendingRising | pendingFalling
    case .pendingFalling: return pendingFalling
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let function = order[offset] else {
      if isSplit && (0x60...0x6c).contains(offset) {
        for index in 0..<4 {
          external.ports[Int(offset - 0x60) + index] = Int(value >> UInt32(8 * index) & 0xff)
        }
        external.onChoice()
      } else if offset <= 0xa8 {
        held[offset] = value
      } else {
        return false
      }
      return true
    }
    switch function {
    case .mask: mask = value
    case .events: eventMask = value
    case .rising: rising = value
    case .falling: falling = value
    case .software: pend(value, isRising: true)
    case .pending:
      pendingRising &= ~value
      if !isSplit { pendingFalling &= ~value }
    case .pendingFalling: pendingFalling &= ~value
    }
    update()
    return true
  }

  func reset() {
    mask = initialMask
    eventMask = 0
    rising = 0
    falling = 0
    pendingRising = 0
    pendingFalling = 0
    held = [:]
    update()
  }
}
