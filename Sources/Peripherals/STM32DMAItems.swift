import Simulation
import Units

/// What the channels of all DMA controllers of an STM32 do alike: one item after another goes over
/// the bus while one is asked for, each in its time. Memory, flash and device registers are reached
/// alike, but not what only the core reaches.
///
/// Reference: RM0090 2.1, RM0385 2.1, RM0455 2.1: the bus matrix.
/// Not modelled: what a controller waits for the bus, which slave of the matrix it is wired to.
final class STM32DMAItems {
  private let fabric: Fabric
  private let cycles: UInt64
  private let track: ActivityTrack
  private let port: BusPort
  private var due: Event?

  /// An item takes `cycles` of the core's clock; then `transfer` moves it.
  init(_ name: String, _ fabric: Fabric, cycles: UInt64, transfer: @escaping () -> Void) {
    self.fabric = fabric
    self.cycles = cycles
    port = BusPort(fabric: fabric)
    track = fabric.activity(name)
    due = fabric.scheduler.event(name, action: transfer)
  }

  /// Plans the next item, or none.
  func plan(_ isRequested: Bool) {
    guard isRequested else { return stop() }
    guard due?.isScheduled == false else { return }
    track.begin()
    due?.schedule(after: fabric.coreClock.duration(ofTicks: cycles))
  }

  func stop() {
    due?.cancel()
    track.end()
  }

  // MARK: The bus

  /// A bus access has a byte, a halfword or a word.
  struct End {
    let address: UInt32
    let size: Int
  }

  /// Moves an item; false, and a finding, where nothing answers.
  func move(from source: End, to target: End) -> Bool {
    if let value = read(source.address, min(source.size, 4)),
      write(target.address, value, min(target.size, 4))
    {
      return true
    }
    noteError(from: source.address, to: target.address)
    return false
  }

  func read(_ address: UInt32, _ size: Int) -> UInt32? { port.read(address, size) }

  func write(_ address: UInt32, _ value: UInt32, _ size: Int) -> Bool {
    port.write(address, value, size)
  }

  func noteError(from source: UInt32, to target: UInt32) {
    let memory = fabric.coreOnlyMemory(at: source) ?? fabric.coreOnlyMemory(at: target)
    noteError(
      "a transfer from \(Address(source)) to \(Address(target)) reaches "
        + (memory.map { "\($0), which only the core reaches" } ?? "nothing"))
  }

  func noteError(_ message: String) { fabric.findings.note("dma-error", track.name, message) }
}
