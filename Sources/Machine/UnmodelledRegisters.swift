import Boards
import Registers
import Simulation
import Units

/// The registers that no model stands for: they hold values from reset on by the rules that their
/// description gives, and nothing happens behind them.
///
/// Reference: CMSIS-SVD, `access`, `modifiedWriteValues`, `readAction`.
/// Not modelled: write constraints; what hardware would change by itself.
final class UnmodelledRegisters {
  private let chip: Chip
  private let findings: FindingLog
  private lazy var map = (try? chip.registers()) ?? RegisterMap()
  /// Words that were written or changed by reading, and bits that can be written no more.
  private var values: [UInt32: UInt32] = [:]
  private var spent: [UInt32: UInt32] = [:]

  init(_ chip: Chip, _ findings: FindingLog) { (self.chip, self.findings) = (chip, findings) }

  func reset() {
    values = [:]
    spent = [:]
  }

  /// What the vendor calls the register at an address, and the block there.
  func register(_ address: UInt32, _ block: Block?) -> Register? {
    candidates(address, block).first
  }

  func name(_ address: UInt32, _ block: Block?) -> String {
    if let register = register(address, block) { return register.path }
    guard let block else { return "\(Address(address))" }
    return "\(block.name)+\(hexadecimal(address &- block.base.value))"
  }

  /// The registers that an address lies in, those of the block's own name first.
  private func candidates(_ address: UInt32, _ block: Block?) -> [Register] {
    let here = map.word(address).filter {
      address >= $0.address.value && address - $0.address.value < UInt32(max($0.width / 8, 1))
    }
    guard let block, here.count > 1 else { return here }
    return here.filter { $0.block == block.name } + here.filter { $0.block != block.name }
  }

  /// The word as it is, without the effects of reading it.
  func peek(_ word: UInt32) -> UInt32 { values[word] ?? reset(of: word) }

  private func reset(of word: UInt32) -> UInt32 {
    var value: UInt32 = 0
    var taken: UInt32 = 0
    for register in map.word(word) {
      let shift = (register.address.value & 3) * 8
      let mask = (register.mask << shift) & ~taken
      value |= (register.reset << shift) & mask
      taken |= mask
    }
    return value
  }

  // MARK: Accesses

  func read(_ address: UInt32, _ width: AccessWidth, _ block: Block?) -> UInt32 {
    let (word, lanes) = Self.lanes(address, width)
    let old = peek(word)
    var (value, new) = (old, old)
    var told: [String] = []
    for register in distinct(word, lanes, block, isWrite: false) {
      let rules = RegisterRules(register)
      value &= ~(rules.unreadable & lanes)
      new = (new & ~(rules.clearedByRead & lanes)) | rules.setByRead & lanes
      told.append(register.path)
      note(register.path, register.isReadable ? nil : "write-only: reads as zero")
    }
    if told.isEmpty { note(name(address & ~3, block), nil) }
    if new != old { values[word] = new }
    return (value & lanes) >> ((address & 3) * 8)
  }

  func write(_ address: UInt32, _ value: UInt32, _ width: AccessWidth, _ block: Block?) {
    let (word, lanes) = Self.lanes(address, width)
    let written = value << ((address & 3) * 8)
    let old = peek(word)
    var new = old
    var known: UInt32 = 0
    for register in distinct(word, lanes, block, isWrite: true) {
      let rules = RegisterRules(register)
      known |= rules.mask
      new = rules.written(written, over: new, lanes: lanes & rules.mask & ~(spent[word] ?? 0))
      if rules.once & lanes != 0 { spent[word, default: 0] |= rules.once & lanes }
      note(register.path, register.isWritable ? nil : "read-only: the write is ignored")
    }
    if known == 0 { note(name(address & ~3, block), nil) }
    new = (new & ~(lanes & ~known)) | written & lanes & ~known
    values[word] = new
  }

  private static func lanes(
    _ address: UInt32, _ width: AccessWidth
  ) -> (word: UInt32, mask: UInt32) {
    let mask: UInt32 = width == .byte ? 0xff : width == .halfword ? 0xffff : .max
    return (address & ~3, mask << ((address & 3) * 8))
  }

  /// The registers of a word that an access reaches; of those that share their bits the one of the
  /// block's name that the access suits.
  private func distinct(
    _ word: UInt32, _ lanes: UInt32, _ block: Block?, isWrite: Bool
  ) -> [Register] {
    var taken: UInt32 = 0
    var chosen: [Register] = []
    let here = map.word(word)
    func suits(_ register: Register) -> Bool {
      isWrite ? register.isWritable : register.isReadable
    }
    let own = here.filter { $0.block == block?.name }
    let order = here.count < 2 ? here : (own + here).filter(suits) + own + here
    for register in order {
      let mask = register.mask << ((register.address.value & 3) * 8)
      guard mask & lanes & ~taken != 0, taken & mask == 0 else { continue }
      taken |= mask
      chosen.append(register)
    }
    return chosen.sorted { $0.address < $1.address }
  }

  private func note(_ place: String, _ rule: String?) {
    findings.note(
      "unmodelled-register", place,
      rule.map { "not modelled, \($0)" }
        ?? "not modelled: reads what was last written, else its reset value")
  }
}

/// What a register's description says of its bits, in the place of its word.
private struct RegisterRules {
  var mask: UInt32
  var unreadable: UInt32 = 0
  var clearedByRead: UInt32 = 0
  var setByRead: UInt32 = 0
  var once: UInt32 = 0
  private var plain: UInt32 = 0
  private var special: [(bits: UInt32, rule: ModifiedWrite)] = []

  init(_ register: Register) {
    let shift = (register.address.value & 3) * 8
    mask = register.mask << shift
    var described: UInt32 = 0
    for field in register.fields {
      let bits = (field.mask & register.mask) << shift & ~described
      described |= bits
      add(
        bits, field.access, field.modifiedWrite ?? register.modifiedWrite,
        field.readAction ?? register.readAction)
    }
    // Bits of no field keep what they are: they are reserved.
    if register.fields.isEmpty {
      add(mask, register.access, register.modifiedWrite, register.readAction)
    } else if !register.isReadable {
      unreadable |= mask & ~described
    }
  }

  private mutating func add(
    _ bits: UInt32, _ access: RegisterAccess, _ write: ModifiedWrite?, _ read: ReadAction?
  ) {
    if !access.isReadable { unreadable |= bits }
    if access.isOnce { once |= bits }
    if read == .clear { clearedByRead |= bits }
    if read == .set { setByRead |= bits }
    // What can only be written is kept nowhere: a register to read may share its place.
    guard access.isWritable, access.isReadable else { return }
    if let write, write != .modify { special.append((bits, write)) } else { plain |= bits }
  }

  /// The word after a write to some of its byte lanes.
  func written(_ value: UInt32, over old: UInt32, lanes: UInt32) -> UInt32 {
    var new = old & ~(plain & lanes) | value & plain & lanes
    for (bits, rule) in special {
      let (ones, zeros) = (value & bits & lanes, ~value & bits & lanes)
      switch rule {
      case .oneToClear: new &= ~ones
      case .oneToSet: new |= ones
      case .oneToToggle: new ^= ones
      case .zeroToClear: new &= ~zeros
      case .zeroToSet: new |= zeros
      case .zeroToToggle: new ^= zeros
      case .clear: new &= ~(bits & lanes)
      case .set: new |= bits & lanes
      case .modify: break
      }
    }
    return new
  }
}
