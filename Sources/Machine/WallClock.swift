#if canImport(Glibc)
  import Glibc
#endif

/// Real time, for limits only: nothing of it reaches a result.
public enum WallClock {
  public static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
