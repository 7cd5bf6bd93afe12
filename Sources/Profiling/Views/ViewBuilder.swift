import Boards
public import Energy
public import FirmwareImage
public import RunRecord
public import Units

/// Lays a run's record over its firmware: which instruction and which way of calls each cost belongs to.
///
/// A block's cycles are shared among its instructions by when each begins, its branches' are its last
/// instruction's; a function's costs are shared among the ways that led to it by the cycles that each
/// took. Shares sum exactly to what the profile says of the function.
public struct ViewBuilder {
  private let record: RunRecord
  private let profile: Profile
  private let image: FirmwareImage
  private let debug: DebugInformation?
  private let disassemble: (Address, [UInt8]) -> String
  private var view: ViewData
  private var placeIndices: [ViewData.Place: Int] = [:]
  /// Frames of the record's functions.
  private var functionFrames: [Int: Int] = [:]
  private var remainderFrames: [String: Int] = [:]

  public static func view(
    of record: RunRecord, _ profile: Profile, _ energy: EnergyBill?, _ image: FirmwareImage,
    titled view: ViewData, disassemble: @escaping (Address, [UInt8]) -> String
  ) -> ViewData {
    var builder = ViewBuilder(
      record: record, profile: profile, image: image, debug: DebugInformation(image),
      disassemble: disassemble, view: view)
    builder.addFunctions()
    builder.addRemainders(energy)
    builder.addPaths()
    builder.view.total = builder.view.paths.reduce(Cost()) { $0 + $1.cost }
    return builder.view
  }

  private init(
    record: RunRecord, profile: Profile, image: FirmwareImage, debug: DebugInformation?,
    disassemble: @escaping (Address, [UInt8]) -> String, view: ViewData
  ) {
    (self.record, self.profile, self.image, self.debug) = (record, profile, image, debug)
    (self.disassemble, self.view) = (disassemble, view)
  }

  // MARK: Functions and instructions

  private mutating func addFunctions() {
    let rows = Dictionary(
      profile.rows.filter { $0.kind == .function }.map { ($0.address, $0) },
      uniquingKeysWith: { first, _ in first })
    var blocks: [Int?: [Int]] = [:]
    for index in record.blocks.indices {
      blocks[known(record.blocks[index]), default: []].append(index)
    }
    let called = Set(record.paths.compactMap(\.function))
    for function in record.functions.indices
    where blocks[function] != nil || called.contains(function) {
      let row = rows[record.functions[function].address]
      let frame = ViewData.Frame(
        .function, row?.name ?? record.functions[function].name, file: row?.file, line: row?.line,
        address: record.functions[function].address)
      functionFrames[function] = add(frame)
      addInstructions(blocks[function] ?? [], of: view.frames.count - 1, row?.joules)
    }
    if let nameless = blocks[nil] {
      let row = profile.rows.first { $0.name == "[no symbol]" }
      let frame = add(ViewData.Frame(.remainder, "[no symbol]"))
      remainderFrames["[no symbol]"] = frame
      addInstructions(nameless, of: frame, row?.joules)
    }
    view.instructions.sort { ($0.address, $0.frame) < ($1.address, $1.frame) }
  }

  private func known(_ block: BlockRecord) -> Int? {
    block.function.flatMap { record.functions.indices.contains($0) ? $0 : nil }
  }

  private mutating func add(_ frame: ViewData.Frame) -> Int {
    view.frames.append(frame)
    return view.frames.count - 1
  }

  private mutating func addInstructions(_ blocks: [Int], of frame: Int, _ joules: Joules?) {
    let energies = proportions(
      joules?.femtojoules ?? 0, blocks.map { record.blocks[$0].cycles })
    var found: [Address: Int] = [:]
    for (index, energy) in zip(blocks, energies) {
      for (address, size, cost) in shares(of: index, energy) {
        let executions = record.blocks[index].executions
        if let known = found[address] {
          view.instructions[known].cost += cost
          view.instructions[known].executions += executions
          continue
        }
        found[address] = view.instructions.count
        let bytes = image.contents(at: address, count: size).map { Array($0) }
        view.instructions.append(
          ViewData.Instruction(
            address: address, frame: frame, place: place(of: address),
            text: bytes.map { disassemble(address, $0) } ?? "", executions: executions, cost: cost))
      }
    }
  }

  /// A block's cost by instruction.
  private func shares(
    of index: Int, _ energy: Int64
  ) -> [(address: Address, size: Int, cost: Cost)] {
    let block = record.blocks[index]
    let layout = record.layouts.indices.contains(index) ? record.layouts[index] : nil
    var offsets = layout?.offsets ?? []
    if offsets.isEmpty { offsets = [0] }
    let starts = layout?.cycles ?? []
    let length = block.executions == 0 ? 0 : block.baseCycles / block.executions
    let weights = offsets.indices.map { instruction -> UInt64 in
      let from =
        instruction == 0
        ? 0 : starts.indices.contains(instruction) ? UInt64(starts[instruction]) : 0
      let to = starts.indices.contains(instruction + 1) ? UInt64(starts[instruction + 1]) : length
      return to > from ? to - from : 0
    }
    let ones = offsets.map { _ in UInt64(1) }
    var causes = block.causes
    causes.balance(to: block.cycles)
    // Leaving a block is its last instruction's doing.
    let straight = proportions(Int64(clamping: block.cycles - block.branchCycles), weights)
    let counts = proportions(Int64(clamping: block.instructions), ones)
    var costs = offsets.indices.map { instruction in
      var cost = Cost()
      cost[.cycles] = straight[instruction]
      cost[.instructions] = counts[instruction]
      return cost
    }
    for event in Cost.Event.allCases {
      guard let cause = event.cause, cause != .branch, causes[cause] > 0 else { continue }
      let shares = proportions(Int64(clamping: causes[cause]), weights)
      for instruction in costs.indices { costs[instruction][event] = shares[instruction] }
    }
    costs[costs.count - 1][.branch] = Int64(clamping: causes[.branch])
    costs[costs.count - 1][.cycles] &+= Int64(clamping: block.branchCycles)
    let energies = proportions(energy, costs.map { UInt64(clamping: $0[.cycles]) })
    return offsets.indices.map { instruction in
      costs[instruction][.energy] = energies[instruction]
      let end = instruction + 1 < offsets.count ? UInt32(offsets[instruction + 1]) : block.size
      return (
        block.address + UInt32(offsets[instruction]),
        Int(end) - Int(offsets[instruction]), costs[instruction]
      )
    }
  }

  private mutating func place(of address: Address) -> Int? {
    guard let debug, let location = debug.location(of: address) else { return nil }
    let place = ViewData.Place(
      file: location.file, line: location.line,
      inlined: debug.inlinedCalls(at: address).map { call in
        ViewData.Place.Inlined(function: call.name, file: call.call?.file, line: call.call?.line)
      })
    if let known = placeIndices[place] { return known }
    placeIndices[place] = view.places.count
    view.places.append(place)
    return view.places.count - 1
  }

  // MARK: What no instruction spends

  private mutating func addRemainders(_ energy: EnergyBill?) {
    for row in profile.rows where row.kind == .remainder && row.name != "[no symbol]" {
      add(row.name, Cost(cycles: row.selfCycles, energy: row.joules))
    }
    for (name, joules) in energy?.outsideCore(.socAndSensors) ?? [] where joules > .zero {
      add("[\(name)]", Cost(cycles: 0, energy: joules))
    }
  }

  private mutating func add(_ name: String, _ cost: Cost) {
    if cost.isZero { return }
    let frame = add(ViewData.Frame(.remainder, name))
    remainderFrames[name] = frame
    view.remainders.append(ViewData.Remainder(frame: frame, cost: cost))
  }

  // MARK: Ways of calls

  private mutating func addPaths() {
    var costs = [Cost](repeating: Cost(), count: view.frames.count)
    for instruction in view.instructions { costs[instruction.frame] += instruction.cost }
    for remainder in view.remainders { costs[remainder.frame] += remainder.cost }
    let entries = remainderFrames["[exception entry]"]
    var shared: [Int: [(path: Int, weight: UInt64)]] = [:]
    for index in record.paths.indices {
      let path = record.paths[index]
      let parent = path.parent.flatMap { $0 < index ? $0 : nil }
      let frame = frame(of: path, isBottom: parent == nil)
      let call = path.site.map { Address($0.value &- 2) }
      view.paths.append(
        ViewData.Path(
          parent: parent, frame: frame,
          site: parent == nil ? nil : call.flatMap { place(of: $0) },
          siteAddress: parent == nil ? nil : call, calls: path.calls, cost: Cost()))
      if path.exception == nil { shared[frame, default: []].append((index, path.cycles)) }
    }
    for index in record.paths.indices where record.paths[index].exception != nil {
      guard let entries else { break }
      shared[entries, default: []].append((view.paths.count, record.paths[index].cycles))
      view.paths.append(
        ViewData.Path(
          parent: index, frame: entries, site: nil, siteAddress: nil,
          calls: record.paths[index].calls, cost: Cost()))
    }
    for frame in costs.indices where !costs[frame].isZero {
      guard let ways = shared[frame] else {
        view.paths.append(
          ViewData.Path(
            parent: nil, frame: frame, site: nil, siteAddress: nil, calls: 0, cost: costs[frame]))
        continue
      }
      for (way, share) in zip(ways, costs[frame].divided(by: ways.map(\.weight))) {
        view.paths[way.path].cost = share
      }
    }
  }

  private mutating func frame(of path: CallPath, isBottom: Bool) -> Int {
    if let function = path.function, let frame = functionFrames[function] { return frame }
    if let exception = path.exception {
      let name =
        record.exceptions.first { $0.number == exception }?.name ?? "exception \(exception)"
      return context(name)
    }
    if isBottom { return context("thread mode") }
    if let frame = remainderFrames["[no symbol]"] { return frame }
    let frame = add(ViewData.Frame(.remainder, "[no symbol]"))
    remainderFrames["[no symbol]"] = frame
    return frame
  }

  private mutating func context(_ name: String) -> Int {
    let frame = ViewData.Frame(.context, name)
    return view.frames.firstIndex(of: frame) ?? add(frame)
  }
}
