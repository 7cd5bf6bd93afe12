import RunRecord
public import Units

/// How often the firmware's decisions were the labels'.
///
/// An inference is compared with the label that covers the instant it ended; of several the one that
/// starts last. Inferences in no label do not count; one that decided nothing counts as wrong.
public struct LabelAccuracy: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    public var label: String
    public var judged = 0
    public var correct = 0
  }

  public var judged = 0
  public var correct = 0
  /// Judged inferences without a decision.
  public var undecided = 0
  /// Inferences in no label.
  public var unlabelled = 0
  /// By label, in order of its class.
  public var rows: [Row] = []
  /// The label over each inference of the run; nil where there is none.
  public var labels: [String?] = []

  /// In parts per billion, rounded down; nil when nothing was judged.
  public var ratio: Ratio? {
    if judged == 0 { return nil }
    return Ratio(partsPerBillion: Int64(Int128(correct) * 1_000_000_000 / Int128(judged)))
  }

  /// `classes` are the labels' texts by class index; a text that is a number is the index itself.
  /// Returns why nothing can be compared when it cannot.
  static func compare(
    _ inferences: [InferenceRecord], _ labels: [TrueLabel], classes: [String]
  ) -> Result<LabelAccuracy, Unjudged> {
    func index(of text: String) -> Int? { classes.firstIndex(of: text) ?? Int(text) }
    if let stranger = labels.first(where: { index(of: $0.text) == nil }) {
      return .failure(
        Unjudged(
          "label '\(stranger.text)' is no class; list the classes in inference.classes"))
    }
    if inferences.isEmpty { return .failure(Unjudged("no inference happened")) }
    if inferences.allSatisfy({ $0.classIndex == nil }) {
      return .failure(Unjudged("no decision was seen; say where it is in inference.class"))
    }
    var accuracy = LabelAccuracy()
    var rows: [Int: Row] = [:]
    let ordered = LabelTrack(labels)
    for inference in inferences {
      let label = ordered.label(at: inference.at)
      accuracy.labels.append(label?.text)
      guard let label, let expected = index(of: label.text) else {
        accuracy.unlabelled += 1
        continue
      }
      let isCorrect = inference.classIndex == expected
      accuracy.judged += 1
      accuracy.correct += isCorrect ? 1 : 0
      accuracy.undecided += inference.classIndex == nil ? 1 : 0
      rows[expected, default: Row(label: label.text)].judged += 1
      rows[expected, default: Row(label: label.text)].correct += isCorrect ? 1 : 0
    }
    accuracy.rows = rows.sorted { $0.key < $1.key }.map(\.value)
    if accuracy.judged == 0 { return .failure(Unjudged("no inference falls into a label")) }
    return .success(accuracy)
  }
}

/// Why there is no verdict.
public struct Unjudged: Error, Hashable, Sendable {
  public var why: String

  public init(_ why: String) { self.why = why }
}

/// Labels by start, searched backwards from the last that has begun.
private struct LabelTrack {
  private let labels: [TrueLabel]
  /// The latest end of the labels up to each: where a backward search may stop.
  private let reaches: [Instant]

  init(_ labels: [TrueLabel]) {
    let sorted = labels.enumerated().sorted {
      ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
    }
    self.labels = sorted.map(\.element)
    var reach = Instant(picoseconds: .min)
    reaches = self.labels.map { label in
      reach = max(reach, label.end)
      return reach
    }
  }

  func label(at instant: Instant) -> TrueLabel? {
    var (low, high) = (0, labels.count)
    while low < high {
      let middle = (low + high) / 2
      if labels[middle].start <= instant { low = middle + 1 } else { high = middle }
    }
    var index = low - 1
    while index >= 0, reaches[index] > instant {
      if labels[index].end > instant { return labels[index] }
      index -= 1
    }
    return nil
  }
}
