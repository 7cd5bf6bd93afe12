import Machine

#if canImport(Glibc)
  import Glibc
#endif

/// A pseudo-terminal of the host, raw: a terminal program opens its path.
///
/// This end keeps the other open as well, so that programs may come and go.
final class PseudoTerminal: HostChannel {
  /// What a terminal program opens: `/dev/pts/3`.
  let path: String
  private let descriptor: Int32
  private let other: Int32
  // Linux's TIOCSPTLCK and TIOCGPTN; unlockpt and ptsname are hidden by the C library's headers.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  init?() {
    let leader = unsafe Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY)
    guard leader >= 0 else { return nil }
    var lock: Int32 = 0
    var number: Int32 = 0
    guard unsafe ioctl(leader, Self.setLock, &lock) == 0,
      unsafe ioctl(leader, Self.getNumber, &number) == 0
    else {
      close(leader)
      return nil
    }
    path = "/dev/pts/\(number)"
    let follower = unsafe Glibc.open(path, O_RDWR | O_NOCTTY)
    var mode = termios()
    guard follower >= 0, unsafe tcgetattr(follower, &mode) == 0 else {
      close(leader)
      return nil
    }
    unsafe cfmakeraw(&mode)
    unsafe _ = tcsetattr(follower, TCSANOW, &mode)
    _ = fcntl(leader, F_SETFL, O_NONBLOCK)
    (descriptor, other) = (leader, follower)
  }

  deinit {
    close(other)
    close(descriptor)
  }

  func send(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
    }
    // Nobody reads yet, or not fast enough: the rest waits.
    return max(count, 0)
  }

  func receive(within milliseconds: Int32) -> [UInt8]? {
    var arriving = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&arriving, 1, milliseconds) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress, buffer.count)
    }
    return count > 0 ? Array(buffer.prefix(count)) : []
  }
}
