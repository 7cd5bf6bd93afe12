/// The exception index of an image (`.ARM.exidx`, `.ARM.extab`): how to unwind at calls.
///
/// Reference: Exception Handling ABI for the Arm Architecture (IHI 0038), sections 6 and 10.3.
/// Not modelled: personality routines with formats of their own, iWMMX registers.
struct ExceptionIndex {
  private let index: [UInt8]
  private let indexAddress: UInt32
  private let word: (UInt32) -> UInt32?

  /// `word` reads the image at run-time addresses.
  init(_ index: [UInt8], address: UInt32, word: @escaping (UInt32) -> UInt32?) {
    (self.index, indexAddress, self.word) = (index, address, word)
  }

  private func indexWord(_ number: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(index[number * 4 + $1]) << UInt32(8 * $1) }
  }

  /// A 31-bit signed distance from where it stands.
  private func target(_ value: UInt32, at place: UInt32) -> UInt32 {
    place &+ UInt32(bitPattern: Int32(bitPattern: value << 1) >> 1)
  }

  private func start(_ entry: Int) -> UInt32 {
    target(indexWord(entry * 2), at: indexAddress &+ UInt32(truncatingIfNeeded: entry * 8)) & ~1
  }

  /// nil where nothing is said, or that nothing can be.
  func rule(at address: UInt32) -> FrameRule? {
    let after = partitionIndex(index.count / 8) { start($0) <= address }
    guard after > 0 else { return nil }
    let value = indexWord((after - 1) * 2 + 1)
    if value == 1 { return nil }
    if value & 0x8000_0000 != 0 {
      guard value >> 24 == 0x80 else { return nil }
      return ExceptionIndexProgram(bytes(value, from: 1)).rule()
    }
    let place = indexAddress &+ UInt32(truncatingIfNeeded: (after - 1) * 8 + 4)
    return table(target(value, at: place)).flatMap { ExceptionIndexProgram($0).rule() }
  }

  private func bytes(_ word: UInt32, from first: UInt32) -> [UInt8] {
    (first..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
  }

  /// The unwinding instructions of an entry of `.ARM.extab`.
  private func table(_ address: UInt32) -> [UInt8]? {
    guard var head = word(address) else { return nil }
    var place = address
    var bytes: [UInt8]
    let more: UInt32
    if head & 0x8000_0000 == 0 {
      // A personality routine of the C++ runtime: the compact form follows, without its number.
      place = place &+ 4
      guard let next = word(place) else { return nil }
      head = next
      (more, bytes) = (head >> 24, self.bytes(head, from: 1))
    } else if head >> 24 == 0x80 {
      (more, bytes) = (0, self.bytes(head, from: 1))
    } else if head >> 24 == 0x81 || head >> 24 == 0x82 {
      (more, bytes) = (head >> 16 & 0xff, self.bytes(head, from: 2))
    } else {
      return nil
    }
    for _ in 0..<more {
      place = place &+ 4
      guard let next = word(place) else { return nil }
      bytes += self.bytes(next, from: 0)
    }
    return bytes
  }
}

/// Runs unwinding instructions, which undo a frame from its inside to its end.
private struct ExceptionIndexProgram {
  private let bytes: [UInt8]
  private var next = 0
  private var base: UInt8 = 13
  private var offset: Int64 = 0
  /// From the base.
  private var saved: [UInt8: Int64] = [:]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private mutating func take() -> UInt8? {
    guard next < bytes.count else { return nil }
    defer { next += 1 }
    return bytes[next]
  }

  func rule() -> FrameRule? {
    var program = self
    while let code = program.take(), code != 0xb0 {
      guard program.execute(code) else { return nil }
    }
    guard let offset = Int32(exactly: program.offset) else { return nil }
    var rule = FrameRule(
      base: program.base, offset: offset, saved: [:],
      returnRegister: program.saved[15] == nil ? 14 : 15, source: .exceptionIndex)
    for (register, place) in program.saved {
      guard let distance = Int32(exactly: place - program.offset) else { return nil }
      rule.saved[register] = .atOffset(distance)
    }
    return rule
  }

  private mutating func pop(_ mask: UInt32, from first: UInt8) {
    for bit in UInt8(0)..<16 where mask >> UInt32(bit) & 1 == 1 {
      saved[first + bit] = offset
      offset += 4
    }
  }

  private mutating func execute(_ code: UInt8) -> Bool {
    let low = Int64(code & 7)
    switch code {
    case 0x00...0x3f: offset += Int64(code & 0x3f) * 4 + 4
    case 0x40...0x7f: offset -= Int64(code & 0x3f) * 4 + 4
    case 0x80...0x8f:
      guard let second = take() else { return false }
      let mask = UInt32(code & 0xf) << 8 | UInt32(second)
      if mask == 0 { return false }
      pop(mask, from: 4)
    case 0x90...0x9f:
      // What was popped before would be told from another register.
      guard code != 0x9d, code != 0x9f, saved.isEmpty else { return false }
      (base, offset) = (code & 0xf, 0)
    case 0xa0...0xaf:
      pop((1 << UInt32(low + 1)) - 1, from: 4)
      if code & 8 != 0 { pop(1, from: 14) }
    case 0xb1:
      guard let mask = take(), 1...0xf ~= mask else { return false }
      pop(UInt32(mask), from: 0)
    case 0xb2: return addLong()
    case 0xb3, 0xc8, 0xc9:
      guard let operand = take() else { return false }
      offset += (Int64(operand & 0xf) + 1) * 8 + (code == 0xb3 ? 4 : 0)
    case 0xb4: offset += 4
    case 0xb8...0xbf: offset += (low + 1) * 8 + 4
    case 0xd0...0xd7: offset += (low + 1) * 8
    default: return false
    }
    return true
  }

  private mutating func addLong() -> Bool {
    var (value, shift): (Int64, Int64) = (0, 0)
    while let byte = take() {
      if shift < 32 { value |= Int64(byte & 0x7f) << shift }
      shift += 7
      if byte & 0x80 == 0 {
        offset += 0x204 + value << 2
        return true
      }
    }
    return false
  }
}
