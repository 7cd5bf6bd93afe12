public import Profiling

/// Stacks as samples, one profile for each event, so that cycles and joules are seen side by side.
///
/// Reference: speedscope's file format schema, `SampledProfile`.
public struct SpeedscopeView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  private struct Frame: Hashable {
    let name: String
    let file: String?
    let line: Int?
  }

  public var text: String { value.description + "\n" }

  private var value: JSONValue {
    var frames: [Frame] = []
    var indices: [Frame: Int] = [:]
    func index(of frame: Frame) -> Int {
      if let known = indices[frame] { return known }
      indices[frame] = frames.count
      frames.append(frame)
      return frames.count - 1
    }
    let samples = view.samples
    let stacks = samples.map { sample in
      sample.stack.map {
        let frame = view.frames[$0]
        return index(of: Frame(name: frame.name, file: frame.file, line: frame.line))
      } + sample.inlined.map { index(of: Frame(name: $0, file: nil, line: nil)) }
    }
    let profiles = Cost.Event.allCases.map { profile($0, samples, stacks) }
    return .object([
      ("$schema", .string("https://www.speedscope.app/file-format-schema.json")),
      ("name", .string(view.title)), ("exporter", .string("thumbprint \(view.tool)")),
      ("activeProfileIndex", .integer(0)),
      (
        "shared",
        .object([
          (
            "frames",
            .array(
              frames.map { frame in
                .object(
                  [("name", JSONValue.string(frame.name))]
                    + (frame.file.map { [("file", .string($0))] } ?? [])
                    + (frame.line.map { [("line", .integer($0))] } ?? []))
              })
          )
        ])
      ),
      ("profiles", .array(profiles)),
    ])
  }

  private func profile(
    _ event: Cost.Event, _ samples: [ViewData.Sample], _ stacks: [[Int]]
  ) -> JSONValue {
    var total: Int64 = 0
    var (used, weights): ([JSONValue], [JSONValue]) = ([], [])
    for (sample, stack) in zip(samples, stacks) where sample.cost[event] != 0 {
      total += sample.cost[event]
      used.append(.array(stack.map { .integer($0) }))
      weights.append(weight(sample.cost[event], event))
    }
    return .object([
      ("type", .string("sampled")), ("name", .string(event == .energy ? "nanojoules" : event.name)),
      ("unit", .string("none")), ("startValue", .integer(0)), ("endValue", weight(total, event)),
      ("samples", .array(used)), ("weights", .array(weights)),
    ])
  }

  private func weight(_ count: Int64, _ event: Cost.Event) -> JSONValue {
    event == .energy ? .decimal(Int128(count), digits: 6) : .integer(count)
  }
}
