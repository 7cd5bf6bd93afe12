import Deployments
import Simulation
import Units

/// A script at the other end of a serial port: it sends, and fails the run when the firmware does not say
/// in time what it expects.
///
/// A step begins at the instant at which the one before was done, but nobody answers in no time: what is
/// sent in answer to a text comes a frame of USB after it, as through the bridge of a debugger. All times
/// are simulated, so equal runs are equal to the byte. An expected text is looked for behind the one that was met last. Of an output
/// that nothing is expected of, the last 64 KiB are kept.
final class ScriptedDialogue: SerialPeer {
  private static let mostHeard = 1 << 16
  /// A frame of full-speed USB, which a bridge hands a host's answer over with (USB 2.0, 5.3).
  static let turnaround = Interval.milliseconds(1)

  private let script: SerialScript
  private let port: any SerialInput
  private let fabric: Fabric
  private var index = 0
  /// What the firmware said behind the last text that was met.
  private var heard: [UInt8] = []
  private var hasFailed = false
  private var isWaiting = false
  private lazy var proceed = fabric.scheduler.event("script", order: .world) { [unowned self] in
    begin()
  }
  private lazy var timeout = fabric.scheduler.event("script timeout", order: .observer) {
    [unowned self] in fail()
  }

  init(_ script: SerialScript, with port: any SerialInput, fabric: Fabric) {
    (self.script, self.port, self.fabric) = (script, port, fabric)
    proceed.schedule(at: fabric.scheduler.now)
  }

  func take(_ byte: UInt8) {
    guard index < script.steps.count else { return }
    if heard.count >= 2 * Self.mostHeard { heard.removeFirst(heard.count - Self.mostHeard) }
    heard.append(byte)
    guard timeout.isScheduled, case .expect(let text, _) = script.steps[index].action,
      heard.last == text.last, heard.suffix(text.count).elementsEqual(text)
    else { return }
    heard = []
    done()
  }

  func finish() -> String? {
    guard index < script.steps.count, !hasFailed else { return nil }
    let step = script.steps[index]
    let what =
      switch step.action {
      case .expect(let text, _): "expected \(SerialScript.quoted(text))"
      case .send, .wait: "more was to come"
      }
    return "\(step.position): \(what), but the run ended\(seen)"
  }

  /// Carries on with the present step.
  private func begin() {
    if isWaiting {
      isWaiting = false
      index += 1
    }
    while index < script.steps.count {
      switch script.steps[index].action {
      case .send(let bytes): port.receive(bytes)
      case .wait(let time):
        isWaiting = true
        return proceed.schedule(after: time)
      case .expect(let text, let time):
        guard let end = endOfFirst(text) else { return timeout.schedule(after: time) }
        heard.removeFirst(end)
      }
      index += 1
    }
  }

  /// The expected text was met: the next step begins at this instant, an answer later.
  private func done() {
    timeout.cancel()
    index += 1
    var isAnswered = false
    if index < script.steps.count, case .send = script.steps[index].action { isAnswered = true }
    proceed.schedule(after: isAnswered ? Self.turnaround : .zero)
  }

  private func endOfFirst(_ text: [UInt8]) -> Int? {
    guard heard.count >= text.count else { return nil }
    for start in 0...(heard.count - text.count)
    where heard[start] == text[0] && heard[start..<start + text.count].elementsEqual(text) {
      return start + text.count
    }
    return nil
  }

  private func fail() {
    guard case .expect(let text, let time) = script.steps[index].action else { return }
    hasFailed = true
    fabric.requestStop(
      .scriptFailed(
        "\(script.steps[index].position): expected \(SerialScript.quoted(text)) within \(time.text)\(seen)"
      ))
  }

  /// The end of what was heard instead.
  private var seen: String {
    if heard.isEmpty { return "; nothing was seen" }
    let last = heard.suffix(60)
    return "; seen instead: " + (last.count < heard.count ? "..." : "")
      + SerialScript.quoted(Array(last))
  }
}

extension Interval {
  /// In the largest unit that divides it.
  fileprivate var text: String {
    for (name, size) in [("s", Int64(1_000_000_000_000)), ("ms", 1_000_000_000), ("us", 1_000_000)]
    where picoseconds % size == 0 { return "\(picoseconds / size) \(name)" }
    return "\(picoseconds / 1000) ns"
  }
}
