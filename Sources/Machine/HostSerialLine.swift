import Simulation
import Units

/// A stream of bytes of the host: a terminal, a TCP connection.
public protocol HostChannel: AnyObject {
  /// Takes as many of the bytes as it can without waiting; nil: the other end is gone.
  func send(_ bytes: ArraySlice<UInt8>) -> Int?
  /// What has come, waiting so long for something; nil: the other end is gone.
  func receive(within milliseconds: Int32) -> [UInt8]?
}

/// The host at the other end of a serial port.
///
/// Every millisecond of simulated time what the firmware said goes out and what has come is put on the
/// port's receive line; simulated time waits there until the host's clock has caught up, so it is never
/// more than that millisecond ahead. It may lag. Once the other end is gone nothing waits any more. What
/// comes, comes when it does: such a run does not repeat, and a finding says so.
final class HostSerialLine: SerialPeer {
  private static let period = Interval.milliseconds(1)
  private static let mostWaiting = 1 << 20

  private let channel: any HostChannel
  private let port: any SerialInput
  private let name: String
  private let fabric: Fabric
  private var output: [UInt8] = []
  private var isOpen = true
  private var start: Double?
  private lazy var poll = fabric.scheduler.event("\(name) host", order: .world) { [unowned self] in
    look()
  }

  init(
    _ channel: any HostChannel, with port: any SerialInput, name: String, fabric: Fabric
  ) {
    (self.channel, self.port, self.name, self.fabric) = (channel, port, name, fabric)
    poll.schedule(at: fabric.scheduler.now)
  }

  func take(_ byte: UInt8) {
    guard isOpen else { return }
    if output.count >= Self.mostWaiting {
      return fabric.findings.note(
        "host-output", name, "output is lost: nobody reads at the other end")
    }
    output.append(byte)
  }

  func finish() -> String? {
    flush()
    return nil
  }

  private func look() {
    flush()
    let now = WallClock.seconds()
    let simulated = (fabric.scheduler.now - Instant.zero).seconds
    let origin = start ?? now
    start = origin
    let ahead = simulated - (now - origin)
    guard isOpen, let bytes = channel.receive(within: Int32(min(max(ahead * 1000, 0), 100))) else {
      isOpen = false
      return
    }
    if !bytes.isEmpty {
      fabric.findings.note("host-input", name, "the host sent bytes: such a run does not repeat")
      port.receive(bytes)
    }
    poll.schedule(after: Self.period)
  }

  private func flush() {
    guard isOpen, !output.isEmpty else { return }
    guard let count = channel.send(output[...]) else {
      isOpen = false
      return
    }
    output.removeFirst(count)
  }
}
