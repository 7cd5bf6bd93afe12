public import Boards
public import Documents
import Registers
public import Units

/// Bits of a register that read as told whatever the chip would say: a way past a wait for a device
/// that is not there.
public struct RegisterHold: Hashable, Sendable {
  /// `RCC.CR.HSERDY`, `RCC.CR.17`, `RCC.CR` or `0x40021000`, as it was written.
  public var target: String
  /// A number, or the name of one of a field's values.
  public var value: String
  public var position: Position

  /// What it comes to on a chip.
  public struct Bits: Hashable, Sendable {
    /// The word that the bits lie in.
    public var word: Address
    public var mask: UInt32
    /// In the place of the mask.
    public var value: UInt32
  }

  init(_ entry: Node.Entry) throws(DocumentError) {
    target = entry.key
    value = try entry.value.string()
    position = entry.value.position
  }

  /// Finds the register by the chip's description.
  public func bits(on chip: Chip) throws(DocumentError) -> Bits {
    let place = try place(try chip.registers(), chip)
    let number = try number(of: place.field)
    let width = place.mask.nonzeroBitCount
    guard width == 32 || number >> UInt32(width) == 0 else {
      throw DocumentError(
        "\(number) does not fit the \(width == 1 ? "bit" : "\(width) bits") of "
          + "'\(shortened(target))'", at: position)
    }
    let lane = (place.address.value & 3) * 8
    let shift = UInt32(place.mask.trailingZeroBitCount)
    return Bits(
      word: Address(place.address.value & ~3), mask: place.mask << lane,
      value: number << (shift + lane))
  }

  private struct Place {
    var address: Address
    var mask: UInt32
    var field: RegisterField?
  }

  private func place(_ registers: RegisterMap, _ chip: Chip) throws(DocumentError) -> Place {
    if let register = registers.register(target) {
      return Place(address: register.address, mask: register.mask)
    }
    let dot = target.lastIndex(of: ".")
    let (head, tail) = (
      dot.map { String(target[..<$0]) } ?? target,
      dot.map { String(target[target.index(after: $0)...]) } ?? ""
    )
    if let register = registers.register(head) {
      if let field = register.namedFields.first(where: { $0.name == tail }) {
        return Place(address: register.address, mask: field.mask, field: field)
      }
      if let mask = Self.bits(tail), mask & ~register.mask == 0 {
        return Place(address: register.address, mask: mask)
      }
      throw DocumentError(
        "'\(register.path)' has no field '\(shortened(tail))'"
          + Self.hint(tail, register.namedFields.map(\.name)), at: position)
    }
    if let place = try atAddress(head, tail, chip) { return place }
    throw unknown(registers, chip)
  }

  /// `0x40021000`, `0x40021000.17`.
  private func atAddress(
    _ head: String, _ tail: String, _ chip: Chip
  ) throws(DocumentError) -> Place? {
    guard head.hasPrefix("0x"), let address = UInt32(head.dropFirst(2), radix: 16) else {
      return nil
    }
    let isDevice =
      address >> 20 == 0xe00 || chip.blocks.contains { $0.contains(Address(address)) }
    guard isDevice, address & 3 == 0 else {
      throw DocumentError(
        "no register of '\(chip.name)' begins at \(shortened(head))", at: position)
    }
    guard let mask = tail.isEmpty ? UInt32.max : Self.bits(tail) else {
      throw DocumentError("expected a bit from 0 to 31, found '\(shortened(tail))'", at: position)
    }
    return Place(address: Address(address), mask: mask)
  }

  /// `17` or `7:4`.
  private static func bits(_ text: String) -> UInt32? {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
    guard let high = ends.first ?? nil, let low = ends.last ?? nil, ends.count <= 2, high < 32,
      low <= high
    else { return nil }
    return (UInt32.max >> (31 - (high - low))) << low
  }

  private func number(of field: RegisterField?) throws(DocumentError) -> UInt32 {
    if let named = field?.values.first(where: { $0.name == value }) { return named.value }
    if value.hasPrefix("0b"), let number = UInt32(value.dropFirst(2), radix: 2) { return number }
    if let number = try? Quantity.integer(value), let number = UInt32(exactly: number) {
      return number
    }
    let names = field?.values.map(\.name) ?? []
    throw DocumentError(
      "expected a number\(names.isEmpty ? "" : " or a value's name"), found '\(shortened(value))'"
        + Self.hint(value, names), at: position)
  }

  private func unknown(_ registers: RegisterMap, _ chip: Chip) -> DocumentError {
    let block = target.prefix { $0 != "." }
    let near = registers.registers.filter { $0.block == block }
    if registers.count == 0 {
      return DocumentError(
        "the registers of '\(chip.name)' have no names; give --svd FILE, or an address such as "
          + "0x40021000.17", at: position)
    }
    if near.isEmpty {
      let blocks = Set(registers.registers.map(\.block)).sorted()
      return DocumentError(
        "'\(chip.name)' has no block '\(shortened(String(block)))'"
          + Self.hint(String(block), blocks), at: position)
    }
    return DocumentError(
      "no register is named '\(shortened(target))'" + Self.hint(target, near.map(\.path)),
      at: position)
  }

  /// Only what is near: lists of registers are long.
  private static func hint(_ word: String, _ candidates: [String]) -> String {
    if let near = nearest(to: word, in: candidates) { return "; did you mean '\(near)'?" }
    return candidates.isEmpty || candidates.count > 16
      ? "" : "; expected one of \(candidates.joined(separator: ", "))"
  }
}
