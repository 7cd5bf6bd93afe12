import Simulation
import Units

/// The Instrumentation Trace Macrocell: 32 stimulus ports by which firmware prints over SWO.
///
/// A write to a port that is enabled (DEMCR.TRCENA, TCR.ITMENA, its bit of TER) becomes a packet of a
/// header and one, two or four bytes; any other write is lost, as it is on the chip. Where firmware
/// programmed the trace port's rate, the FIFO drains at that rate and FIFOREADY falls while a packet
/// would not fit; else a debugger is taken to read as fast as it is written.
///
/// Reference: Arm DDI 0403E.e, C1.7; DDI 0337E (Cortex-M3 TRM), 11.6.
/// Not modelled: packets of time, synchronization and the DWT; what they would add to the stream;
/// identification registers. The FIFO's ten bytes are assumed.
final class InstrumentationTrace {
  private enum Register: UInt32 {
    case enable = 0xe000_0e00
    case privilege = 0xe000_0e40
    case control = 0xe000_0e80
    case lockAccess = 0xe000_0fb0
    case lockStatus = 0xe000_0fb4
  }

  private static let ports: ClosedRange<UInt32> = 0xe000_0000...0xe000_007c
  private static let key: UInt32 = 0xc5ac_ce55
  private static let itmEnable: UInt32 = 1 << 0
  private static let busy: UInt32 = 1 << 23
  private static let fifoBytes: UInt64 = 10
  private static let longestPacket: UInt64 = 5

  private let fabric: Fabric
  let output: TracePort
  private var enabled: UInt32 = 0
  private var privileged: UInt32 = 0
  private var control: UInt32 = 0
  private var isLocked = true
  /// When the last byte in the FIFO will have been sent.
  private var sent = Instant.zero

  init(clock: ClockSignal, fabric: Fabric) {
    self.fabric = fabric
    output = TracePort(clock: clock)
  }

  func reset() {
    enabled = 0
    privileged = 0
    control = 0
    isLocked = true
    sent = .zero
    output.reset()
  }

  static func contains(_ address: UInt32) -> Bool {
    ports.contains(address) || Register(rawValue: address) != nil || TracePort.contains(address)
  }

  func read(_ address: UInt32, isTraceEnabled: Bool) -> UInt32? {
    if TracePort.contains(address) { return output.read(address) }
    guard isTraceEnabled else { return 0 }
    if Self.ports.contains(address) {
      return isEnabled(port: (address & 0x7c) / 4) && hasRoom(Self.longestPacket) ? 1 : 0
    }
    switch Register(rawValue: address) {
    case .enable: return enabled
    case .privilege: return privileged
    case .control: return control | (waiting > 0 ? Self.busy : 0)
    case .lockAccess: return 0
    case .lockStatus: return isLocked ? 3 : 1
    case nil: return nil
    }
  }

  /// A write of one, two or four bytes; those that are not allowed do nothing.
  func write(
    _ address: UInt32, _ value: UInt32, _ width: AccessWidth, isTraceEnabled: Bool,
    isPrivileged: Bool
  ) {
    if TracePort.contains(address) {
      if isPrivileged { output.write(address, value) }
      return
    }
    guard isTraceEnabled else { return }
    if Self.ports.contains(address) {
      let port = (address & 0x7c) / 4
      if address & 3 == 0, isPrivileged || isOpen(port) { stimulate(port, value, width) }
      return
    }
    guard width == .word, let register = Register(rawValue: address) else { return }
    if register == .lockAccess {
      if isPrivileged { isLocked = value != Self.key }
      return
    }
    guard !isLocked else { return }
    switch register {
    case .enable:
      // A byte of ports at a time is open to unprivileged code.
      let mask = (0..<4).reduce(UInt32(0)) { mask, group in
        isPrivileged || isOpen(UInt32(group) * 8) ? mask | 0xff << (8 * UInt32(group)) : mask
      }
      enabled = enabled & ~mask | value & mask
    case .privilege: if isPrivileged { privileged = value & 0xf }
    case .control: if isPrivileged { control = value & 0x007f_0f1f }
    case .lockAccess, .lockStatus: break
    }
  }

  private func isEnabled(port: UInt32) -> Bool {
    control & Self.itmEnable != 0 && enabled >> port & 1 != 0
  }

  /// Whether unprivileged code may use the port.
  private func isOpen(_ port: UInt32) -> Bool { privileged >> (port / 8) & 1 == 0 }

  private func stimulate(_ port: UInt32, _ value: UInt32, _ width: AccessWidth) {
    guard isEnabled(port: port) else { return }
    let packet = UInt64(width.rawValue) + 1
    guard hasRoom(packet) else {
      fabric.findings.note(
        "lost-output", "ITM\(port)", "written while the ITM's FIFO was full; FIFOREADY tells")
      return
    }
    if let byteTime = output.byteTime {
      sent = max(sent, fabric.scheduler.now) + byteTime * Int64(packet)
    }
    for index in 0..<width.rawValue {
      fabric.transmit("ITM\(port)", UInt8(truncatingIfNeeded: value >> (8 * index)))
    }
  }

  /// Bytes in the FIFO, the one under way included.
  private var waiting: UInt64 {
    guard let byteTime = output.byteTime, sent > fabric.scheduler.now else { return 0 }
    let left = UInt64((sent - fabric.scheduler.now).picoseconds)
    let each = UInt64(max(byteTime.picoseconds, 1))
    return (left + each - 1) / each
  }

  private func hasRoom(_ packet: UInt64) -> Bool { waiting + packet <= Self.fifoBytes }
}
