import Boards
import FirmwareImage
import RunRecord
import Units

/// Says in words what lies at an address.
struct MemoryPlace {
  let chip: Chip
  let image: FirmwareImage
  /// A device register's name: "TWIM0.PSEL.SCL".
  let register: (UInt32) -> String?

  /// Beyond this a memory's end explains nothing.
  private static let near: UInt32 = 1 << 24
  /// Members of what a null pointer points to lie here.
  private static let nullReach: UInt32 = 0x400

  func text(of address: Address, for kind: CoreDump.Access.Kind) -> String {
    let region = region(of: address, kind)
    if address.value == 0 { return "null pointer, \(region)" }
    if address.value < Self.nullReach && kind != .fetch {
      return "null pointer + \(address.value), \(region)"
    }
    return region
  }

  private func region(of address: Address, _ kind: CoreDump.Access.Kind) -> String {
    if let memory = chip.memories.first(where: { $0.contains(address) }) {
      let isNear = address.value < Self.nullReach
      let name =
        isNear ? nil : variable(at: address).map { "\($0) in \(memory.name)" }
      let isFixed = kind == .write && memory.kind != .ram
      return (name ?? "in \(memory.name)") + (isFixed ? ", which is read-only" : "")
    }
    if address.value >> 20 == 0xe00 { return "in the private peripheral bus" }
    let never = kind == .fetch && isExecuteNever(address) ? "never executable, " : ""
    if let block = chip.blocks.first(where: { $0.contains(address) }) {
      let name = register(address.value & ~3) ?? block.name
      return never + (block.isModelled ? "in \(name)" : "in \(name), which is not modelled")
    }
    return never + (neighbour(of: address) ?? "nothing is near")
  }

  /// Reference: Arm DDI 0403E.e, B3.1.
  private func isExecuteNever(_ address: Address) -> Bool {
    (0x4000_0000..<0x6000_0000).contains(address.value) || address.value >= 0xa000_0000
  }

  /// The memory or peripheral that ends or begins nearest.
  private func neighbour(of address: Address) -> String? {
    var best: (distance: UInt32, text: String)?
    func offer(_ distance: UInt32, _ text: String) {
      if distance <= Self.near && distance < best?.distance ?? .max { best = (distance, text) }
    }
    for memory in chip.memories {
      let end = memory.base.value &+ memory.size
      offer(address.value &- end, "\(address.value &- end) bytes past the end of \(memory.name)")
      let below = memory.base.value &- address.value
      offer(below, "\(below) bytes below the start of \(memory.name)")
    }
    if let best { return best.text }
    let device = chip.blocks.filter { $0.base < address }.max { $0.base < $1.base }
    guard let device, address - device.base < 0x1_0000 else { return nil }
    return "no peripheral there; \(device.name) begins \(address - device.base) bytes below"
  }

  /// The variable that an address lies in, with the distance from its start.
  func variable(at address: Address) -> String? {
    object(at: address).map { symbol in
      let offset = address - symbol.address
      return offset == 0 ? symbol.name : "\(symbol.name)+\(offset)"
    }
  }

  func object(at address: Address) -> Symbol? {
    image.symbols.last {
      $0.kind == .object && $0.address <= address && address - $0.address < max($0.size, 1)
    }
  }
}
