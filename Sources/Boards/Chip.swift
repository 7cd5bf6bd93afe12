public import Documents
public import Registers
import Trust
public import Units

/// A microcontroller: core, clocks, memories, peripherals and what its parts draw.
public struct Chip: Sendable {
  public var name: String
  public var title: String
  public var core: Core
  public var clocks: [Clock]
  public var memories: [Memory]
  /// Every peripheral, modelled or not.
  public var blocks: [Block]
  public var interrupts: [Interrupt]
  public var sources: [Source]
  var consumers: [CurrentConsumer]
  /// Where the list of registers is; nil when there is none.
  var registerPath: String?
  /// Where names of their bits are; nil when there are none.
  var fieldPath: String?
  /// What a description given for one run says of its registers.
  var described: RegisterMap?

  public func clock(_ name: String) -> Clock? { clocks.first { $0.name == name } }
  public func memory(_ name: String) -> Memory? { memories.first { $0.name == name } }
  /// The peripheral of that name or alias.
  public func block(_ name: String) -> Block? { blocks.first { $0.isNamed(name) } }

  /// The memory that an address lies in.
  public func memory(at address: Address) -> Memory? { memories.first { $0.contains(address) } }

  /// The memory, itself or under an alias, that an address lies in, if it may let the core wait.
  public func slowMemory(at address: Address) -> Memory? {
    guard let found = memory(at: address) else { return nil }
    let way = waitingMemory(of: found)
    return way.isSlow ? way : nil
  }

  /// Whose wait states a memory has: an alias without any has those of its original.
  public func waitingMemory(of memory: Memory) -> Memory {
    memory.isPort ? memory : self.memory(memory.cells) ?? memory
  }

  /// The number of an interrupt by its own name, its parts in any order (headers differ in that:
  /// `POWER_CLOCK`, `CLOCK_POWER`), or by that of a peripheral: its first line.
  public func interrupt(_ name: String) -> Int? {
    let parts = name.split(separator: "_").sorted()
    let line = interrupts.first { $0.name.split(separator: "_").sorted() == parts }
    if let line { return line.number }
    return block(name)?.interrupts.first
  }

  /// The name of an interrupt line: `TIMER0`; `IRQ 31` when nothing is wired to it.
  public func interruptName(_ number: Int) -> String {
    interrupts.first { $0.number == number }?.name ?? "IRQ \(number)"
  }

  /// Every register, read from its file: ask only when one is needed.
  public func registers() throws(DocumentError) -> RegisterMap {
    if let described { return described }
    guard let registerPath else { return RegisterMap() }
    if registerPath.hasSuffix(".svd") || registerPath.hasSuffix(".SVD") {
      return try DeviceDescription(file: registerPath).registers
    }
    var bases: [Substring: Address] = [:]
    for block in blocks {
      for name in [block.name] + block.aliases { bases[Substring(name)] = block.base }
    }
    var map = try RegisterMap(list: registerPath, bases: bases)
    if let fieldPath { try map.takeNames(list: fieldPath) }
    return map
  }

  /// Takes the registers of a vendor's description instead of the chip's own list, and its peripherals
  /// as far as the chip does not know what is at their addresses.
  public mutating func take(_ device: DeviceDescription, from path: String) {
    described = device.registers
    let provenance = Provenance(
      source: Source(key: "--svd", title: "description of \(device.name)", location: path),
      mark: .quoted)
    for block in Block.unmodelled(of: device, provenance) where isFree(block) {
      blocks.append(block)
    }
  }

  /// Whether nothing of the chip is in the way; the private peripheral bus is the core's.
  private func isFree(_ block: Block) -> Bool {
    let (first, last) = (block.base + block.first, block.base + (block.size - 1))
    guard first.value >> 20 != 0xe00, last >= first else { return false }
    let isMemory = memories.contains { first <= $0.base + ($0.size - 1) && $0.base <= last }
    return !isMemory
      && !blocks.contains { first <= $0.base + ($0.size - 1) && $0.base + $0.first <= last }
  }
}
