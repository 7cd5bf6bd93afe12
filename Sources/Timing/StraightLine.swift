public import Disassembly
public import Units

/// The instructions of a function in the order of memory, to know what runs on or branches into a block.
///
/// Compilers put constants and jump tables between instructions: words that literal loads read and the
/// bytes behind a table branch are left out, as far as the code itself tells them.
public struct StraightLine: Sendable {
  private let instructions: [Instruction]
  /// Starts of words that literal loads read.
  private let constants: Set<UInt32>
  /// By target, the branch that most often leads there: the last one that closes a loop, or else the
  /// nearest before it.
  private let sources: [UInt32: Int]
  /// More than this many instructions back, a core's pipeline feels nothing any more.
  public static let reach = 12
  /// After so many instructions queues and buffers are as full as they get.
  public static let settled = 48
  /// Loops of more instructions than this are known by their end alone.
  private static let longestLoop = 64

  /// Decodes a function from its first byte.
  public init(_ bytes: [UInt8], at start: Address) {
    var decoded: [Instruction] = []
    var constants: Set<UInt32> = []
    var position = 0
    while position < bytes.count {
      let rest = Decoder.decodeBlock(bytes: Array(bytes[position...]), at: start + UInt32(position))
      var end = bytes.count
      for instruction in rest {
        decoded.append(instruction)
        if instruction.kind == .load, instruction.memory.base == 15, !instruction.memory.hasIndex {
          constants.insert(
            instruction.baseOfLiterals &+ UInt32(bitPattern: instruction.memory.offset))
        }
        if instruction.kind == .tableBranch {
          end = Self.endOfTable(
            bytes, Int(instruction.end - start), halfwords: instruction.isHalfwordTable)
          break
        }
      }
      position = max(end, position + 2)
    }
    instructions = decoded
    self.constants = constants
    sources = Self.sources(decoded)
  }

  private static func sources(_ instructions: [Instruction]) -> [UInt32: Int] {
    var sources: [UInt32: Int] = [:]
    for (index, instruction) in instructions.enumerated()
    where instruction.hasDirectTarget && !instruction.isCall {
      sources[instruction.target.value] = index
    }
    return sources
  }

  /// The last instructions up to the branch that most often leads to `address`, in the order in which they
  /// run; none where no branch of the function does. A loop without other branches is there whole, and more than
  /// once.
  public func branches(to address: Address) -> [Instruction] {
    guard let source = sources[address.value] else { return [] }
    let branch = instructions[source]
    var path = line(before: source, next: branch.address, limit: Self.longestLoop)
    path.append(branch)
    guard branch.address >= address, let head = path.firstIndex(where: { $0.address == address })
    else { return path.suffix(Self.reach + 1) }
    let body = path[head...]
    let times = max(2, (Self.settled + body.count - 1) / body.count)
    return Array(repeatElement(body, count: times).joined())
  }

  /// A table reaches to the nearest of its own targets.
  private static func endOfTable(_ bytes: [UInt8], _ start: Int, halfwords: Bool) -> Int {
    let width = halfwords ? 2 : 1
    var end = bytes.count
    var position = start
    while position + width <= min(end, bytes.count) {
      let entry =
        halfwords
        ? Int(bytes[position]) | Int(bytes[position + 1]) << 8 : Int(bytes[position])
      // A zero only fills the table up.
      if entry > 0 { end = min(end, start + 2 * entry) }
      position += width
    }
    return max(end, start)
  }

  /// The last instructions that run on into `address`, in order; none where nothing does.
  public func before(_ address: Address, reach: Int = StraightLine.reach) -> [Instruction] {
    var low = 0
    var high = instructions.count
    while low < high {
      let middle = (low + high) / 2
      if instructions[middle].address < address { low = middle + 1 } else { high = middle }
    }
    return line(before: low, next: address, limit: reach)
  }

  /// The instructions before an index that run on to `address`.
  private func line(
    before index: Int, next address: Address, limit: Int
  ) -> [Instruction] {
    var low = index
    var result: [Instruction] = []
    var next = address
    while low > 0, result.count < limit {
      low -= 1
      let instruction = instructions[low]
      guard instruction.end == next, runsOn(instruction) else { break }
      result.append(instruction)
      next = instruction.address
    }
    return result.reversed()
  }

  private func runsOn(_ i: Instruction) -> Bool {
    if i.kind == .undefined || constants.contains(i.address.value & ~3) { return false }
    switch i.kind {
    case .supervisorCall, .breakpoint, .waitForInterrupt, .waitForEvent: return false
    default: return !i.isCall && (!i.writesPC || i.isConditional)
    }
  }
}

extension [Instruction] {
  /// Whether its last instruction branches back to the start of a run.
  func closesLoop(at block: [Instruction]) -> Bool {
    guard let branch = last, let first = block.first else { return false }
    return branch.address >= first.address
  }
}

extension Instruction {
  fileprivate var isHalfwordTable: Bool { encoding & 0x10 != 0 }
}
