private import CCapstone
public import Units

/// Thumb code to text, by capstone.
///
/// Not modelled: Armv8-M security instructions, which capstone 4 shows as something else.
public struct Disassembler: ~Copyable {
  private var handle: csh = 0

  /// Nil when the library refuses the mode.
  public init?() {
    let mode = cs_mode(CS_MODE_THUMB.rawValue | CS_MODE_MCLASS.rawValue)
    guard cs_open(CS_ARCH_ARM, mode, &handle) == CS_ERR_OK else { return nil }
  }

  deinit {
    var handle = handle
    cs_close(&handle)
  }

  /// The first instruction of the bytes: mnemonic, a space and operands; `.short 0x…` for none.
  public func text(of bytes: [UInt8], at address: Address) -> String {
    var found: UnsafeMutablePointer<cs_insn>?
    let count = cs_disasm(handle, bytes, bytes.count, UInt64(address.value), 1, &found)
    guard count == 1, let found else { return undefinedText(bytes) }
    defer { cs_free(found, count) }
    let mnemonic = withUnsafeBytes(of: found.pointee.mnemonic) { text($0) }
    let operands = withUnsafeBytes(of: found.pointee.op_str) { text($0) }
    return operands.isEmpty ? mnemonic : mnemonic + " " + operands
  }

  /// The text of one decoded instruction.
  public func text(of instruction: Instruction) -> String {
    let code = instruction.encoding
    let bytes: [UInt8] =
      instruction.isWide
      ? [code >> 16, code >> 24, code, code >> 8].map { UInt8(truncatingIfNeeded: $0) }
      : [code, code >> 8].map { UInt8(truncatingIfNeeded: $0) }
    return text(of: bytes, at: instruction.address)
  }

  private func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func undefinedText(_ bytes: [UInt8]) -> String {
    guard bytes.count >= 2 else { return ".short" }
    let value = UInt32(bytes[0]) | UInt32(bytes[1]) << 8
    return ".short 0x" + String(value, radix: 16)
  }
}
