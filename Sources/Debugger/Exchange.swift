import Units

/// One packet from the debugger and what is answered.
struct Exchange {
  /// The packet's text up to its binary part.
  let text: String
  let data: [UInt8]
  let target: any DebugTarget
  let stopReply: String
  /// Nil: nothing is answered now. An empty one says that the packet is not known.
  private(set) var answer: [UInt8]? = []
  private(set) var resumption: Resumption?

  init(_ data: [UInt8], _ target: any DebugTarget, _ stopReply: String) {
    self.data = data
    self.target = target
    self.stopReply = stopReply
    text = String(decoding: data, as: UTF8.self)
  }

  mutating func run() {
    let arguments = text.dropFirst()
    switch text.first {
    case "?": say(stopReply)
    case "g": say(registers.map(value).joined())
    case "G": say(writeRegisters(arguments))
    case "p": say(readRegister(arguments))
    case "P": say(writeRegister(arguments))
    case "m": say(readMemory(arguments))
    case "M": say(writeMemory(arguments))
    case "X": say(writeBinary())
    case "Z": say(changeStop(arguments, isSet: true))
    case "z": say(changeStop(arguments, isSet: false))
    case "H", "T": say("OK")
    case "c": go(.run, from: arguments)
    case "s": go(.step, from: arguments)
    case "C", "S":
      go(text.first == "C" ? .run : .step, from: arguments.drop { $0 != ";" }.dropFirst())
    case "D":
      say("OK")
      resumption = .detach
    case "k":
      answer = nil
      resumption = .kill
    case "v": runLong()
    case "q", "Q": say(query())
    default: break
    }
  }

  private mutating func say(_ text: String) { answer = Array(text.utf8) }

  private mutating func go(_ resumption: Resumption, from address: Substring) {
    if let address = Hexadecimal.number(address) { target[.pc] = address }
    answer = nil
    self.resumption = resumption
  }

  // MARK: Registers

  private var registers: [TargetDescription.Register] {
    TargetDescription.registers(target.layout)
  }

  private func value(_ register: TargetDescription.Register) -> String {
    switch register {
    case .core(let register): Hexadecimal.text(target[register])
    case .double(let number):
      Hexadecimal.text(target[single: number * 2])
        + Hexadecimal.text(target[single: number * 2 + 1])
    }
  }

  private func set(_ register: TargetDescription.Register, _ text: Substring) -> Bool {
    switch register {
    case .core(let register):
      guard let word = Hexadecimal.word(text) else { return false }
      target[register] = word
    case .double(let number):
      guard let low = Hexadecimal.word(text.prefix(8)),
        let high = Hexadecimal.word(text.dropFirst(8))
      else { return false }
      target[single: number * 2] = low
      target[single: number * 2 + 1] = high
    }
    return true
  }

  private func readRegister(_ arguments: Substring) -> String {
    guard let number = Hexadecimal.number(arguments), number < registers.count else {
      return "E01"
    }
    return value(registers[Int(number)])
  }

  private func writeRegister(_ arguments: Substring) -> String {
    let parts = arguments.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let number = Hexadecimal.number(parts[0]), number < registers.count
    else { return "E01" }
    return set(registers[Int(number)], parts[1]) ? "OK" : "E01"
  }

  private func writeRegisters(_ arguments: Substring) -> String {
    var rest = arguments
    for register in registers {
      let length = if case .double = register { 16 } else { 8 }
      // What did not change is not written: some writes have effects.
      if rest.prefix(length) != value(register), !set(register, rest.prefix(length)) {
        return "E01"
      }
      rest = rest.dropFirst(length)
    }
    return "OK"
  }

  // MARK: Memory

  /// `ADDRESS,LENGTH`.
  private func range(_ text: some StringProtocol) -> (start: Address, count: Int)? {
    let parts = text.split(separator: ",")
    guard parts.count == 2, let start = Hexadecimal.number(parts[0]),
      let count = Hexadecimal.number(parts[1])
    else { return nil }
    return (Address(start), Int(count))
  }

  private func readMemory(_ arguments: Substring) -> String {
    guard let range = range(arguments) else { return "E01" }
    let bytes = target.read(range.start, count: min(range.count, 0x2000))
    return bytes.isEmpty && range.count > 0 ? "E14" : Hexadecimal.text(bytes)
  }

  private func writeMemory(_ arguments: Substring) -> String {
    let parts = arguments.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let range = range(parts[0]), let bytes = Hexadecimal.bytes(parts[1]),
      bytes.count == range.count
    else { return "E01" }
    return target.write(bytes, at: range.start) ? "OK" : "E14"
  }

  /// What follows the colon is bytes, not text.
  private func writeBinary() -> String {
    guard let colon = data.firstIndex(of: UInt8(ascii: ":")),
      let range = range(String(decoding: data[1..<colon], as: UTF8.self))
    else { return "E01" }
    let bytes = Array(data[(colon + 1)...])
    guard bytes.count == range.count else { return "E01" }
    return bytes.isEmpty || target.write(bytes, at: range.start) ? "OK" : "E14"
  }

  // MARK: Where to stop

  /// `TYPE,ADDRESS,KIND`.
  private func changeStop(_ arguments: Substring, isSet: Bool) -> String {
    let parts = arguments.prefix { $0 != ";" }.split(separator: ",")
    guard parts.count == 3, let type = Int(parts[0]), let start = Hexadecimal.number(parts[1]),
      let size = Hexadecimal.number(parts[2])
    else { return "E01" }
    if type < 2 {
      let address = Address(start & ~1)
      target.breakpoints.removeAll { $0 == address }
      if isSet { target.breakpoints.append(address) }
      return "OK"
    }
    guard let kind = Watchpoint.Kind(rawValue: type) else { return "" }
    let watchpoint = Watchpoint(kind: kind, start: Address(start), size: max(size, 1))
    target.watchpoints.removeAll { $0 == watchpoint }
    if isSet { target.watchpoints.append(watchpoint) }
    return "OK"
  }

  // MARK: Long names

  private mutating func runLong() {
    if text == "vCont?" { return say("vCont;c;C;s;S;r") }
    if text.hasPrefix("vCont;") { return resume(text.dropFirst(6)) }
    if text.hasPrefix("vKill") {
      say("OK")
      resumption = .kill
    } else if text.hasPrefix("vFlashErase:") {
      say(erase(text.dropFirst(12)))
    } else if data.starts(with: "vFlashWrite:".utf8) {
      say(writeFlash())
    } else if text == "vFlashDone" {
      say("OK")
    }
  }

  /// The first action is the one for the only thread.
  private mutating func resume(_ actions: Substring) {
    let action = (actions.split(separator: ";").first ?? "").prefix { $0 != ":" }
    switch action.first {
    case "c", "C": go(.run, from: "")
    case "s", "S": go(.step, from: "")
    case "r":
      let parts = action.dropFirst().split(separator: ",")
      guard parts.count == 2, let from = Hexadecimal.number(parts[0]),
        let to = Hexadecimal.number(parts[1])
      else { return say("E01") }
      go(.stepRange(from: Address(from), to: Address(to)), from: "")
    default: say("E01")
    }
  }

  private func erase(_ arguments: Substring) -> String {
    guard let range = range(arguments) else { return "E01" }
    let isFlash = target.layout.memories.contains {
      $0.kind == .flash && range.start >= $0.start
        && UInt64(range.start - $0.start) + UInt64(range.count) <= UInt64($0.size)
    }
    guard isFlash else { return "E.memtype" }
    let ones = [UInt8](repeating: 0xff, count: range.count)
    return target.write(ones, at: range.start) ? "OK" : "E14"
  }

  private func writeFlash() -> String {
    let rest = data.dropFirst(12)
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
      let start = Hexadecimal.number(String(decoding: rest[..<colon], as: UTF8.self))
    else { return "E01" }
    return target.write(Array(rest[(colon + 1)...]), at: Address(start)) ? "OK" : "E14"
  }

  // MARK: Queries

  private func query() -> String {
    if text.hasPrefix("qSupported") {
      return "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;qXfer:memory-map:read+;"
        + "vContSupported+;hwbreak+;swbreak+"
    }
    if text.hasPrefix("qXfer:features:read:target.xml:") {
      return part(of: TargetDescription.features(target.layout))
    }
    if text.hasPrefix("qXfer:memory-map:read::") {
      return part(of: TargetDescription.memoryMap(target.layout))
    }
    if text.hasPrefix("qRcmd,") { return monitor(text.dropFirst(6)) }
    switch text {
    case "QStartNoAckMode": return "OK"
    case "qAttached": return "1"
    case "qC": return "QC1"
    case "qfThreadInfo": return "m1"
    case "qsThreadInfo": return "l"
    default: return text.hasPrefix("qSymbol") ? "OK" : ""
    }
  }

  /// `m` and a piece of the document, `l` before its last one.
  private func part(of document: String) -> String {
    guard let last = text.split(separator: ":").last, let range = range(last) else { return "E01" }
    let offset = Int(range.start.value)
    guard offset <= document.utf8.count else { return "E01" }
    let rest = document.utf8.dropFirst(offset)
    let piece = String(decoding: rest.prefix(range.count), as: UTF8.self)
    return (rest.count > range.count ? "m" : "l") + piece
  }

  private func monitor(_ arguments: Substring) -> String {
    guard let bytes = Hexadecimal.bytes(arguments) else { return "E01" }
    let words = String(decoding: bytes, as: UTF8.self)
      .split { $0 == " " || $0 == "\t" || $0 == "\n" }
    let command = words.joined(separator: " ")
    let answer =
      target.monitor(command.isEmpty ? "help" : command)
      ?? "error: no monitor command '\(command)'; 'monitor help' lists them\n"
    return Hexadecimal.text(Array(answer.utf8))
  }
}
