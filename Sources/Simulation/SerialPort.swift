/// Where the world can put bytes for the firmware.
public protocol SerialInput: AnyObject {
  /// Puts bytes on the receive line behind those that wait there. They arrive one after another, each
  /// taking its frame's time at the rate that firmware set, once the receiver runs.
  func receive(_ bytes: [UInt8])
  /// How many bytes have been put on the line and have not arrived.
  var waitingInput: Int { get }
}

/// A device with a serial line whose other end the world holds: a UART, a USB serial port.
///
/// What it sends goes to `Fabric.transmit` at the end of each frame.
public protocol SerialPort: Peripheral, SerialInput {}

/// What is at the other end of a serial port's wires.
public protocol SerialPeer: AnyObject {
  /// A byte that the firmware sent, at the end of its frame.
  func take(_ byte: UInt8)
  /// The run is over; why the peer is not content with that, if so.
  func finish() -> String?
}

extension SerialPeer {
  public func finish() -> String? { nil }
}
