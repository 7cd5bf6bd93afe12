#if canImport(Glibc)
  import Glibc
#endif

/// Ctrl-C while a run is under way: the run stops and is reported instead of the process dying.
///
/// The signal is held back and asked for, which needs no handler and no global state.
struct Interruption {
  private let signals = [SIGINT, SIGTERM]

  /// Holds the signals back from here to `release`.
  func hold() {
    var set = set()
    unsafe _ = pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  var isPending: Bool {
    var pending = sigset_t()
    guard unsafe sigpending(&pending) == 0 else { return false }
    return signals.contains { signal in unsafe sigismember(&pending, signal) == 1 }
  }

  /// Takes what came meanwhile; a later one ends the process as usual.
  func release() {
    var set = set()
    var none = timespec()
    while unsafe sigtimedwait(&set, nil, &none) > 0 {}
    unsafe _ = pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private func set() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe _ = sigaddset(&set, signal) }
    return set
  }
}
