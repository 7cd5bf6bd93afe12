/// One unit of what a debugger sends.
public enum Incoming: Hashable, Sendable {
  case packet([UInt8])
  /// Its checksum is wrong: it must be sent again.
  case damaged
  case acknowledgement
  case retransmission
  /// Ctrl-C.
  case interrupt
}

/// Framing of the GDB remote serial protocol: `$data#checksum`, `}` escapes.
///
/// Reference: Debugging with GDB, appendix E, "Overview".
public struct PacketDecoder: Sendable {
  private enum State: Sendable {
    case idle, data, firstDigit
    case secondDigit(UInt8)
  }
  /// Longer packets than were offered count as damaged; memory stays bounded.
  static let capacity = 0x8000
  private var state = State.idle
  private var data: [UInt8] = []
  private var sum: UInt8 = 0
  private var isEscaped = false
  private var isTooLong = false

  public init() {}

  /// Takes the next byte; nil while nothing is complete.
  public mutating func take(_ byte: UInt8) -> Incoming? {
    switch state {
    case .idle: return takeIdle(byte)
    case .data:
      takeData(byte)
      return nil
    case .firstDigit:
      state = .secondDigit(byte)
      return nil
    case .secondDigit(let first):
      state = .idle
      guard let high = Hexadecimal.digit(first), let low = Hexadecimal.digit(byte),
        high << 4 | low == sum, !isTooLong
      else { return .damaged }
      return .packet(data)
    }
  }

  private mutating func takeIdle(_ byte: UInt8) -> Incoming? {
    switch byte {
    case UInt8(ascii: "$"):
      state = .data
      data = []
      sum = 0
      isEscaped = false
      isTooLong = false
    case UInt8(ascii: "+"): return .acknowledgement
    case UInt8(ascii: "-"): return .retransmission
    case 0x03: return .interrupt
    default: break
    }
    return nil
  }

  private mutating func takeData(_ byte: UInt8) {
    if byte == UInt8(ascii: "#") {
      state = .firstDigit
      return
    }
    sum &+= byte
    if byte == UInt8(ascii: "}"), !isEscaped {
      isEscaped = true
      return
    }
    if data.count < Self.capacity {
      data.append(isEscaped ? byte ^ 0x20 : byte)
    } else {
      isTooLong = true
    }
    isEscaped = false
  }
}

public enum PacketEncoder {
  /// The bytes on the wire for one packet.
  public static func encode(_ data: [UInt8]) -> [UInt8] {
    var wire: [UInt8] = [UInt8(ascii: "$")]
    var sum: UInt8 = 0
    func put(_ byte: UInt8) {
      wire.append(byte)
      sum &+= byte
    }
    for byte in data {
      if "#$}*".utf8.contains(byte) {
        put(UInt8(ascii: "}"))
        put(byte ^ 0x20)
      } else {
        put(byte)
      }
    }
    return wire + [UInt8(ascii: "#")] + Hexadecimal.text([sum]).utf8
  }
}
