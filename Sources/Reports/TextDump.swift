import Deployments
import RunRecord
import Units
import Verdicts

/// A core dump as text: the essential lines on a screen, all of it with `--full`.
extension TextReport {
  var dump: CoreDump? { judgement.record.dump }

  /// Whether the run itself is what went wrong.
  var isCrash: Bool {
    switch dump?.reason {
    case .fault, .lockUp, .exit: return true
    case .stopped: return judgement.record.outcome != .timedOut
    case .spin, .stackOverflow, nil: return false
    }
  }

  /// Where a run was that ran out of time.
  var stoppedLines: [String] {
    guard !isCrash, dump?.reason == .stopped, dump?.spin == nil else { return [] }
    return dumpFaultLines
  }

  // MARK: Sections

  /// What was raised, why, where, and what the instruction tried.
  var dumpFaultLines: [String] {
    guard let dump else { return [] }
    var lines: [String] = []
    if let fault = judgement.record.outcome.fault {
      let words = dump.status.filter { ["CFSR", "HFSR", "SFSR"].contains($0.name) }
        .map { "\($0.name) \(hexadecimal($0.value))" }
      lines.append(TextLayout.ends(taken(fault, dump), words.joined(separator: ", ")))
      let bits = dump.status.flatMap(\.bits).map(\.name).joined(separator: " ")
      let why = [dump.escalation, bits.isEmpty ? nil : bits].compactMap { $0 }
      if !why.isEmpty { lines.append(why.joined(separator: "; ")) }
    }
    if let frame = dump.frames.first(where: { !$0.isException }) {
      lines.append(
        TextLayout.ends(
          frameText(frame, hasSize: false),
          "pc \(Address(dump["pc"] ?? frame.programCounter.value))"))
    }
    if let instruction = dump.instruction { lines.append(text(instruction, dump)) }
    if let access = dump.access { lines.append(text(access)) }
    for earlier in dump.earlier.prefix(options.isFull ? .max : 1) {
      lines.append("while handling \(earlier.exception): \(earlier.cause), \(earlier.place)")
    }
    if options.isFull { lines += dump.notes }
    return TextLayout.section(judgement.record.outcome.fault == nil ? "state" : "fault", lines)
  }

  private func taken(_ fault: Outcome.Fault, _ dump: CoreDump) -> String {
    dump.mode == "thread mode" ? "\(fault.exception)" : "\(fault.exception) in \(dump.mode)"
  }

  private func text(_ instruction: CoreDump.Instruction, _ dump: CoreDump) -> String {
    var text = instruction.text
    if !instruction.operands.isEmpty {
      text +=
        "   "
        + instruction.operands.map { "\($0.name) \(hexadecimal($0.value).dropFirst(2))" }.joined(
          separator: ", ")
    }
    // Where a jump came from is not where it went.
    if dump.access?.kind == .fetch { text += "  " + at(instruction.source).dropFirst(2) }
    return text
  }

  private func text(_ access: CoreDump.Access) -> String {
    let verb =
      switch access.kind {
      case .read: "reads \(access.size) bytes at"
      case .write: "writes \(access.size) bytes at"
      case .fetch: "jumps to"
      }
    return "\(verb.replacing(" 1 bytes", with: " 1 byte")) \(access.address): \(access.place)"
  }

  /// Five registers a line.
  var dumpRegisterLines: [String] {
    guard let dump else { return [] }
    let shown = options.isFull ? dump.registers : Array(dump.registers.prefix(17))
    let name = options.isFull ? 10 : 5
    let cells = shown.map { register in
      TextLayout.left(register.name, name) + hexadecimal(register.value).dropFirst(2)
    }
    let width = options.isFull ? 4 : 5
    let lines = stride(from: 0, to: cells.count, by: width).map { start in
      cells[start..<min(start + width, cells.count)].joined(
        separator: options.isFull ? "  " : " ")
    }
    return TextLayout.section("registers", lines)
  }

  func dumpBacktraceLines(limit: Int) -> [String] {
    guard let dump else { return [] }
    return TextLayout.section("backtrace", frameLines(dump.frames, limit: limit))
  }

  private func frameLines(_ frames: [CoreDump.Frame], limit: Int) -> [String] {
    var lines = frames.enumerated().flatMap { index, frame in
      frameLines(frame, index)
    }
    if lines.count > limit {
      let more = lines.count - limit + 1
      lines = lines.prefix(limit - 1) + ["and \(more) more (--full)"]
    }
    return lines
  }

  /// An inlined function has a line of its own, like a debugger's frames.
  private func frameLines(_ frame: CoreDump.Frame, _ index: Int) -> [String] {
    var lines: [String] = []
    var place = frame.source
    let number = TextLayout.left("#\(index)", 4)
    for inlined in frame.inlined {
      lines.append(number + inlined.function + at(place) + ", inlined")
      place = inlined.call
    }
    var last = frame
    last.source = place
    lines.append((lines.isEmpty ? number : "    ") + frameText(last, hasSize: true))
    return lines
  }

  private func at(_ place: CoreDump.Place?) -> String {
    place.map { ", \(fileName($0.file)):\($0.line)" } ?? ""
  }

  private func frameText(_ frame: CoreDump.Frame, hasSize: Bool) -> String {
    if frame.isException {
      return "\(frame.function) interrupted what follows, \(frame.size ?? 0) bytes stacked"
    }
    var text = frame.function
    if frame.function == "[no symbol]" {
      text += " \(frame.programCounter)"
    } else if frame.source == nil && frame.offset > 0 {
      text += "+\(frame.offset)"
    }
    if !hasSize, let inlined = frame.inlined.first { text = "\(inlined.function) in \(text)" }
    text += at(frame.source)
    if hasSize, let size = frame.size, size > 0 {
      text += ", \(Figures.grouped(size)) bytes"
      if frame.count > 1 { text += " each" }
    }
    if frame.count > 1 { text += " (\(Figures.grouped(frame.count)) times)" }
    return frame.isGuess ? text + ", a guess" : text
  }

  // MARK: Stacks

  var dumpStackLines: [String] {
    guard let dump else { return [] }
    var lines = dump.stacks.map(text)
    if let overflow = dump.overflow { lines += overflowLines(overflow) }
    return TextLayout.section("stack", lines)
  }

  private func text(_ stack: CoreDump.Stack) -> String {
    func digits(_ address: Address) -> Substring { hexadecimal(address.value).dropFirst(2) }
    var text = "\(stack.name) \(digits(stack.pointer))"
    if let limit = stack.limit, let top = stack.top {
      text += " in \(digits(limit))..\(digits(top))"
      if stack.name == "process", let by = stack.limitedBy { text += " (\(by))" }
      if let excess = stack.excess {
        text += ", \(Figures.grouped(excess)) bytes too deep"
      } else if let high = stack.highWater {
        text += ", deepest \(Figures.grouped(high)) of \(Figures.grouped(top - limit)) bytes"
      } else {
        text += ", \(Figures.grouped(stack.pointer - limit)) bytes left"
      }
    } else if let high = stack.highWater {
      text += ", deepest \(Figures.grouped(high)) bytes"
    }
    return text
  }

  /// Who took the stack out of its room: the largest frames of that moment.
  func overflowLines(_ overflow: CoreDump.StackOverflow) -> [String] {
    let time = Figures.short(overflow.at.picoseconds, Figures.time)
    let name = overflow.frames.first?.function ?? "[no symbol]"
    let below = Figures.grouped(overflow.limit.value &- overflow.reach.value)
    var lines = [
      "overflowed at \(time): \(TextLayout.shortened(name, to: 30)) reaches \(below) bytes too far",
      "over \(overflow.into)",
    ]
    if lines[0].count + lines[1].count + 1 <= TextLayout.width - TextLayout.gutter {
      lines = [lines.joined(separator: " ")]
    }
    func total(_ frame: CoreDump.Frame) -> UInt64 {
      UInt64(frame.size ?? 0) * UInt64(clamping: frame.count)
    }
    let largest = overflow.frames.enumerated().sorted {
      (total($1.element), $0.offset) < (total($0.element), $1.offset)
    }.prefix(3).filter { total($0.element) > 0 }
    let shares = largest.map { _, frame in
      frame.count > 1
        ? "\(frame.function) \(Figures.grouped(frame.size ?? 0)) x \(Figures.grouped(frame.count))"
        : "\(frame.function) \(Figures.grouped(frame.size ?? 0))"
    }
    if !shares.isEmpty { lines.append("most of it (bytes): " + shares.joined(separator: ", ")) }
    return lines
  }

  /// What a run waited for that ended well otherwise.
  var spinLines: [String] {
    guard let spin = dump?.spin else { return [] }
    let since = Figures.short(spin.since.picoseconds, Figures.time)
    var text = "\(spin.function)\(at(spin.source)) "
    if let target = spin.target { text += "waits for \(target) " }
    let isAsleep = judgement.record.outcome == .sleepsForever
    text +=
      isAsleep
      ? "\(spin.awaits) and nothing can wake it"
      : "\(spin.awaits): since \(since), \(Figures.grouped(spin.rounds)) times"
    if let value = spin.value { text += ", reads \(hexadecimal(value))" }
    return TextLayout.section(
      "spins", TextLayout.sentence(text, limit: options.isFull ? .max : 2))
  }

  /// An overflow of a run that ended well otherwise.
  var overflowSection: [String] {
    guard !isCrash, let overflow = dump?.overflow else { return [] }
    return TextLayout.section("stack", overflowLines(overflow))
  }

  // MARK: The rest

  /// Exceptions taken and left, newest first.
  func dumpEventLines(limit: Int) -> [String] {
    let events = (dump?.exceptions ?? []).prefix(max(limit, 0))
    return TextLayout.section(
      "events",
      events.map { event in
        let time = TextLayout.right(Figures.text(event.at.picoseconds, Figures.time), 9)
        let place = event.programCounter.map { "\($0)" } ?? "another exception"
        let what = event.kind == .entry ? "interrupted \(place)" : "returned to \(place)"
        return "\(time)  \(TextLayout.left(event.name, 14))\(what)"
      })
  }

  /// All that only `--full` tells.
  var dumpDetails: [String] {
    guard let dump else { return [] }
    var lines: [String] = []
    let bits = dump.status.flatMap { register in
      register.bits.isEmpty
        ? [TextLayout.left(register.name, 6) + hexadecimal(register.value)]
        : register.bits.map {
          TextLayout.left(register.name, 6) + TextLayout.left($0.name, 13) + $0.meaning
        }
    }
    lines += TextLayout.section("status", bits)
    if let frame = dump.stackedFrame {
      let words = frame.registers.map { "\($0.name) \(hexadecimal($0.value).dropFirst(2))" }
      lines += TextLayout.section(
        "frame",
        ["stacked at \(frame.address) by \(frame.stack)"] + TextLayout.wrapped(words))
    }
    lines += dumpEventLines(limit: .max)
    lines += TextLayout.section(
      "calls",
      dump.calls.map { event in
        TextLayout.right(Figures.text(event.at.picoseconds, Figures.time), 9) + "  "
          + event.function
      })
    if let overflow = dump.overflow, isCrash || dump.reason == .stackOverflow {
      lines += TextLayout.section("overflow", frameLines(overflow.frames, limit: .max))
    }
    return lines
  }

  /// For reports that have no room for a dump: what, where, and how it got there.
  var dumpSummary: [String] {
    let sections = dumpFaultLines + dumpBacktraceLines(limit: 16) + spinLines + overflowSection
    return isCrash ? sections : spinLines + overflowSection
  }
}

extension Outcome {
  /// Of a crash; nil: it was none.
  var fault: Fault? {
    switch self {
    case .faulted(let fault), .lockedUp(let fault): fault
    default: nil
    }
  }
}
