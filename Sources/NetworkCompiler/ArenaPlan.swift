/// Where each buffer lies in the one static arena: buffers that never live at once share bytes.
///
/// Greedy by size: the largest buffer first, each at the lowest offset that is free for as long as
/// it lives.
struct ArenaPlan: Sendable {
  static let alignment = 4

  /// Offsets of tensors and of each step's scratch memory.
  private(set) var tensors: [Int: Int] = [:]
  private(set) var scratch: [Int: Int] = [:]
  private(set) var byteCount = 0

  private struct Block {
    let tensor: Int?
    let step: Int
    let size: Int
    var first: Int
    var last: Int
    var offset = 0
  }

  /// Plans a program whose steps need `scratchBytes` beside their operands.
  init(_ program: Program, scratchBytes: [Int]) {
    var blocks: [Block] = []
    for (index, size) in scratchBytes.enumerated() where size > 0 {
      blocks.append(Block(tensor: nil, step: index, size: size, first: index, last: index))
    }
    var blockOf: [Int: Int] = [:]
    for (index, step) in program.steps.enumerated() {
      if case .none = step.kernel { continue }
      for place in step.sources + [step.target] {
        guard case .arena(let tensor) = place else { continue }
        if let known = blockOf[tensor] {
          blocks[known].last = index
        } else {
          blockOf[tensor] = blocks.count
          let size = program.network.tensors[tensor].count
          blocks.append(Block(tensor: tensor, step: index, size: size, first: index, last: index))
        }
      }
    }
    place(blocks)
  }

  private mutating func place(_ blocks: [Block]) {
    let order = blocks.indices.sorted {
      (blocks[$1].size, $0) < (blocks[$0].size, $1)
    }
    var placed: [Block] = []
    for index in order {
      var block = blocks[index]
      let rivals = placed.filter { $0.first <= block.last && block.first <= $0.last }
        .sorted { $0.offset < $1.offset }
      for rival in rivals where rival.offset < block.offset + block.size {
        block.offset = max(block.offset, Self.aligned(rival.offset + rival.size))
      }
      placed.append(block)
      byteCount = max(byteCount, Self.aligned(block.offset + block.size))
      if let tensor = block.tensor {
        tensors[tensor] = block.offset
      } else {
        scratch[block.step] = block.offset
      }
    }
  }

  /// The next multiple of the alignment.
  static func aligned(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
}
