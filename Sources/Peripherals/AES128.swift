/// The AES-128 block cipher, encryption only.
///
/// Reference: FIPS 197, Advanced Encryption Standard.
struct AES128 {
  /// SubBytes: the inverse in GF(2^8), then an affine map.
  static let substitution: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    // p runs through all non-zero elements as powers of 3, q through their inverses.
    var p: UInt8 = 1
    var q: UInt8 = 1
    repeat {
      p = p ^ double(p)
      q ^= q << 1
      q ^= q << 2
      q ^= q << 4
      if q & 0x80 != 0 { q ^= 0x09 }
      table[Int(p)] = q ^ rotate(q, 1) ^ rotate(q, 2) ^ rotate(q, 3) ^ rotate(q, 4) ^ 0x63
    } while p != 1
    table[0] = 0x63
    return table
  }()

  private static func double(_ x: UInt8) -> UInt8 { x << 1 ^ (x & 0x80 != 0 ? 0x1b : 0) }
  private static func rotate(_ x: UInt8, _ n: UInt8) -> UInt8 { x << n | x >> (8 - n) }

  private var roundKeys: [UInt8]

  /// `key`: 16 bytes.
  init(key: [UInt8]) {
    roundKeys = key
    var constant: UInt8 = 1
    while roundKeys.count < 176 {
      var word = Array(roundKeys.suffix(4))
      if roundKeys.count % 16 == 0 {
        word = [word[1], word[2], word[3], word[0]].map { Self.substitution[Int($0)] }
        word[0] ^= constant
        constant = Self.double(constant)
      }
      for byte in word { roundKeys.append(byte ^ roundKeys[roundKeys.count - 16]) }
    }
  }

  /// `block`: 16 bytes.
  func encrypt(_ block: [UInt8]) -> [UInt8] {
    var state = add(block, round: 0)
    for round in 1...10 {
      // SubBytes and ShiftRows: row r moves r columns to the left.
      var shifted = state
      for index in 0..<16 {
        shifted[index] = Self.substitution[Int(state[(index + 4 * (index % 4)) % 16])]
      }
      state = add(round == 10 ? shifted : Self.mixColumns(shifted), round: round)
    }
    return state
  }

  private func add(_ block: [UInt8], round: Int) -> [UInt8] {
    block.indices.map { block[$0] ^ roundKeys[16 * round + $0] }
  }

  private static func mixColumns(_ state: [UInt8]) -> [UInt8] {
    state.indices.map { index in
      let column = index & ~3
      let row = index & 3
      let (a, b) = (state[index], state[column + (row + 1) % 4])
      return double(a) ^ double(b) ^ b ^ state[column + (row + 2) % 4]
        ^ state[column + (row + 3) % 4]
    }
  }
}
