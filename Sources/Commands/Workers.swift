import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Threads that share out numbered pieces of work.
///
/// Threads of our own, not tasks: a run blocks its thread for seconds, and whoever calls may itself be
/// one of the few threads that tasks are given. They inherit the caller's blocked signals.
enum Workers {
  /// As many as the machine has processors at work.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Calls `work` with every number below `count`, on `threads` threads at most, lowest first.
  /// The caller's thread calls `meanwhile` some times a second until all is done.
  static func run(
    _ count: Int, threads: Int, meanwhile: () -> Void, _ work: @escaping @Sendable (Int) -> Void
  ) {
    let shift = Shift(count: count, work: work)
    var running: [pthread_t] = []
    for _ in 0..<max(1, min(count, threads)) {
      if let thread = shift.start() { running.append(thread) }
    }
    // A system without room for another thread: the work is done here.
    if running.isEmpty { shift.runAll() }
    while shift.finished < count {
      meanwhile()
      usleep(20_000)
    }
    for thread in running { pthread_join(thread, nil) }
  }
}

/// What the threads share.
private final class Shift: Sendable {
  private let next = Atomic(0)
  private let done = Atomic(0)
  private let count: Int
  private let work: @Sendable (Int) -> Void

  init(count: Int, work: @escaping @Sendable (Int) -> Void) {
    (self.count, self.work) = (count, work)
  }

  var finished: Int { done.load(ordering: .acquiring) }

  func runAll() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      work(index)
      done.add(1, ordering: .releasing)
    }
  }

  func start() -> pthread_t? {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    let status = unsafe pthread_create(&thread, nil, runShift, context)
    if status == 0 { return thread }
    unsafe Unmanaged<Shift>.fromOpaque(context).release()
    return nil
  }
}

private func runShift(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<Shift>.fromOpaque(context).takeRetainedValue().runAll()
  return nil
}
