/// A device with a serial line whose other end the world holds: a UART, a USB serial port.
///
/// What it sends goes to `Fabric.transmit` at the end of each frame.
public protocol SerialPort: Peripheral {
  /// Puts bytes on the receive line behind those that wait there. They arrive one after another, each
  /// taking its frame's time at the rate that firmware set, once the receiver runs.
  func receive(_ bytes: [UInt8])
  /// How many bytes have been put on the line and have not arrived.
  var waitingInput: Int { get }
}
