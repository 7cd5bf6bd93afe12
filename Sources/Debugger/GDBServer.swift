import Units

/// The remote end of GDB's serial protocol: one debugger, one core, everything stopped while they
/// talk.
///
/// Reference: Debugging with GDB, appendix E "GDB Remote Serial Protocol".
/// Not modelled: non-stop mode, tracepoints, file transfer, more than one thread.
public final class GDBServer: DebugHost {
  private let connection: any Connection
  private var decoder = PacketDecoder()
  private var queue: [Incoming] = []
  private var acknowledges = true
  private var lastSent: [UInt8] = []
  private var isGone = false
  private var hasReported = false
  private var tellsHardwareBreakpoints = false
  private var stopReply = "S05"

  private let isTired: () -> Bool
  /// The user ended the run from the debugger.
  public private(set) var wasKilled = false

  /// `isTired` is asked ten times a second, while the debugger is silent, whether to end the run.
  public init(_ connection: any Connection, unless isTired: @escaping () -> Bool = { false }) {
    self.connection = connection
    self.isTired = isTired
  }

  // MARK: The machine's side

  public func converse(_ reason: StopReason, with target: any DebugTarget) -> Resumption {
    stopReply = reply(for: reason)
    // The first stop is asked for by `?`.
    if hasReported { send(stopReply) }
    hasReported = true
    while let incoming = next() {
      guard case .packet(let data) = incoming else { continue }
      var exchange = Exchange(data, target, stopReply)
      exchange.run()
      if data.starts(with: "qSupported".utf8) {
        tellsHardwareBreakpoints = exchange.text.contains("hwbreak+")
      }
      if let answer = exchange.answer { send(answer) }
      if data.elementsEqual("QStartNoAckMode".utf8) { acknowledges = false }
      if let resumption = exchange.resumption {
        if resumption == .detach || resumption == .kill { isGone = true }
        wasKilled = resumption == .kill
        return resumption
      }
    }
    return isGone ? .detach : .kill
  }

  public func wantsStop() -> Bool {
    guard !isGone else { return false }
    fill(waiting: false)
    // Nothing but Ctrl-C is meant for a core that runs; a connection lost is found while talking.
    defer { queue.removeAll { $0 == .interrupt || $0 == .acknowledgement } }
    return queue.contains(.interrupt) || isGone
  }

  public func ended(exitCode: UInt8) {
    guard !isGone else { return }
    send("W" + Hexadecimal.text([exitCode]))
    // Its acknowledgement, so that the connection does not break before it is read.
    if acknowledges { fill(waiting: true) }
    isGone = true
  }

  private func reply(for reason: StopReason) -> String {
    switch reason {
    case .step: "T05thread:1;"
    case .breakpointInstruction: "T05thread:1;"
    case .breakpoint: tellsHardwareBreakpoints ? "T05thread:1;hwbreak:;" : "T05thread:1;"
    case .interrupted: "T02thread:1;"
    case .fault: "T0bthread:1;"
    case .watchpoint(let watchpoint):
      switch watchpoint.kind {
      case .write: "T05thread:1;watch:\(digits(watchpoint.start));"
      case .read: "T05thread:1;rwatch:\(digits(watchpoint.start));"
      case .access: "T05thread:1;awatch:\(digits(watchpoint.start));"
      }
    }
  }

  private func digits(_ address: Address) -> String { String(address.value, radix: 16) }

  // MARK: The wire

  private func send(_ answer: String) { send(Array(answer.utf8)) }

  private func send(_ answer: [UInt8]) {
    lastSent = PacketEncoder.encode(answer)
    if !connection.send(lastSent) { isGone = true }
  }

  private func next() -> Incoming? {
    while true {
      if !queue.isEmpty {
        let incoming = queue.removeFirst()
        switch incoming {
        case .packet where acknowledges: _ = connection.send([UInt8(ascii: "+")])
        case .damaged where acknowledges: _ = connection.send([UInt8(ascii: "-")])
        case .retransmission: _ = connection.send(lastSent)
        default: break
        }
        return incoming
      }
      if isGone || isTired() { return nil }
      fill(waiting: true)
    }
  }

  private func fill(waiting: Bool) {
    guard let bytes = connection.receive(waiting: waiting) else {
      isGone = true
      return
    }
    for byte in bytes {
      if let incoming = decoder.take(byte) { queue.append(incoming) }
    }
  }
}
