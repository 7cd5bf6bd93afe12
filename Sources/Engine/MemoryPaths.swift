import Units

/// Every slow memory, and where the core sees it.
struct MemoryPaths {
  typealias Path = UnsafeMutablePointer<MemoryPath>

  private struct Window {
    let start: UInt32
    let size: UInt32
    let path: Path
  }

  /// Blocks point to them: they stay where they are.
  private(set) var items: [Path] = []
  private var windows = UnsafeMutableBufferPointer<Window>.allocate(capacity: 0)
  var core = CoreCaches()
  /// Some memory lets the core wait for data, as it is set now.
  private(set) var dataCanWait = false

  mutating func add(_ memory: Engine.SlowMemory) {
    let path = Path.allocate(capacity: 1)
    path.initialize(to: MemoryPath(memory, core: core))
    items.append(path)
    let added = memory.windows.map { Window(start: $0.start.value, size: $0.size, path: path) }
    let all = BlockAccesses.copy(windows + added)
    windows.deallocate()
    windows = all
    lookAnew()
  }

  mutating func useCore(instructions: Bool, data: Bool) {
    core.usesInstructions = instructions
    core.usesData = data
    for path in items { path.pointee.set(core) }
    lookAnew()
  }

  /// Gives a memory another setting.
  mutating func set(_ path: Path, _ setting: Engine.MemorySetting) {
    path.pointee.set(setting)
    lookAnew()
  }

  private mutating func lookAnew() {
    dataCanWait = items.contains { !$0.pointee.readsAtOnce }
  }

  /// How data accesses around an address go; nil: they never wait there.
  func dataWindow(of address: UInt32) -> DataWindow? {
    guard dataCanWait, let window = window(of: address), !window.path.pointee.readsAtOnce else {
      return nil
    }
    return window.path.pointee.window(window.start, window.size)
  }

  func path(of address: UInt32) -> Path? { window(of: address)?.path }

  @inline(__always)
  private func window(of address: UInt32) -> Window? {
    for window in windows where address &- window.start < window.size { return window }
    return nil
  }

  func destroy() {
    for path in items {
      path.pointee.destroy()
      path.deallocate()
    }
    windows.deallocate()
    core.destroy()
  }
}
