import Disassembly
import Engine
import RunRecord
import Simulation
import Units

/// Looks after a run's end at what the core would go on doing: is it in a loop that nothing ends, and
/// what does the loop look at?
///
/// The record has been taken; time stands still for devices, and nothing is written to them. Reference:
/// none; a busy wait that was left even once is taken for a sound one.
struct SpinProbe {
  /// A block as it was entered.
  struct Visit {
    let address: Address
    let size: UInt32
    let cycle: UInt64
    let registers: [UInt32]
  }

  /// Blocks looked at.
  private static let length = 2048
  /// More blocks than this are no busy wait.
  private static let largest = 64

  let machine: Machine
  private(set) var visits: [Visit] = []
  /// What devices answered, by instruction.
  private(set) var reads: [Address: (address: UInt32, value: UInt32)] = [:]

  init(_ machine: Machine) { self.machine = machine }

  /// Runs on; false when the core does anything but go round in circles.
  mutating func look(throughSleep: Bool) -> Bool {
    final class Notes {
      var visits: [Visit] = []
      var reads: [Address: (address: UInt32, value: UInt32)] = [:]
      var hasWritten = false
    }
    let engine = machine.engine
    let notes = Notes()
    machine.console = { _ in }
    machine.fabric.transmit = { _, _ in }
    machine.bus.probe = { instruction, address, value in
      if let value {
        notes.reads[instruction] = (address, value)
      } else {
        notes.hasWritten = true
        engine.requestStop()
      }
    }
    engine.watcher = { event in
      guard case .reached(_, let cycle) = event else { return }
      let block = engine.enteringBlock
      notes.visits.append(
        Visit(
          address: block.address, size: block.size, cycle: cycle,
          registers: Self.order.map { engine[$0] }))
      if notes.visits.count >= Self.length { engine.requestStop() }
    }
    engine.watchesEveryBlock = true
    var isCircling = true
    for _ in 0..<Self.length where isCircling && notes.visits.count < Self.length {
      switch engine.run(until: engine.cycles + 10_000_000) {
      case .deadline: isCircling = !notes.hasWritten
      case .mayTrap: engine.passTraps(at: engine.programCounter)
      case .waitForInterrupt, .waitForEvent: isCircling = throughSleep
      default: isCircling = false
      }
    }
    (visits, reads) = (notes.visits, notes.reads)
    return isCircling && visits.count >= 64
  }

  private static let order: [CoreRegister] = [
    .r0, .r1, .r2, .r3, .r4, .r5, .r6, .r7, .r8, .r9, .r10, .r11, .r12, .sp, .lr,
  ]

  /// The blocks that it goes through over and over; nil when they change or are too many.
  var loop: Set<Address>? {
    let first = Set(visits.prefix(visits.count / 2).map(\.address))
    let second = Set(visits.suffix(visits.count / 2).map(\.address))
    return first == second && first.count <= Self.largest ? first : nil
  }

  func instructions(_ visit: Visit) -> [Instruction] {
    let details = machine.analysis.details(of: visit.address, size: visit.size) {
      machine.engine.bytes(at: visit.address, count: Int(visit.size))
    }
    return details?.instructions ?? []
  }

  /// A conditional branch at the end of a visited block that leads out of the loop one way.
  struct Exit {
    /// Index of the visit.
    let visit: Int
    let branch: Instruction
    let address: Address
    let isTaken: Bool
  }

  /// One for each branch, in the order of the loop's last round.
  func exits(of loop: Set<Address>) -> [Exit] {
    var seen: Set<Address> = []
    var exits: [Exit] = []
    for index in visits.indices.suffix(visits.count / 2) {
      guard let branch = instructions(visits[index]).last,
        branch.kind == .conditionalBranch || branch.kind == .compareBranch,
        seen.insert(branch.address).inserted
      else { continue }
      if !loop.contains(branch.target) {
        exits.append(Exit(visit: index, branch: branch, address: branch.target, isTaken: true))
      } else if !loop.contains(branch.end) {
        exits.append(Exit(visit: index, branch: branch, address: branch.end, isTaken: false))
      }
    }
    return exits
  }
}
