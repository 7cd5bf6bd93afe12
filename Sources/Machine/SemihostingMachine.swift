import Boards
import CortexM
import Deployments
import Engine
import FileSystem
import FirmwareImage
import Simulation
import Units

/// What semihosting calls of the simulated core reach.
final class SemihostingConsole: SemihostingHost {
  private let engine: Engine
  private let scheduler: Scheduler
  var output: (UInt8) -> Void = { _ in }

  init(engine: Engine, scheduler: Scheduler) {
    self.engine = engine
    self.scheduler = scheduler
  }

  var now: Instant { scheduler.now }

  func bytes(at address: Address, count: Int) -> [UInt8]? {
    engine.bytes(at: address, count: count)
  }

  func store(_ bytes: [UInt8], at address: Address) -> Bool {
    engine.isWritable(address, count: bytes.count) && engine.store(bytes, at: address)
  }

  func print(_ byte: UInt8) { output(byte) }
}

/// The directory of `--files` as semihosting sees it.
final class SemihostingDirectory: SemihostingFiles {
  private let directory: ConfinedDirectory

  init(_ path: String) throws(MachineError) {
    do throws(FileError) { directory = try ConfinedDirectory(path) } catch {
      throw .files(path: path, reason: error.reason)
    }
  }

  private func translate<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(SemihostingError) -> Result {
    do throws(SystemError) { return try body() } catch {
      throw SemihostingError(
        number: UInt32(bitPattern: error.number), leadsOutside: error.leadsOutside)
    }
  }

  func open(_ path: [UInt8], _ mode: SemihostingMode) throws(SemihostingError) -> Int32 {
    let access: ConfinedDirectory.Access =
      switch mode {
      case .read: .init(reads: true)
      case .readUpdate: .init(reads: true, writes: true)
      case .write: .init(reads: false, writes: true, creates: true, truncates: true)
      case .writeUpdate: .init(reads: true, writes: true, creates: true, truncates: true)
      case .append: .init(reads: false, writes: true, creates: true, appends: true)
      case .appendUpdate: .init(reads: true, writes: true, creates: true, appends: true)
      }
    return try translate { () throws(SystemError) in try directory.open(path, access) }
  }

  func close(_ file: Int32) throws(SemihostingError) {
    try translate { () throws(SystemError) in try directory.close(file) }
  }

  func read(_ file: Int32, count: Int) throws(SemihostingError) -> [UInt8] {
    try translate { () throws(SystemError) in try directory.read(file, count: count) }
  }

  func write(_ file: Int32, _ bytes: [UInt8]) throws(SemihostingError) {
    try translate { () throws(SystemError) in try directory.write(file, bytes) }
  }

  func seek(_ file: Int32, to position: UInt32) throws(SemihostingError) {
    try translate { () throws(SystemError) in try directory.seek(file, to: Int64(position)) }
  }

  func length(_ file: Int32) throws(SemihostingError) -> UInt64 {
    try translate { () throws(SystemError) in UInt64(try directory.length(file)) }
  }

  func remove(_ path: [UInt8]) throws(SemihostingError) {
    try translate { () throws(SystemError) in try directory.remove(path) }
  }

  func rename(_ old: [UInt8], to new: [UInt8]) throws(SemihostingError) {
    try translate { () throws(SystemError) in try directory.rename(old, to: new) }
  }
}

extension SemihostingSettings {
  init(_ board: Board, _ image: FirmwareImage, _ deployment: Deployment) throws(MachineError) {
    self.init()
    let name = image.path.split(separator: "/").last.map(String.init) ?? image.path
    commandLine = Array((deployment.arguments.map { "\(name) \($0)" } ?? name).utf8)
    heap = Self.heap(board, image)
    if let path = deployment.files { files = try SemihostingDirectory(path) }
  }

  /// The largest gap that the program's parts leave in the largest RAM, as QEMU finds it
  /// (semihosting/arm-compat-semi.c, common_semi_find_bases); nil where they leave none.
  ///
  /// QEMU looks at where segments are loaded; sections that start-up fills count here, too.
  private static func heap(_ board: Board, _ image: FirmwareImage) -> Range<UInt32>? {
    let memories = board.chip.memories.filter { $0.kind == .ram }
    guard let largest = memories.map(\.size).max(),
      let ram = memories.first(where: { $0.size == largest })
    else { return nil }
    let parts = image.segments.filter { !$0.loadRange.isEmpty }.map(\.loadRange)
    let sections = image.sections.filter {
      $0.isAllocated && $0.size > 0 && !$0.name.contains("stack") && !$0.name.contains("heap")
    }.map(\.range)
    let end = UInt64(ram.base.value) + UInt64(ram.size)
    var (start, best) = (UInt64(ram.base.value), UInt64(0)..<0)
    for part in (parts + sections).sorted(by: { $0.lowerBound < $1.lowerBound }) + [end..<end]
    where part.upperBound > start {
      let gap = start..<max(start, min(part.lowerBound, end))
      if gap.count > best.count { best = gap }
      start = max(start, min(part.upperBound, end))
    }
    // Eight bytes: the stack's alignment.
    let (low, high) = ((best.lowerBound + 7) & ~7, min(best.upperBound, UInt64(UInt32.max)) & ~7)
    return low < high ? UInt32(low)..<UInt32(high) : nil
  }
}
