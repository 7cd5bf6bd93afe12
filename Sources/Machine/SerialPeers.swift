import CortexM
public import Deployments
import RunRecord
public import Simulation

extension Machine {
  /// Who is at the other end of which port, by the name of the chip's instance.
  struct SerialPeers {
    var peers: [(port: String, peer: any SerialPeer, isOnConsole: Bool)] = []
  }

  /// Puts `peer` at the other end of a serial port, a channel of Real-Time Transfer (`RTT0`), a
  /// stimulus port of the ITM (`ITM0`) or semihosting's console (`SEMIHOSTING`); `isOnConsole` says whether what it hears goes to the console as
  /// well. False: there is no such port.
  public func connect(
    _ peer: any SerialPeer, to name: String, isOnConsole: Bool = false
  ) -> Bool {
    guard let port = port(name) else { return false }
    serial.peers.removeAll { $0.port == port.name }
    serial.peers.append((port.name, peer, isOnConsole))
    return true
  }

  /// Holds a scripted dialogue with a port. False: there is no such port.
  public func connect(_ script: SerialScript, to name: String) -> Bool {
    guard let port = port(name) else { return false }
    expectInput(name)
    let dialogue = ScriptedDialogue(script, with: port.input, fabric: fabric)
    return connect(dialogue, to: name, isOnConsole: true)
  }

  /// Ties a port to a stream of bytes of the host. False: there is no such port.
  public func connect(_ channel: any HostChannel, to name: String) -> Bool {
    guard let port = port(name) else { return false }
    isPacedByHost = true
    expectInput(name)
    return connect(
      HostSerialLine(channel, with: port.input, name: port.name, fabric: fabric), to: name)
  }

  /// The chip's serial ports.
  public var serialPorts: [String] { bus.serialPorts }

  private func port(_ name: String) -> (name: String, input: any SerialInput)? {
    if let port = bus.serialPort(name) { return (port.name, port.device) }
    guard ConsolePort.names.contains(name) else { return nil }
    if name == ConsolePort.semihosting { return (name, SemihostingInput(self)) }
    guard let channel = ConsolePort.channel(name) else {
      return (name, DeafPort(name: name, fabric: fabric))
    }
    return (name, DownBuffer(transfer.transfer, channel: channel))
  }

  /// A read of semihosting's console waits for whoever may still send something.
  private func expectInput(_ name: String) {
    if name == ConsolePort.semihosting { semihosting.expectsInput = true }
  }

  /// A byte leaves a port: for its peer, else for the console.
  func transmit(_ port: String, _ byte: UInt8) {
    observer.measures.transmitted(port, byte, at: fabric.scheduler.now)
    guard let line = serial.peers.first(where: { $0.port == port }) else {
      return ConsolePort.isConsole(port) ? console(byte) : noteUnconnected(port)
    }
    if line.isOnConsole { console(byte) }
    line.peer.take(byte)
  }

  /// A script that has not come to its end fails a run that ended well.
  func finishSerialLines(_ outcome: Outcome) -> Outcome {
    let complaints = serial.peers.compactMap { $0.peer.finish() }
    guard let complaint = complaints.first else { return outcome }
    switch outcome {
    case .exited(code: 0), .reachedLimit, .sleepsForever: return .scriptFailed(complaint)
    default: return outcome
    }
  }
}

/// A down-buffer of Real-Time Transfer as what bytes are sent to.
private final class DownBuffer: SerialInput {
  private let transfer: RealTimeTransfer
  private let channel: Int

  init(_ transfer: RealTimeTransfer, channel: Int) {
    (self.transfer, self.channel) = (transfer, channel)
  }

  func receive(_ bytes: [UInt8]) { transfer.receive(bytes, channel: channel) }
  var waitingInput: Int { transfer.waitingInput(channel: channel) }
}

/// The console of semihosting as what bytes are sent to.
private final class SemihostingInput: SerialInput {
  private unowned let machine: Machine

  init(_ machine: Machine) { self.machine = machine }

  func receive(_ bytes: [UInt8]) { machine.semihosting.receive(bytes) }
  var waitingInput: Int { machine.semihosting.waitingInput }
}

/// A port that only speaks: the ITM's.
private final class DeafPort: SerialInput {
  private let name: String
  private let fabric: Fabric

  init(name: String, fabric: Fabric) { (self.name, self.fabric) = (name, fabric) }

  func receive(_ bytes: [UInt8]) {
    fabric.findings.note("unconnected-port", name, "it takes no input: what was sent is lost")
  }

  var waitingInput: Int { 0 }
}
