public import Boards
public import Documents
public import Units

/// A pin that somebody pulls to the level it does not have at rest, for a while: a pressed button.
public struct PinPress: Hashable, Sendable {
  public static let form = "PIN@TIME or PIN@TIME+DURATION"
  /// A quick tap with a finger.
  private static let tap = Interval.milliseconds(100)

  /// A pin of the chip, or what the board calls a button or LED there.
  public var pin: String
  public var start: Interval
  public var duration: Interval
  public var position: Position

  /// `button1@2s`, `P0.11@500ms+2s`.
  init(_ node: Node) throws(DocumentError) {
    let text = try node.string()
    guard let at = text.firstIndex(of: "@"), at != text.startIndex else {
      throw node.error("expected \(Self.form), found \(node.summary)")
    }
    pin = String(text[..<at])
    let times = text[text.index(after: at)...].split(
      separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    func time(_ text: Substring) throws(DocumentError) -> Interval {
      try Node(.scalar(String(text), quoted: true), at: node.position).positiveInterval()
    }
    start = try time(times[0])
    duration = times.count == 2 ? try time(times[1]) : Self.tap
    position = node.position
  }

  /// The net of the chip that it acts on.
  public func net(on board: Board) throws(DocumentError) -> PinName {
    if let named = (board.buttons + board.leds).first(where: { $0.name == pin }) {
      return named.pin
    }
    guard let name = PinName(pin) else {
      let names = board.buttons.map(\.name)
      throw DocumentError(
        "'\(board.name)' has no pin or button '\(shortened(pin))'"
          + (names.isEmpty ? "" : hint(for: pin, in: names)), at: position)
    }
    return name
  }
}
