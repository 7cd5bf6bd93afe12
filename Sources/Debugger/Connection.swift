#if canImport(Glibc)
  import Glibc
#endif

/// What carries the protocol's bytes.
public protocol Connection: AnyObject {
  /// False: the other end is gone.
  func send(_ bytes: [UInt8]) -> Bool
  /// What has come; waits a moment for something if asked to. Nil: the other end is gone.
  func receive(waiting: Bool) -> [UInt8]?
}

public enum DebuggerError: Error, CustomStringConvertible {
  case cannotListen(port: UInt16, reason: String)

  public var description: String {
    switch self {
    case .cannotListen(let port, let reason):
      "--gdb: error: cannot listen on 127.0.0.1:\(port): \(reason); give another port, 0 takes a"
        + " free one"
    }
  }
}

/// A TCP port of this machine that nobody outside it can reach.
public final class LoopbackPort {
  private let listener: Int32
  /// The one that was asked for, or the free one that was found for 0.
  public let number: UInt16

  public init(_ port: UInt16) throws(DebuggerError) {
    func failure() -> DebuggerError {
      .cannotListen(port: port, reason: String(cString: strerror(errno)).lowercased())
    }
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw failure() }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    number = UInt16(bigEndian: address.sin_port)
    guard isBound else {
      let error = failure()
      close(listener)
      throw error
    }
  }

  deinit { close(listener) }

  /// Waits for a debugger, asking ten times a second whether to go on waiting.
  public func accept(unless isTired: () -> Bool) -> SocketConnection? {
    while !isTired() {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { continue }
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor >= 0 { return SocketConnection(descriptor) }
    }
    return nil
  }
}

/// One debugger's TCP connection.
public final class SocketConnection: Connection {
  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  public func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  public func receive(waiting: Bool) -> [UInt8]? { receive(within: waiting ? 100 : 0) }

  /// What has come; waits so long for something.
  public func receive(within milliseconds: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if milliseconds > 0 {
        var arriving = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&arriving, 1, milliseconds) > 0 else { return [] }
      }
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 { return Array(buffer.prefix(count)) }
      if count == 0 { return nil }
      if errno == EINTR { continue }
      return errno == EAGAIN ? [] : nil
    }
  }
}
