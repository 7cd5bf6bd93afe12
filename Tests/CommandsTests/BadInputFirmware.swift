import Foundation

/// A small ELF made byte by byte, so that every field of it can be wrong.
///
/// Reference: Tool Interface Standard ELF 1.2; Armv7-M (DDI 0403E), sections B1.5.2 and A7.7.
struct TinyImage: Sendable {
  struct Function: Sendable {
    var name: String
    var code: [UInt16]
  }

  var address: UInt32 = 0
  var stack: UInt32 = 0x2000_1000
  /// nil: the first function, with its Thumb bit.
  var reset: UInt32?
  /// Functions one after the other, from the reset handler on.
  var functions: [Function]
  var isStripped = false
  /// Zero bytes after the code, in the file.
  var padding = 0
  /// Bytes replaced last: offset in the file and what is written there.
  var patches: [(Int, [UInt8])] = []

  private static let fileHeader = 52
  private static let programHeader = 32
  /// 16 exceptions.
  private static let vectors = 64
  static let codeOffset = fileHeader + programHeader + vectors

  private var places: [UInt32] {
    var next = address + UInt32(Self.vectors)
    return functions.map { function in
      defer { next += UInt32(function.code.count * 2 + 3) & ~3 }
      return next
    }
  }

  var data: Data {
    var memory = Bytes()
    memory.word(stack)
    memory.word(reset ?? places[0] | 1)
    // Every other vector: the last function.
    for _ in 2..<16 { memory.word(places[places.count - 1] | 1) }
    for function in functions {
      for half in function.code { memory.half(half) }
      if function.code.count % 2 == 1 { memory.half(0xbf00) }
    }
    memory.bytes += [UInt8](repeating: 0, count: padding)
    var file = Bytes()
    let start = Self.fileHeader + Self.programHeader
    let symbols = isStripped ? [] : sections(after: start + memory.bytes.count)
    file.header(
      sectionsAt: symbols.isEmpty ? 0 : symbols.count - 4 * 40 + start + memory.bytes.count)
    for word in [
      1, UInt32(start), address, address, UInt32(memory.bytes.count), UInt32(memory.bytes.count), 5,
      4,
    ] { file.word(word) }
    file.bytes += memory.bytes + symbols
    for (offset, bytes) in patches {
      file.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    return Data(file.bytes)
  }

  /// Symbols, strings and the four section headers that lead to them.
  private func sections(after start: Int) -> [UInt8] {
    var (symbols, names) = (Bytes(), [UInt8(0)])
    for _ in 0..<4 { symbols.word(0) }
    for (function, place) in zip(functions, places) {
      symbols.word(UInt32(names.count))
      names += Array(function.name.utf8) + [0]
      symbols.word(place | 1)
      symbols.word(UInt32(function.code.count * 2))
      // A global function of section 1.
      symbols.half(0x0012)
      symbols.half(1)
    }
    while names.count % 4 != 0 { names.append(0) }
    var headers = Bytes()
    for _ in 0..<10 { headers.word(0) }
    let code = UInt32(start - Self.fileHeader - Self.programHeader)
    let (table, strings) = (UInt32(start), UInt32(start + symbols.bytes.count))
    headers.section(type: 1, flags: 6, address, UInt32(Self.fileHeader + Self.programHeader), code)
    headers.section(type: 2, flags: 0, 0, table, UInt32(symbols.bytes.count), link: 3, entry: 16)
    headers.section(type: 3, flags: 0, 0, strings, UInt32(names.count))
    return symbols.bytes + names + headers.bytes
  }

  /// Little-endian bytes under construction.
  private struct Bytes {
    var bytes: [UInt8] = []

    mutating func half(_ value: UInt16) { bytes += [UInt8(value & 0xff), UInt8(value >> 8)] }
    mutating func word(_ value: UInt32) {
      half(UInt16(value & 0xffff))
      half(UInt16(value >> 16))
    }

    mutating func header(sectionsAt place: Int) {
      bytes += [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
      half(2)
      half(40)
      for word in [1, 0, 52, UInt32(place), 0x0500_0200] { self.word(word) }
      for half in [52, 32, 1, 40, place == 0 ? 0 : 4, 0] { self.half(UInt16(half)) }
    }

    mutating func section(
      type: UInt32, flags: UInt32, _ address: UInt32, _ offset: UInt32, _ size: UInt32,
      link: UInt32 = 0, entry: UInt32 = 0
    ) {
      for word in [0, type, flags, address, offset, size, link, 0, 4, entry] { self.word(word) }
    }
  }
}

extension TinyImage {
  /// `b .`
  private static let spin: [UInt16] = [0xe7fe]
  private static let stop = Function(name: "HardFault_Handler", code: spin)

  private static func named(_ code: [UInt16]) -> [Function] {
    [Function(name: "Reset_Handler", code: code), stop]
  }

  static let spins = TinyImage(functions: named([0xbf00, 0xe7fd]))
  /// `wfi; b .-2`
  static let sleeps = TinyImage(functions: named([0xbf30, 0xe7fd]))
  /// `push {r0-r7}; b .-2`
  static let overflowsItsStack = TinyImage(functions: named([0xb4ff, 0xe7fd]))
  /// `movs r0, #0x60; lsls r0, r0, #24; adds r0, #1; bx r0`
  static let jumpsToNowhere = TinyImage(functions: named([0x2060, 0x0600, 0x3001, 0x4700]))
  /// Starts TIMER0 of the bench, whose interrupt stays disabled, and sleeps: busy, and never awake.
  static let sleepsThroughATimer = TinyImage(
    functions: named([
      // r0 = 0x40000000; RELOAD and VALUE = 100; CTRL = 9; wfi; b .-2
      0x2040, 0x0600, 0x2164, 0x6081, 0x6041, 0x2109, 0x6001, 0xbf30, 0xe7fd,
    ]))
  /// `nop; udf #0`, and again in the handler.
  static let locksUp = TinyImage(functions: [
    Function(name: "Reset_Handler", code: [0xbf00, 0xde00]),
    Function(name: "HardFault_Handler", code: [0xde00]),
  ])
  /// Semihosting SYS_EXIT_EXTENDED with 3, whose parameters lie on the stack.
  static let exitsWith3 = TinyImage(
    functions: named([
      // r2 = 0x20026, r3 = 3; push both; r1 = sp; r0 = 0x20; bkpt #0xab
      0x2202, 0x0412, 0x3226, 0x2303, 0xb40c, 0x4669, 0x2020, 0xbeab, 0xe7fe,
    ]))
  /// Calls `work`, 100 times `subs; bne`, for ever; never calls `infer`.
  static let works = TinyImage(functions: [
    // bl work (12 bytes on), b .-4
    Function(name: "Reset_Handler", code: [0xf000, 0xf802, 0xe7fc, 0xbf00]),
    // movs r0, #100; subs r0, #1; bne .-2; bx lr
    Function(name: "work", code: [0x2064, 0x3801, 0xd1fd, 0x4770]),
    Function(name: "infer", code: [0x4770]),
    stop,
  ])

  func at(_ address: UInt32) -> TinyImage {
    var image = self
    image.address = address
    return image
  }

  func with(_ change: (inout TinyImage) -> Void) -> TinyImage {
    var image = self
    change(&image)
    return image
  }

  /// With bytes of the file replaced.
  func patched(_ offset: Int, _ bytes: [UInt8]) -> TinyImage {
    with { $0.patches.append((offset, bytes)) }
  }
}
